"""From what the network reads to what it proposes. Pure; the numbers that decide stand in `Choosing`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatbot.model.seam import Action, Proposal

TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Choosing:
    """A sentence's logit is its prior (the embedding's hint) + ``own`` × the network's own score of it + ``letter`` ×
    the log-probability that its letter is named; ``giving_up`` is the logit of none. ``marks`` weighs that softmax
    against the written decision (1: it alone) in the probability of quoting. ``beside``: a further sentence is quoted
    when its probability is at least this share of the best one's. ``most``: sentences quoted at most.

    Chosen by log-likelihood on the 260 held-out samples of the shipped adapter (docs/experiments.md); so the figures
    on those samples flatter it by a little.
    """

    own: float = 0.7
    letter: float = 0.4
    giving_up: float = -0.6
    marks: float = 0.7
    beside: float = 0.75
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
    actions: Mapping[Action, float],
    marks: Sequence[float],
    choices: Sequence[float],
    priors: Sequence[float],
    table: Choosing = CHOOSING,
) -> Chosen:
    """``marks`` and ``priors`` are logits, ``choices`` log-probabilities; one each a sentence."""
    logits = [
        prior + table.own * mark + table.letter * choice
        for prior, mark, choice in zip(priors, marks, choices, strict=True)
    ]
    *among, none = softmax([*logits, table.giving_up])
    quote = table.marks * (1 - none) + (1 - table.marks) * actions[Action.QUOTE] if among else 0.0
    pooled = [share / max(1 - none, TINY) * quote for share in among]
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
