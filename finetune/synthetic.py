"""Tasks made by rule from the corpus's own sentences: some words of one sentence, and which sentence they are of.

They teach the mechanism (find the sentence, name its mark, give up when it is not there) at a fraction of the tokens of
a written example; understanding a question comes from those. They have no frame, and are marked ``rule``.
"""

from __future__ import annotations

import random
import re

from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from finetune.corpus import Corpus, Piece
from finetune.samples import Sample

SENTENCE = (40, 170)
"""Characters: shorter ones say little, longer ones cost tokens."""
CANDIDATES = (4, 9)
"""Sentences shown."""
KEPT_WORDS = (0.35, 0.7)
"""Share of a sentence's longer words that its question keeps."""
REMOVED = 0.25
"""Share of tasks whose sentence is taken away."""
SHORTEST_WORD = 4
STARTS = ("{}?", "czy {}?", "co z {}?", "jak jest: {}?", "{} – jakie są zasady?", "pytanie o {}", "{}", "kiedy {}?")


def samples(corpus: Corpus, number: int, rng: random.Random) -> list[Sample]:
    """``number`` tasks, or fewer where the corpus has too few short sentences."""
    usable = [piece for piece in corpus.pieces.values() if sum(map(_fits, piece.sentences)) >= 2]
    made: list[Sample] = []
    for piece in rng.sample(usable, min(number, len(usable))):
        if sample := _sample(piece, corpus, rng):
            made.append(sample)
    return made


def _sample(piece: Piece, corpus: Corpus, rng: random.Random) -> Sample | None:
    answer = rng.choice([sentence for sentence in piece.sentences if _fits(sentence)])
    words = [word for word in re.findall(r"\w+", answer.lower()) if len(word) >= SHORTEST_WORD]
    kept = [word for word in words if rng.random() < rng.uniform(*KEPT_WORDS)]
    if len(kept) < 2:
        return None
    if rng.random() < 0.3:
        rng.shuffle(kept)
    question = rng.choice(STARTS).format(" ".join(kept))
    wanted = rng.randint(*CANDIDATES)
    shown = [(piece.label, sentence) for sentence in piece.sentences if _fits(sentence)][: wanted - 1]
    others = [other for other in corpus.of(piece.group) if other.key != piece.key]
    for other in rng.sample(others, min(len(others), 6)):
        fitting = [(other.label, sentence) for sentence in other.sentences if _fits(sentence)]
        shown = shown + fitting if rng.random() < 0.5 else fitting + shown
    if (piece.label, answer) not in shown[:wanted]:
        shown = [(piece.label, answer), *(pair for pair in shown if pair[1] != answer)]
    shown = shown[:wanted]
    removed = rng.random() < REMOVED
    if removed:
        shown = [pair for pair in shown if pair[1] != answer]
    if len(shown) < 2:
        return None
    gold = tuple(index for index, pair in enumerate(shown) if pair[1] == answer)
    action = Action.QUOTE if gold else Action.HAND_OVER
    task = Task(question, tuple(pair[1] for pair in shown), tuple(pair[0] for pair in shown))
    return Sample(f"rule:{piece.key}", piece.key, task, Written(action, gold[:1]), gold, "rule")


def _fits(sentence: str) -> bool:
    return SENTENCE[0] <= len(sentence) <= SENTENCE[1]
