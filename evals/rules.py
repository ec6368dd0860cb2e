"""From drafts to one rule a mode: curated answers first, quoted ones for what they leave. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.answer import Mode
from chatbot.calibration import Rule
from evals.calibration import (
    Choice,
    Fitted,
    Point,
    by_topic,
    cases_needed,
    choose,
    cross_fitted,
    fit,
    lower_bound,
    missing,
)
from evals.drafts import Drafted

SIGNALS: Mapping[Mode, tuple[str, ...]] = {
    Mode.CURATED: ("dense", "support", "margin", "agreement", "first", "kind", "first_margin", "first_agreement",
                   "agreement_squared"),
    Mode.QUOTED: ("support", "p_sentence", "closeness", "margin", "kind", "gave_up", "p_ask", "p_decline", "seconded",
                  "found", "gap"),
}
"""Signals of each mode's logistic (`chatbot.verdict.Signals`), in the order in which the modes are tried."""
TOPIC_CASES = 2
"""A topic gets a limit of its own from so many times the drafts that a spotless record needs."""
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Judge:
    """What calibration found for one mode. ``choice`` None: no limit holds the risk, and ``missing`` more cases like
    these are needed. ``points``: the mode's drafts, each with a doubt that didn't see its label."""

    fitted: Fitted
    choice: Choice | None
    missing: int = 0
    topics: Mapping[str, float] = field(default_factory=dict)
    points: tuple[Point, ...] = ()

    @property
    def limit(self) -> float:
        return self.choice.threshold if self.choice else 0.0

    def sends(self, point: Point) -> bool:
        """Whether a fresh draft is sent."""
        limit = self.topics.get(point.topic, self.limit) if point.topic else self.limit
        return self.choice is not None and self.fitted.doubt(point.numbers) <= limit


@dataclass(frozen=True, slots=True)
class Sent:
    """``sent`` of ``drafts`` drafts, ``wrong`` of them."""

    drafts: int = 0
    sent: int = 0
    wrong: int = 0

    @property
    def risk(self) -> float:
        return self.wrong / self.sent if self.sent else 0.0

    @property
    def coverage(self) -> float:
        return self.sent / self.drafts if self.drafts else 0.0


def each(confidence: float, modes: int = len(SIGNALS)) -> float:
    """The confidence each mode needs so that all hold at once (Bonferroni)."""
    return 1 - (1 - confidence) / modes


def judges(drafts: Sequence[Drafted], risk: float, confidence: float, *, topics: bool = True) -> dict[Mode, Judge]:
    """A judge for each mode; all stated risks hold together with the confidence."""
    own = each(confidence)
    found: dict[Mode, Judge] = {}
    left = list(drafts)
    for mode, names in SIGNALS.items():
        having = [one for one in drafts if mode in one.points]
        points = [one.points[mode] for one in having]
        if len({point.right for point in points}) < 2:
            found[mode] = Judge(Fitted(0.0, {}), None, 2 * cases_needed(risk, own))
            continue
        scored = cross_fitted(points, names, SEED)
        open_cases = {id(one) for one in left}
        reached = [point for one, point in zip(having, scored, strict=True) if id(one) in open_cases]
        choice = choose(reached, risk, own)
        limits = _topics(reached, choice, risk, own) if choice and topics else {}
        found[mode] = Judge(fit(points, names), choice, 0 if choice else missing(reached, risk, own), limits,
                            tuple(reached))
        doubt = {id(one): point for one, point in zip(having, scored, strict=True)}
        left = [one for one in left if id(one) not in doubt or not _passes(found[mode], doubt[id(one)])]
    return found


def measured(drafts: Iterable[Drafted], found: Mapping[Mode, Judge]) -> dict[Mode, Sent]:
    """What these judges send of fresh drafts, each case in the first mode that is sure."""
    counts = {mode: [0, 0, 0] for mode in found}
    for one in drafts:
        for mode, judge in found.items():
            point = one.points.get(mode)
            if point is None:
                continue
            counts[mode][0] += 1
            if judge.sends(point):
                counts[mode][1] += 1
                counts[mode][2] += not point.right
                break
    return {mode: Sent(*three) for mode, three in counts.items()}


def halves(drafts: Sequence[Drafted], seed: int, *, by_group: bool) -> tuple[list[Drafted], list[Drafted]]:
    """A random half and the other; by groups, cases on one clause stay together."""
    keys = sorted({one.group if by_group else one.case for one in drafts})
    random.Random(seed).shuffle(keys)
    first = set(keys[: len(keys) // 2])
    mine = [one for one in drafts if (one.group if by_group else one.case) in first]
    other = [one for one in drafts if (one.group if by_group else one.case) not in first]
    return mine, other


def rule(judge: Judge, risk: float, confidence: float) -> Rule:
    """As the service reads it."""
    choice = judge.choice
    shape = {"intercept": judge.fitted.intercept, "weights": dict(judge.fitted.weights)}
    if choice is None:
        return Rule(p_wrong=0.0, **shape, refused=f"no limit holds risk {risk} at confidence {confidence}: "
                    f"about {judge.missing} more cases are needed")
    return Rule(p_wrong=choice.threshold, **shape, topics=dict(judge.topics), risk=risk, confidence=each(confidence),
                risk_bound=round(choice.risk_bound, 5), coverage=round(choice.coverage, 4), n=choice.n)


def _passes(judge: Judge, point: Point) -> bool:
    limit = judge.topics.get(point.topic, judge.limit) if point.topic else judge.limit
    return judge.choice is not None and point.doubt <= limit


def _topics(points: Sequence[Point], choice: Choice, risk: float, confidence: float) -> dict[str, float]:
    """Limits of topics with enough drafts, where one holds the risk by itself. A topic that is shown to pass the risk
    at its mode's limit sends nothing; any other keeps its mode's limit, whose risk is that of all topics together."""
    needed = TOPIC_CASES * cases_needed(risk, confidence)
    chosen = by_topic(points, risk, confidence, lambda n: n >= needed)
    limits = {}
    for topic, own in chosen.items():
        sent = [point for point in points if point.topic == topic and point.doubt <= choice.threshold]
        if own is not None:
            limits[topic] = own.threshold
        elif lower_bound(sum(not point.right for point in sent), len(sent), confidence) > risk:
            limits[topic] = 0.0
    return limits
