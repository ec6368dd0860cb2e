"""Answers that begin with their verdict answer questions for yes or no."""

from __future__ import annotations

import pytest

from ingestion.form import WEIGHTS, fit

VERDICT = "Nie. Zwrot zakupionych gazet nie jest możliwy."
PLAIN = "Zwrotu dokonasz w zakładce Kupione."


@pytest.mark.parametrize("question", [
    "Czy mogę zwrócić gazetę?", "Kupiłem gazetę. Czy przyjmiecie zwrot?", "czy moge oddac gazete", "Can I return it?",
    "Mam pytanie, czy można zwrócić gazetę, jak się już ją przeczytało?",
])  # fmt: skip
def test_a_verdict_fits_a_question_for_yes_or_no(question: str) -> None:
    assert fit(question, VERDICT) == WEIGHTS.verdict


@pytest.mark.parametrize("question", [
    "Jak zwrócić gazetę?", "Gdzie sprawdzę, czy zwrot przyszedł?", "Ile trwa zwrot?", "How do I return a magazine?",
    "Czytam regulamin. Kto płaci za zwrot?",
])  # fmt: skip
def test_a_verdict_answers_no_open_question(question: str) -> None:
    assert fit(question, VERDICT) == -WEIGHTS.verdict


def test_where_nothing_is_asked_nothing_changes() -> None:
    assert fit("zwrot gazety", VERDICT) == 0


@pytest.mark.parametrize("text", [PLAIN, "Nie stanowi wypowiedzenia zmiana adresu.", "Takie zwroty przyjmujemy.", ""])
def test_a_text_without_a_verdict_fits_as_it_did(text: str) -> None:
    assert fit("Czy mogę zwrócić gazetę?", text) == 0
    assert fit("Jak zwrócić gazetę?", text) == 0
