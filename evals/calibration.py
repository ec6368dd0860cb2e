"""From drafted answers with labels to a probability of being wrong and a limit for a stated risk. Pure.

The probability is a logistic of the signals, fitted so that no draft is judged by weights that saw its label
(cross-fitting by groups: drafts on one clause stay together). The limit is chosen by fixed-sequence testing over a grid
of limits laid down before any label is seen (Learn-then-Test, Angelopoulos et al. 2021): from where the scores alone
promise the smallest bound, looser step by step; each step's risk has a Clopper-Pearson upper bound, and the first that
fails ends it. One sequence needs no further correction for its many steps. ADR 0017 says what is exact and what is not.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import beta

FOLDS = 5
"""Parts of the cross-fit: each is judged by weights of the other four."""
RIDGE = 1.0
"""L2 penalty of the fit on standardised signals, in units of one case: keeps weights finite on separable data."""
GRID = tuple(float(limit) for limit in np.round(np.geomspace(0.002, 0.6, 80), 5))
"""Limits on p_wrong that are tried: a step is some 7%."""
FLAT = 1e-9
"""Spread of a signal below which it says nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """A draft that would be sent if its score allowed it. ``group``: what may not be parted between fit and check;
    ``said``: its text."""

    numbers: Mapping[str, float]
    right: bool
    group: str
    topic: str | None = None
    doubt: float = 1.0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A logistic for P(wrong) over named signals, on their own scales."""

    intercept: float
    weights: Mapping[str, float]

    def doubt(self, numbers: Mapping[str, float]) -> float:
        return float(expit(self.intercept + sum(weight * numbers[name] for name, weight in self.weights.items())))


@dataclass(frozen=True, slots=True)
class Choice:
    """``threshold`` on p_wrong; ``risk_bound``: the upper bound there; ``sent`` of ``n`` drafts pass, ``wrong`` of
    them are wrong."""

    threshold: float
    risk_bound: float
    sent: int
    wrong: int
    n: int

    @property
    def coverage(self) -> float:
        return self.sent / self.n if self.n else 0.0


def fit(points: Sequence[Point], names: Sequence[str], steps: int = 50) -> Fitted:
    """Logistic regression by Newton's method on standardised signals, folded back. A fit on one kind only is flat."""
    raw = np.array([[point.numbers[name] for name in names] for point in points], dtype=float)
    y = np.array([not point.right for point in points], dtype=float)
    centre, spread = raw.mean(axis=0), raw.std(axis=0)
    spread[spread < FLAT] = 1.0
    x = np.column_stack([np.ones(len(raw)), (raw - centre) / spread])
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 1e-3
    weights: NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(steps):
        p = expit(np.clip(x @ weights, -30, 30))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty
        change = np.linalg.solve(hessian, x.T @ (p - y) + penalty @ weights)
        weights -= change
        if float(np.abs(change).max()) < 1e-8:
            break
    own = weights[1:] / spread
    return Fitted(float(weights[0] - own @ centre), dict(zip(names, map(float, own), strict=True)))


def judged(points: Sequence[Point], fitted: Fitted) -> list[Point]:
    """The points with their doubt by these weights."""
    return [replace(point, doubt=fitted.doubt(point.numbers)) for point in points]


def cross_fitted(points: Sequence[Point], names: Sequence[str], seed: int, folds: int = FOLDS) -> list[Point]:
    """The points, in their order, each with its doubt by weights fitted on other groups."""
    groups = sorted({point.group for point in points})
    random.Random(seed).shuffle(groups)
    part = {group: number % folds for number, group in enumerate(groups)}
    fits = [fit([p for p in points if part[p.group] != fold] or points, names) for fold in range(folds)]
    return [replace(point, doubt=fits[part[point.group]].doubt(point.numbers)) for point in points]


def upper_bound(wrong: int, sent: int, confidence: float) -> float:
    """Clopper-Pearson: the largest risk under which ``wrong`` or fewer of ``sent`` still has 1 - confidence."""
    return float(beta.ppf(confidence, wrong + 1, sent - wrong)) if wrong < sent else 1.0


def lower_bound(wrong: int, sent: int, confidence: float) -> float:
    """Clopper-Pearson: the smallest risk under which ``wrong`` or more of ``sent`` still has 1 - confidence."""
    return float(beta.ppf(1 - confidence, wrong, sent - wrong + 1)) if wrong else 0.0


def cases_needed(risk: float, confidence: float) -> int:
    """The fewest answers sent, none of them wrong, that can show this risk with this confidence."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - risk))


def choose(points: Sequence[Point], risk: float, confidence: float) -> Choice | None:
    """The loosest limit on ``doubt`` that holds the risk; None when none does."""
    doubts = np.sort([point.doubt for point in points])
    wrongs = np.sort([point.doubt for point in points if not point.right])
    start = _start(doubts, confidence)
    best = None
    for limit in GRID[start:] if start is not None else ():
        sent = int(np.searchsorted(doubts, limit, side="right"))
        wrong = int(np.searchsorted(wrongs, limit, side="right"))
        bound = upper_bound(wrong, sent, confidence)
        if bound > risk:
            break
        best = Choice(limit, bound, sent, wrong, len(points))
    return best


def _start(doubts: NDArray[np.float64], confidence: float) -> int | None:
    """The step of the grid with the smallest bound if the probabilities were true; no label is looked at."""
    if not len(doubts):
        return None
    sums = np.concatenate([[0.0], np.cumsum(doubts)])
    expected = []
    for limit in GRID:
        sent = int(np.searchsorted(doubts, limit, side="right"))
        expected.append(upper_bound(math.ceil(sums[sent]), sent, confidence) if sent else 1.0)
    return int(np.argmin(expected))


def missing(points: Sequence[Point], risk: float, confidence: float) -> int:
    """About how many more cases like these are needed before some limit can hold the risk.

    It assumes that the share that is sent at each limit, and the share of it that is wrong, stay as they are here. When
    even the surest drafts are wrong too often, no number is enough by itself; then the number for a spotless tenth is
    given.
    """
    doubts = np.sort([point.doubt for point in points])
    wrongs = np.sort([point.doubt for point in points if not point.right])
    best = math.inf
    for limit in GRID:
        sent = int(np.searchsorted(doubts, limit, side="right"))
        rate = int(np.searchsorted(wrongs, limit, side="right")) / sent if sent else 1.0
        if sent and rate < risk:
            needed = _sent_needed(rate, risk, confidence)
            best = min(best, needed * len(points) / sent)
    if not math.isfinite(best):
        best = 10 * cases_needed(risk, confidence)
    return max(1, math.ceil(best) - len(points))


def _sent_needed(rate: float, risk: float, confidence: float) -> int:
    """The fewest answers sent at this rate of wrong ones whose bound is within the risk."""
    low, high = 1, 100_000
    while low < high:
        middle = (low + high) // 2
        holds = upper_bound(math.ceil(rate * middle), middle, confidence) <= risk
        low, high = (low, middle) if holds else (middle + 1, high)
    return low


def by_topic(
    points: Sequence[Point], risk: float, confidence: float, enough: Callable[[int], bool]
) -> dict[str, Choice | None]:
    """A choice of its own for each topic with enough drafts; None where that refuses."""
    topics: dict[str, list[Point]] = {}
    for point in points:
        if point.topic:
            topics.setdefault(point.topic, []).append(point)
    return {name: choose(own, risk, confidence) for name, own in sorted(topics.items()) if enough(len(own))}
