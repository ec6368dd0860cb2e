"""What the set-ups' outcomes say beside each other: each at its own limit for the same risk, and the verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from chatbot.answer import Answer, AnswerKind, Mode, Reason
from evals.calibration import Point, cross_fitted
from evals.drafts import group_of
from evals.figures import whole
from evals.harms import LEVEL, RESAMPLES, Interval, interval
from evals.metrics import Outcome, risk_coverage, scored, summarise
from evals.rules import SEED, SIGNALS
from ingestion.company import Company, Goals

ADAPTED = frozenset({"adapter", "rag+adapter"})
"""Set-ups that use the adapter."""
SERVICE = "rag+adapter"
WRITTEN = ("p", "least", "length", "cited", "support", "dense")
"""Signals of a text that was written freely (`evals.configs`)."""
BINS = 8
"""Of the reliability diagram; each holds as many answers."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One set-up: its outcomes at its limit, and as they were drafted, each with a p_wrong that saw no label."""

    name: str
    limit: float
    outcomes: tuple[Outcome, ...]
    drafted: tuple[Outcome, ...]
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``key`` names the sentence in the locale files. ``gain``: right answers of the service over ``best``'s, as a
    share of the answerable questions, with its paired bootstrap interval."""

    key: str
    best: str
    gain: Interval


def compared(name: str, drafted: Sequence[Outcome], company: Company) -> Compared:
    """The set-up at the loosest limit whose risk on these cases is within the company's goal."""
    judged = doubted(drafted)
    limit = loosest(scored(judged), company.goals.risk)
    outcomes = tuple(held(outcome, limit) for outcome in judged)
    figures = whole(outcomes, company)
    figures["curve"] = risk_coverage(scored(judged), len(judged))
    figures["auroc"] = summarise(judged)["auroc"]
    figures["right_interval"] = asdict(interval(rights(outcomes))) if rights(outcomes) else None
    figures["coverage_interval"] = asdict(interval([float(o.replied) for o in outcomes]))
    figures["threshold"] = round(limit, 4)
    return Compared(name, limit, outcomes, tuple(judged), figures)


def doubted(drafted: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with a p_wrong fitted on other clauses' cases. Approved answers keep their own rule's."""
    found = list(drafted)
    for mode, names in ((Mode.QUOTED, SIGNALS[Mode.QUOTED]), (Mode.GENERATED, WRITTEN)):
        at = [i for i, o in enumerate(drafted) if o.answer is not None and o.replied and o.answer.mode is mode]
        points = [Point(dict(o.answer.signals), o.right, group_of(o.case)) for i in at if (o := drafted[i]).answer]
        if len({point.right for point in points}) < 2:
            share = float(not points[0].right) if points else 1.0
            scored_points = [replace(point, doubt=share) for point in points]
        else:
            scored_points = cross_fitted(points, names, SEED)
        for i, point in zip(at, scored_points, strict=True):
            answer = drafted[i].answer
            assert answer is not None
            found[i] = replace(drafted[i], answer=replace(answer, verdict=replace(answer.verdict, p_wrong=point.doubt)))
    return found


def loosest(points: Sequence[tuple[float, bool]], risk: float) -> float:
    """The loosest limit whose empirical risk on these points is at most ``risk``; 0 when none is."""
    best, wrong = 0.0, 0
    ordered = sorted(points)
    for sent, (doubt, right) in enumerate(ordered, start=1):
        wrong += not right
        if (sent == len(ordered) or ordered[sent][0] > doubt) and wrong / sent <= risk:
            best = doubt
    return best


def held(outcome: Outcome, limit: float) -> Outcome:
    """The outcome as it is at this limit: what is doubted more goes to a person, its text kept as a draft."""
    answer = outcome.answer
    if answer is None or not outcome.replied or answer.verdict.p_wrong <= limit:
        return outcome
    verdict = replace(answer.verdict, action=AnswerKind.TICKET, reasons=(Reason.WEAK_SUPPORT,))
    back: Answer = replace(answer, kind=AnswerKind.TICKET, text="", citations=(), verdict=verdict, mode=None,
                           draft=answer.text, draft_citations=answer.citations)
    return replace(outcome, answer=back)


def rights(outcomes: Sequence[Outcome]) -> list[float]:
    return [float(o.right) for o in outcomes if o.case.answerable]


def verdict(found: Mapping[str, Compared], goals: Goals) -> Verdict | None:
    """Whether the service with its adapter beats the best set-up without it. None where one of the two wasn't run."""
    others = [one for name, one in found.items() if name not in ADAPTED]
    if SERVICE not in found or not others:
        return None
    best = max(others, key=lambda one: (sum(rights(one.outcomes)), -one.figures["cost"]["machine"]))
    gain = paired(rights(found[SERVICE].outcomes), rights(best.outcomes))
    if gain.high < 0:
        key = "harmful"
    elif gain.mean >= goals.gain and gain.low > 0:
        key = "worth"
    elif gain.high < goals.gain or gain.mean < goals.gain:
        key = "not_worth"
    else:
        key = "not_shown"
    return Verdict(key, best.name, gain)


def paired(ours: Sequence[float], theirs: Sequence[float], seed: int = 1) -> Interval:
    """Mean difference on the same cases, with its percentile bootstrap interval."""
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(round(float(differences.mean()), 4), round(float(low), 4), round(float(high), 4), len(differences))


def reliability(outcomes: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """(mean estimated p_wrong, share wrong, answers) in bins of as many answers each."""
    points = sorted(scored(outcomes))
    if not points:
        return []
    parts = np.array_split(np.asarray([(doubt, not right) for doubt, right in points], dtype=float), BINS)
    return [(round(float(part[:, 0].mean()), 4), round(float(part[:, 1].mean()), 4), len(part))
            for part in parts if len(part)]


Pairs = list[tuple[Outcome, Outcome]]


def changed_hands(ours: Compared, best: Compared) -> tuple[Pairs, Pairs]:
    """(ours, theirs) of cases that only ours has right, and of those that only theirs has."""
    both = list(zip(ours.outcomes, best.outcomes, strict=True))
    won = [pair for pair in both if good(pair[0]) and not good(pair[1])]
    lost = [pair for pair in both if good(pair[1]) and not good(pair[0])]
    return won, lost


def good(outcome: Outcome) -> bool:
    """Right, or handed over, refused or asked back as the case expects."""
    return outcome.right or (not outcome.replied and outcome.as_expected and not outcome.case.answerable)


