"""Questions made by rule: what they ask of a sentence, and when they must not be answered."""

from __future__ import annotations

import random

import pytest

from chatbot.model.seam import Action
from finetune import cloze
from finetune.corpus import Corpus, Piece

ARTICLES = tuple(
    Piece(f"ustawa_{number}", "ustawa", f"Art. {number}", said)
    for number, said in enumerate(
        (
            ("1. Starosta wydaje decyzję w terminie 14 dni od dnia otrzymania wniosku o pozwolenie.",
             "2. Opłata za wydanie pozwolenia na prowadzenie hodowli wynosi 50 złotych."),
            ("1. Starosta może cofnąć pozwolenie na wniosek inspektora ochrony zwierząt.",
             "2. Kto bez pozwolenia prowadzi hodowlę zwierząt niebezpiecznych, podlega karze grzywny."),
            ("1. Rolnik jest obowiązany prowadzić księgę hodowli zwierząt gospodarskich.",
             "2. Księgę przechowuje się przez okres 5 lat od dnia dokonania ostatniego wpisu."),
        ),
        start=1,
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (ARTICLES[0].sentences[0], "w jakim terminie starosta wydaje decyzję od dnia otrzymania wniosku o pozwolenie"),
        (ARTICLES[0].sentences[1], "ile wynosi opłata za wydanie pozwolenia na prowadzenie hodowli"),
        (ARTICLES[1].sentences[1], "co grozi temu, kto bez pozwolenia prowadzi hodowlę zwierząt niebezpiecznych"),
        (ARTICLES[2].sentences[0], "do czego rolnik jest obowiązany"),
        (ARTICLES[2].sentences[1], "jak długo księgę przechowuje się od dnia dokonania ostatniego wpisu"),
    ],
)
def test_a_question_word_takes_the_place_of_what_is_asked(sentence: str, question: str) -> None:
    assert question in cloze.questions(sentence)


def test_what_answers_is_shown_unless_the_question_is_impossible() -> None:
    corpus = Corpus(list(ARTICLES))
    made = [sample for seed in range(60) for sample in cloze.samples(corpus, 3, random.Random(seed))]
    assert {sample.written.action for sample in made} == {Action.QUOTE, Action.HAND_OVER}
    for sample in made:
        assert (sample.written.action is Action.QUOTE) == bool(sample.gold)
        assert all(0 <= index < len(sample.task.sentences) for index in sample.gold)
    impossible = [sample for sample in made if not sample.gold]
    assert len(impossible) < len(made) / 2


def test_someone_else_is_nobody_the_passage_names() -> None:
    asked = "ile dni ma starosta na decyzję"
    found = {cloze.about_another(asked, ARTICLES[0], random.Random(seed)) for seed in range(40)}
    assert None not in found
    assert all(question and "starosta" not in question for question in found)


def test_the_same_seed_makes_the_same_questions() -> None:
    corpus = Corpus(list(ARTICLES))
    assert cloze.samples(corpus, 3, random.Random(1)) == cloze.samples(corpus, 3, random.Random(1))
