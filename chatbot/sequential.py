"""Tests that may be looked at after every answer: the evidence that one share is larger than another. Pure.

The safe test of two proportions (Turner, Ly and Grünwald, 2021): outcomes of the two arms come in blocks of one each;
each block multiplies the evidence by how likely it is under what was learnt so far, against the best single share. If
the shares are the same, or the other way round, the evidence passes 1/alpha with probability alpha at most, however
often one looks and whenever one stops.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

ALPHA = 0.05
"""Of a false alarm, ever, over both harms that are watched; each gets half."""
PRIOR = 1.0
"""Outcomes of each kind that an arm is thought to have seen before the first (Laplace)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``value``: how many times likelier the outcomes are if the second arm's share is larger than if it isn't; its
    highest so far counts, as one might have stopped there. ``n`` outcomes and ``share`` by arm."""

    value: float
    highest: float
    blocks: int
    n: tuple[int, int]
    share: tuple[float, float]

    def proves(self, alpha: float) -> bool:
        return self.highest >= 1 / alpha


def larger(outcomes: Iterable[tuple[int, bool]]) -> Evidence:
    """Evidence that arm 1 has more of something than arm 0, from (arm, whether it happened) in order of arrival."""
    waiting: tuple[list[bool], list[bool]] = ([], [])
    seen, hits = [0, 0], [0, 0]
    learnt, counted = [PRIOR, PRIOR], [2 * PRIOR, 2 * PRIOR]
    log = highest = 0.0
    blocks = 0
    for arm, happened in outcomes:
        seen[arm] += 1
        hits[arm] += happened
        waiting[arm].append(happened)
        if not (waiting[0] and waiting[1]):
            continue
        first, second = waiting[0].pop(0), waiting[1].pop(0)
        shares = learnt[0] / counted[0], learnt[1] / counted[1]
        if shares[1] > shares[0]:  # else the evidence for "larger" is a bet on nothing: the factor is 1
            middle = sum(shares) / 2
            log += math.log(_likely(first, shares[0]) * _likely(second, shares[1]))
            log -= math.log(_likely(first, middle) * _likely(second, middle))
            highest = max(highest, log)
        for which, outcome in enumerate((first, second)):
            learnt[which] += outcome
            counted[which] += 1
        blocks += 1
    share = (hits[0] / seen[0] if seen[0] else 0.0, hits[1] / seen[1] if seen[1] else 0.0)
    return Evidence(math.exp(min(log, 700)), math.exp(min(highest, 700)), blocks, (seen[0], seen[1]), share)


def _likely(happened: bool, share: float) -> float:
    return share if happened else 1 - share
