"""One order out of several scores. Pure.

Scores of different kinds can't be added as they are; each is put on one scale by its mean and deviation over the
candidates of this question (a z-score), weighted, and summed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ingestion.index.seam import DENSE, GRAMS, LEMMAS, WORDS, Hit


@dataclass(frozen=True, slots=True)
class Weights:
    """``pool``: best points taken of each kind of vector. A kind that weighs nothing is not asked."""

    of: Mapping[str, float]
    pool: int

    @property
    def asked(self) -> frozenset[str]:
        return frozenset(name for name, weight in self.of.items() if weight > 0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Points of an index up to which it is ``small``, and from which it is ``large``: 900 help answers want the first
    weights below, 60,000 parts of statutes the second (docs/experiments.md)."""

    small: int = 2_000
    large: int = 20_000


SIZES = Sizes()
WEIGHTS = Weights(of=MappingProxyType({DENSE: 1.0, LEMMAS: 0.1, GRAMS: 0.3, WORDS: 0.0}), pool=60)
"""Of a small index; chosen for e5-support on help pages, encyclopaedia paragraphs and the demo. A pool of 100 finds
no more and takes a third longer behind the engine's first answer; of 40, less (docs/experiments.md, 2026-11-28)."""
LARGE = Weights(of=MappingProxyType({DENSE: 1.0, LEMMAS: 0.5, GRAMS: 1.0, WORDS: 1.5}), pool=60)
"""Of a large one, where many passages lie near any question and its very words tell them apart; chosen on legal, each
half of its questions by the other's."""


def weights_for(points: int) -> Weights:
    """Between small and large they go with the logarithm of the number of points."""
    share = math.log(max(points, 1) / SIZES.small) / math.log(SIZES.large / SIZES.small)
    share = min(1.0, max(0.0, share))
    return Weights({name: weight + share * (LARGE.of[name] - weight) for name, weight in WEIGHTS.of.items()},
                   WEIGHTS.pool)


def fused(hits: Sequence[Hit], weights: Weights = WEIGHTS) -> list[tuple[Hit, float]]:
    """Best first; equal sums in the order of their ids, so that the order is the same in every run."""
    if not hits:
        return []
    total = np.zeros(len(hits))
    for name, weight in weights.of.items():
        scores = np.array([hit.scores.get(name, 0.0) for hit in hits])
        deviation = scores.std()
        if deviation > 0:
            total += weight * (scores - scores.mean()) / deviation
    order = sorted(range(len(hits)), key=lambda place: (-total[place], hits[place].id))
    return [(hits[place], float(total[place])) for place in order]
