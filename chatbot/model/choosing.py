"""From what the network reads to what it proposes. Pure; the numbers that decide stand in `Choosing`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.model.seam import Action, Proposal

TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Choosing:
    """``marks``: weight of the sentences' own scores against the named letter, in their average (0 to 1).
    ``temperature`` flattens the marks' distribution. ``beside``: a further sentence is quoted when its probability is
    at least this share of the best one's. ``most``: sentences quoted at most."""

    marks: float = 0.5
    temperature: float = 1.0
    beside: float = 0.5
    most: int = 3


CHOOSING = Choosing()


@dataclass(frozen=True, slots=True)
class Chosen:
    """``scores``: log-probability that a sentence answers; with giving up they sum to one. ``best``: the most likely
    sentence, None when there is none."""

    action: Action
    sentences: tuple[int, ...]
    probabilities: Mapping[Action, float]
    scores: tuple[float, ...]
    best: int | None


def choose(
    actions: Mapping[Action, float], marks: Sequence[float], choices: Sequence[float], table: Choosing = CHOOSING
) -> Chosen:
    """Two readings of the same question are averaged: each sentence's own mark (a softmax with giving up, at 0), and
    the decision as it would be written (action, then a letter). ``marks`` are logits, ``choices`` log-probabilities."""
    own = softmax([score / table.temperature for score in (*marks, 0.0)])
    written = [actions[Action.QUOTE] * math.exp(choice) for choice in choices]
    pooled = [table.marks * a + (1 - table.marks) * b for a, b in zip(own, written, strict=False)]
    quote = sum(pooled)
    others = {action: share for action, share in actions.items() if action is not Action.QUOTE}
    rest = (1 - quote) / max(sum(others.values()), TINY)
    probabilities = {action: share * rest for action, share in others.items()} | {Action.QUOTE: quote}
    action = max(probabilities, key=lambda one: probabilities[one])
    best = max(range(len(pooled)), key=lambda index: pooled[index], default=None)
    sentences: tuple[int, ...] = ()
    if action is Action.QUOTE and best is not None:
        close = [index for index, p in enumerate(pooled) if p >= table.beside * pooled[best]]
        sentences = tuple(sorted(sorted(close, key=lambda index: -pooled[index])[: table.most]))
    return Chosen(action, sentences, probabilities, tuple(math.log(max(p, TINY)) for p in pooled), best)


def confidence(proposal: Proposal) -> float:
    """The probability that the proposed sentences answer, from 0 to 1: the sum of theirs, of a softmax over all
    candidates and giving up. 0 for a proposal that quotes nothing; 0.5 where the model gives no scores (remote)."""
    if proposal.action is not Action.QUOTE or not proposal.sentences:
        return 0.0
    if not proposal.scores:
        return 0.5
    return min(1.0, sum(math.exp(proposal.scores[index]) for index in proposal.sentences))


def softmax(logits: Sequence[float]) -> list[float]:
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    return [power / sum(powers) for power in powers]
