"""One order out of several scores. Pure.

Scores of different kinds can't be added as they are; each is put on one scale by its mean and deviation over the
candidates of this question (a z-score), weighted, and summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ingestion.index.seam import DENSE, GRAMS, LEMMAS, Hit


@dataclass(frozen=True, slots=True)
class Weights:
    """Chosen on support-faq by nDCG@10 (docs/experiments.md). ``pool``: best points taken of each kind of vector."""

    of: Mapping[str, float]
    pool: int


WEIGHTS = Weights(of=MappingProxyType({DENSE: 1.0, LEMMAS: 0.2, GRAMS: 0.3}), pool=100)


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
