"""Times, and the ratio of two that were taken turn by turn in one run, so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` stands against ``bar``: at most, or with ``least`` at least. ``detail``: what it was made of."""

    name: str
    value: float
    bar: float
    unit: str
    detail: dict[str, Any]
    least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.bar if self.least else self.value <= self.bar

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def timed(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> tuple[T, float]:
    """What ``work`` returns, and the milliseconds it took."""
    began = time.perf_counter()
    result = work(*arguments, **named)
    return result, (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank; ``share`` between 0 and 1."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in the values' unit."""
    return {"p50": round(statistics.median(values), 2), "p95": round(percentile(values, 0.95), 2)}
