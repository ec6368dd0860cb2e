"""Whether the answers in service still look as they did when they were trusted. Pure.

Three things are watched, each against the first REFERENCE answers of the same adapter: the spread of p_wrong
(population stability index), the share handed over, and thumbs down among ratings (Bernoulli CUSUMs, which add up small
changes). What can't be seen here: answers that are wrong with the same confidence as before; only people tell those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Limits:
    """``reference``, ``recent``: answers compared. ``ratings``: ratings that make a reference. ``psi``: from 0.2 on the
    field calls a shift significant; with these windows chance alone reaches 0.15 once in a thousand looks. ``odds``:
    the rise that a CUSUM is built to find; ``level``: its alarm, one false in some 20,000 answers (tests)."""

    reference: int = 500
    recent: int = 300
    ratings: int = 100
    bins: int = 10
    psi: float = 0.2
    odds: float = 2.0
    level: float = 8.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: ``p_wrong`` of its verdict (None where policy decided), and whether it went to a person."""

    p_wrong: float | None
    handed_over: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """``what`` names a text; ``before`` and ``now`` are means or shares, ``value`` the statistic that passed
    ``limit``."""

    what: str
    before: float
    now: float
    value: float
    limit: float


def alarms(answers: Sequence[Answered], ratings: Sequence[bool], limits: Limits = LIMITS) -> list[Alarm]:
    """``answers`` and ``ratings`` (True: a thumb down) of one adapter, oldest first."""
    found = []
    reference, later = answers[: limits.reference], answers[limits.reference :]
    if len(reference) == limits.reference and len(later) >= limits.recent:
        found += _shifted([a.p_wrong for a in reference if a.p_wrong is not None],
                          [a.p_wrong for a in later[-limits.recent :] if a.p_wrong is not None], limits)
    found += _risen("handed_over", [a.handed_over for a in answers], limits.reference, limits)
    found += _risen("thumbs_down", list(ratings), limits.ratings, limits)
    return found


def psi(before: Sequence[float], now: Sequence[float], bins: int) -> float:
    """Population stability index over bins that hold as many of ``before`` each."""
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    was, is_ = (np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) for values in (before, now))
    p, q = (was + 0.5) / (was + 0.5).sum(), (is_ + 0.5) / (is_ + 0.5).sum()
    return float(((q - p) * np.log(q / p)).sum())


def _shifted(before: Sequence[float], now: Sequence[float], limits: Limits) -> list[Alarm]:
    if len(before) < limits.recent or len(now) < limits.recent / 2:
        return []
    value = psi(before, now, limits.bins)
    told = Alarm("p_wrong", float(np.mean(before)), float(np.mean(now)), value, limits.psi)
    return [told] if value > limits.psi else []


def _risen(what: str, events: Sequence[bool], reference: int, limits: Limits) -> list[Alarm]:
    before, later = events[:reference], events[reference:]
    if len(before) < reference or not later:
        return []
    share = (sum(before) + 1) / (len(before) + 2)
    raised = share * limits.odds / (1 - share + share * limits.odds)
    hit, miss = math.log(raised / share), math.log((1 - raised) / (1 - share))
    total = 0.0
    for event in later:
        total = max(0.0, total + (hit if event else miss))
    now = sum(later[-limits.recent :]) / len(later[-limits.recent :])
    return [Alarm(what, share, now, total, limits.level)] if total > limits.level else []


def told(found: Sequence[Alarm]) -> list[dict[str, Any]]:
    return [{"what": one.what, "before": round(one.before, 3), "now": round(one.now, 3), "value": round(one.value, 3),
             "limit": one.limit} for one in found]  # fmt: skip
