"""Nothing of a text is lost, law's full stops end nothing, inflection and diacritics don't hide a word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.polish import accented, clean, fold, lemmas, sentences, words

PIECES = st.sampled_from(
    ["Art. 5.", "§ 1.", "{2}.", "1)", "a)", "ust. 2", "np.", "zł.", "2014 r.", "Konsument", "może", "tj.", "„Tak?”",
     "\n", "\n\n", "Dz.U.", "…", "!", "14 dni", "J.", "- ", "| a | b |", "  "]
)


@given(st.one_of(st.lists(PIECES, max_size=30).map(" ".join), st.text(max_size=200)))
@settings(max_examples=200, deadline=None)
def test_sentences_lose_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "sentence",
    [
        "Zgodnie z art. 5 ust. 2 pkt 1 lit. a ustawy z dnia 30 maja 2014 r. o prawach konsumenta zwracamy 1.000 zł.",
        "Opłaty, np. za przelew, tj. 5 zł i 20 gr, m.in. w godz. 8-16, określa Dz.U. z 2014 r. poz. 827.",
        "Ustawa z dnia 23 kwietnia 1964 r. Kodeks cywilny (Dz. U. Nr 16, poz. 93) obowiązuje.",
        "Pisz na ul. Długą 5, do dr inż. J. Kowalskiego ze spółki Sklep sp. z o.o. z siedzibą w Łodzi.",
        "Termin biegnie do 5. dnia miesiąca.",
    ],
)
def test_abbreviations_of_law_end_no_sentence(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


def test_a_clause_marker_opens_the_sentence_behind_it() -> None:
    text = "Art. 5. 1. Konsument może odstąpić. 2. Umowę uważa się za niezawartą. § 2. Zob. art. 7. {2}. Ocena."
    assert sentences(text) == [
        "Art. 5. 1. Konsument może odstąpić.", "2. Umowę uważa się za niezawartą.", "§ 2. Zob. art. 7.", "{2}. Ocena.",
    ]  # fmt: skip


def test_a_year_or_an_amount_may_end_a_sentence() -> None:
    assert sentences("Zawarto ją w 2014 r. Opłata wynosi 10 zł. Zwrot jest bezpłatny.") == [
        "Zawarto ją w 2014 r.", "Opłata wynosi 10 zł.", "Zwrot jest bezpłatny.",
    ]  # fmt: skip


def test_items_of_a_list_are_sentences_and_wrapped_lines_are_not() -> None:
    text = "Nie zwracamy:\n1) gazet,\n2) żywności.\nPozostałe koszty, o których nie było tu mowy, ponosi\nBank."
    assert sentences(text) == [
        "Nie zwracamy:", "1) gazet,", "2) żywności.",
        "Pozostałe koszty, o których nie było tu mowy, ponosi\nBank.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zwrotów", "zwrotem"), ("zwrotow", "zwrot"), ("pieniedzy", "pieniądze"), ("zolwia", "żółw"),
        ("umów", "umowę"), ("reklamacjami", "REKLAMACJA"), ("dzieci", "dziecko"), ("1 000,00", "1.000"),
    ],
)  # fmt: skip
def test_forms_of_one_word_share_a_lemma(one: str, other: str) -> None:
    assert lemmas(one) == lemmas(other)


def test_lemmas_keep_numbers_and_unknown_words() -> None:
    assert lemmas("BLIK 14 dni RTX4090 art. 138b") == ["blik", "14", "dzien", "rtx4090", "art", "138b"]


def test_words_read_thousands_as_one_number_and_dates_as_they_are() -> None:
    assert words("12 500 zł, 2,50 zł, 01.12.2014") == ["12500", "zł", "2,50", "zł", "01", "12", "2014"]


def test_fold_takes_every_polish_diacritic_and_keeps_case() -> None:
    assert fold("Zażółć GĘŚLĄ jaźń") == "Zazolc GESLA jazn"


def test_clean_removes_what_nobody_sees_and_composes_letters() -> None:
    assert clean("a\x00b\u200bc\U000e0041\r\nz\u0307 \u202eod\tt\u00ad") == "abc\nż od\tt"


@pytest.mark.parametrize(("text", "expected"), [
    ("czy moge zwrocic zakupy", "czy mogę zwrócić zakupy"),
    ("jak zmienic wlasciciela konta?", "jak zmienić właściciela konta?"),
    ("Czy moge zwrócić zakupy", "Czy moge zwrócić zakupy"),
    ("How long do I have to return a lamp?", "How long do I have to return a lamp?"),
    ("", ""),
])  # fmt: skip
def test_diacritics_are_given_back_to_a_text_that_has_none(text: str, expected: str) -> None:
    assert accented(text) == expected
