from evals.judging import exact_match, f1, judge


def test_a_reply_that_quotes_the_figure_and_the_words_is_right() -> None:
    reply = "O terminie: „Konsument może odstąpić od umowy w terminie 14 dni.” [1]"
    assert judge(reply, ["czternaście dni", "w terminie 14 dni"]).right


def test_another_figure_is_not_right() -> None:
    assert not judge("Masz 10 dni na zwrot. [1]", ["14 dni"]).right


def test_a_reply_to_what_must_not_be_answered_is_not_right() -> None:
    assert judge("Masz 14 dni.", []).reason == "must not be answered"


def test_a_long_reply_is_not_right() -> None:
    assert not judge("słowo " * 70 + "14 dni", ["14 dni"]).right
    assert not judge("„" + "słowo " * 70 + "14 dni” [1]", ["14 dni"]).right


def test_saying_the_opposite_is_not_right() -> None:
    assert judge("Zwrot przysługuje na towar na zamówienie.", ["zwrot nie przysługuje"]).reason == "says the opposite"
    assert not judge("Tak, dostawa towaru jest darmowa.", ["Nie, dostawa towaru nie jest darmowa"]).right


def test_f1_and_exact_match_compare_the_text_as_it_is() -> None:
    assert exact_match("Warszawa. [1]", ["warszawa"]) == 1.0
    assert f1("stolica to Warszawa", ["Warszawa"]) == 0.5
