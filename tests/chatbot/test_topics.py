import pytest

from chatbot.topics import answered_in, content, language_of, says, topic_of, upset, vague, wants_human
from ingestion.company import Company, Hours, Topic


@pytest.mark.parametrize(
    "text",
    ["Chcę rozmawiać z człowiekiem!", "proszę połączyć mnie z konsultantem", "czy mogę porozmawiać z konsultantką?",
     "poprosze konsultanta", "I want to talk to a human please", "Konsultant, proszę", "człowiek!",
     "Poproszę o konsultanta", "Chcę porozmawiać z człowiekiem", "chciałabym porozmawiać z pracownikiem",
     "przełącz mnie do konsultanta", "nie chcę gadać z botem", "can I speak with an agent?"],
)  # fmt: skip
def test_a_wish_for_a_human_is_heard_however_it_is_said(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize(
    "text", ["Ile mam czasu na zwrot?", "Czy człowiek o wzroście 2 m zmieści się w altanie?", "tak, poproszę",
             "Po ilu minutach konsultant przejmuje rozmowę na czacie?", "Czy pracownik sklepu może prosić o kod BLIK?"]
)
def test_an_ordinary_question_is_no_wish_for_a_human(text: str) -> None:
    assert not wants_human(text)


def test_anger_is_heard_in_words_and_in_shouting() -> None:
    assert upset("To jest skandal, mam dość")
    assert upset("GDZIE JEST MOJA PACZKA")
    assert not upset("Czy przyjmujecie BLIK?")


def test_a_topic_is_found_by_lemma_and_the_first_one_wins() -> None:
    legal = Topic(name="legal", title={"pl": "spór"}, policy="human", words=("pozew", "iść do sądu"))
    returns = Topic(name="returns", title={"pl": "zwroty"}, words=("zwrot",))
    company = Company(name="X", about={"pl": "x"}, hours=Hours(week={}), topics=(legal, returns))
    assert topic_of("Złożę pozew o zwroty pieniędzy", company) is legal
    assert topic_of("jak wyglądają zwroty?", company) is returns
    assert topic_of("dzień dobry", company) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("How long do I have to return it?", "en"), ("ile mam czasu na zwrot towaru", "pl"), ("ok", "pl"),
     ("Can I pay by card on delivery?", "en"), ("Czy moge zaplacic karta przy odbiorze?", "pl")],
)  # fmt: skip
def test_the_language_of_a_question_is_known(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "page", "language"),
    [("How long do I have to return it?", "pl", "en"), ("ile mam czasu na zwrot towaru", "en", "pl"),
     ("Do you deliver to Łódź?", "en", "en"), ("moge podac inny email do newslettera", "pl", "pl"),
     ("BLIK?", "en", "en"), ("status zamowienia online", "pl", "pl")],
)  # fmt: skip
def test_a_customer_is_answered_in_the_language_they_write_whatever_the_page_is_in(
    text: str, page: str, language: str
) -> None:
    assert answered_in(text, page) == language


def test_content_leaves_what_a_question_is_about() -> None:
    assert set(content("Ile mam czasu na zwrot towaru?")) == {"czas", "zwrot", "towar"}


def test_a_starred_word_matches_any_ending_and_a_plain_one_only_itself() -> None:
    assert says("oszukaliście mnie", ("oszu*",))
    assert not says("kosz ogrodowy", ("oszu*",))


@pytest.mark.parametrize(
    "text", ["Do kiedy?", "Ile to kosztuje?", "jak dlugo to trwa", "coś nie działa", "How much is it?"]
)
def test_a_question_of_nothing_in_particular_is_vague(text: str) -> None:
    assert vague(text)


@pytest.mark.parametrize("text", ["zwroty", "Ile kosztuje kurier?", "Jak długo trwa dostawa?", "BLIK?"])
def test_a_short_question_with_a_subject_is_not(text: str) -> None:
    assert not vague(text)
