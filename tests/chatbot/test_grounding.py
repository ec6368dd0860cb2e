import pytest

from chatbot.grounding import curated_stands, frame_claims_nothing, quote_stands

QUOTE = "Dostawa jest bezpłatna przy zamówieniu za co najmniej 249 zł."
QUESTION = "Od ilu jest darmowa dostawa?"


@pytest.mark.parametrize(
    "frame", ["", "O kosztach dostawy regulamin mówi tak:", "Daj znać, jeśli mogę Ci jeszcze pomóc."]
)
def test_a_frame_that_only_frames_may_stand(frame: str) -> None:
    assert frame_claims_nothing(frame, QUOTE, QUESTION)


@pytest.mark.parametrize(
    "frame",
    [
        "Dostawa kosztuje 12 zł.",
        "Dostawa trwa trzy dni.",
        "Na pewno zwrócimy pieniądze.",
        "Nie musisz nic robić.",
        "Zadzwoń do Jana Kowalskiego.",
        "Wejdź na https://example.com",
        "<b>Uwaga</b>",
        "słowo " * 30,
    ],
)
def test_a_frame_that_claims_something_may_not(frame: str) -> None:
    assert not frame_claims_nothing(frame, QUOTE, QUESTION)


def test_a_quote_stands_only_word_for_word() -> None:
    clause = "1. Dostawa jest\nbezpłatna przy zamówieniu za co najmniej 249 zł."
    assert quote_stands(QUOTE, clause)
    assert not quote_stands(QUOTE.replace("249", "199"), clause)


def test_a_curated_answer_falls_with_its_clause() -> None:
    answer = "Darmowa dostawa jest od 199 zł."
    assert curated_stands(answer, ("Dostawa jest bezpłatna od 199 zł.",))
    assert not curated_stands(answer, (QUOTE,))
