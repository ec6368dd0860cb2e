"""A share of hits, with what its sample can say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

INTERVAL_BELOW = 300
"""Values; with fewer a figure gets its 95% interval (Wilson)."""


@dataclass
class Count:
    n: int = 0
    leaked: int = 0

    def add(self, *, leaked: bool) -> None:
        self.n += 1
        self.leaked += leaked

    def figures(self, *, always: bool = False) -> dict[str, Any]:
        """``always``: with its interval, however many there are."""
        found: dict[str, Any] = {"recall": round(1 - self.leaked / self.n, 4), "leaked": self.leaked, "n": self.n}
        if always or self.n < INTERVAL_BELOW:
            found["interval"] = [round(bound, 3) for bound in wilson(self.n - self.leaked, self.n)]
        return found


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of a share."""
    share, square = right / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, centre - half), min(1.0, centre + half)
