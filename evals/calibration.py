"""From labelled cases to a probability of being wrong and a threshold for a stated risk. Pure.

The threshold is chosen by fixed-sequence testing over the scores from the surest down: each step's risk has a
Clopper-Pearson upper bound, and the first step that fails ends it. With the order fixed by the scores alone, the
chosen threshold's true risk is at most the stated one with the stated confidence (Learn-then-Test).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEATURES = ("support", "p_sentence", "closeness", "margin", "kind")
"""Signals of a quoted answer, in the order of the fitted weights; `chatbot.thresholds` names the weights."""
RIDGE = 1.0
"""L2 penalty of the fit, in units of one case: keeps weights finite on separable data."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``threshold`` on p_wrong; ``risk_bound`` is the upper bound there; ``coverage`` the share of cases sent."""

    threshold: float
    risk_bound: float
    coverage: float
    n: int


def fit(rows: Sequence[Sequence[float]], wrong: Sequence[bool], steps: int = 50) -> NDArray[np.float64]:
    """Logistic regression by Newton's method: the intercept and one weight per feature, for P(wrong)."""
    x = np.column_stack([np.ones(len(rows)), np.asarray(rows, dtype=float)])
    y = np.asarray(wrong, dtype=float)
    weights = np.zeros(x.shape[1])
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 1e-6
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + penalty @ weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + penalty
        change = np.linalg.solve(hessian, gradient)
        weights -= change
        if float(np.abs(change).max()) < 1e-8:
            break
    return weights


def upper_bound(wrong: int, sent: int, confidence: float) -> float:
    """Clopper-Pearson: the largest risk under which ``wrong`` or fewer of ``sent`` still has 1 - confidence."""
    if wrong >= sent:
        return 1.0
    low, high = wrong / sent, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, sent, middle) > 1 - confidence else (low, middle)
    return high


def cases_needed(risk: float, confidence: float) -> int:
    """The fewest answers sent, none of them wrong, that can show this risk with this confidence."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - risk))


def choose(points: Sequence[tuple[float, bool]], cases: int, risk: float, confidence: float) -> Choice | None:
    """The loosest threshold that holds the risk; ``points`` are (p_wrong, right). None when no threshold can."""
    ordered = sorted(points)
    best = None
    wrong = 0
    for sent, (doubt, right) in enumerate(ordered, start=1):
        wrong += not right
        tied = sent < len(ordered) and ordered[sent][0] == doubt
        if tied or sent < cases_needed(risk, confidence):
            continue
        bound = upper_bound(wrong, sent, confidence)
        if bound > risk:
            break
        best = Choice(doubt, bound, sent / cases, cases)
    return best


def _at_most(wrong: int, sent: int, p: float) -> float:
    """P(X <= wrong) for a binomial of ``sent`` draws."""
    total = 0.0
    for k in range(wrong + 1):
        log = math.lgamma(sent + 1) - math.lgamma(k + 1) - math.lgamma(sent - k + 1)
        total += math.exp(log + k * math.log(p) + (sent - k) * math.log1p(-p)) if 0 < p < 1 else float(p == 0)
    return total
