import pytest

from chatbot.asked import answers_kind


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Ile dni mam na zwrot?", "Konsument może odstąpić od umowy w ciągu 14 dni."),
        ("Ile kosztuje kurier?", "Dostawa kurierem kosztuje 16,99 zł."),
        ("Jaka jest opłata za pobranie?", "Za pobranie doliczamy 7 zł."),
        ("How long do I have?", "Na zwrot masz 14 dni."),
        ("Ile kosztuje próbka?", "Próbki tkanin są bezpłatne."),
        ("Ile próbek mogę zamówić?", "Najwyżej 5 próbek na jedną osobę."),
    ],
)
def test_a_sentence_with_the_figure_asked_for_fits(question: str, sentence: str) -> None:
    assert answers_kind(question, sentence) == 1.0


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Ile kosztuje kurier?", "Przesyłka dociera w ciągu 2 dni roboczych."),
        ("Jak długo trwa dostawa?", "Dostawa kurierem kosztuje 16,99 zł."),
        ("Ile próbek mogę zamówić?", "Próbki wysyłamy na życzenie."),
    ],
)
def test_a_sentence_without_it_does_not(question: str, sentence: str) -> None:
    assert answers_kind(question, sentence) == 0.0


def test_a_question_for_no_figure_says_nothing() -> None:
    assert answers_kind("Jak złożyć reklamację?", "Reklamację można złożyć e-mailem.") == 0.5
