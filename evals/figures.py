"""Every figure of a run in one place: the contract's, likeness, citations, routing, tone, harms by name with their
reasons' shares, cost, and a bootstrap interval for each share. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from chatbot.answer import AnswerKind
from evals.harms import citations, harms, interval, likeness
from evals.judging import exact_match, f1
from evals.metrics import Outcome, grounded, summarise
from evals.routing import f1 as f1_by_label
from ingestion.company import Company, Goals

Value = Callable[[Outcome], float | None]


def whole(outcomes: Sequence[Outcome], company: Company) -> dict[str, Any]:
    """The contract's JSON of `evals answers` with all of the above beside it."""
    by_harm = harms(outcomes, company.style)
    tone = by_harm.get("off_tone")
    return {
        **summarise(outcomes), **likeness(outcomes), **citations(outcomes), **routed(outcomes, company),
        "tone": round(1 - tone.mean, 4) if tone else None,
        "cost": cost(outcomes, company.goals),
        "harms": {name: asdict(one) for name, one in by_harm.items()},
        "intervals": intervals(outcomes),
    }  # fmt: skip


def intervals(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """[low, high] of each share, 95%, by bootstrap over the cases it is a share of; none where it has no case."""
    found = {}
    for name, value in SHARES.items():
        values = [known for one in outcomes if (known := value(one)) is not None]
        if values:
            ends = interval(values)
            found[name] = [ends.low, ends.high]
    return found


def routed(outcomes: Sequence[Outcome], company: Company) -> dict[str, float | None]:
    """Category and team of the cases that name a topic."""
    teams = {topic.name: topic.team for topic in company.topics}
    told = [(str(one.case.topic), one.answer.verdict.topic or "") for one in outcomes if one.case.topic and one.answer]
    if not told:
        return {"routing_accuracy": None, "routing_macro_f1": None, "team_accuracy": None}
    by_label = f1_by_label([wanted for wanted, _ in told], [found for _, found in told])
    return {
        "routing_accuracy": _mean([float(wanted == found) for wanted, found in told]),
        "routing_macro_f1": _mean(list(by_label.values())),
        "team_accuracy": _mean([float(teams.get(wanted) == teams.get(found)) for wanted, found in told]),
    }


def cost(outcomes: Sequence[Outcome], goals: Goals) -> dict[str, float]:
    """Of 1,000 questions: the machine's time, and a person's for each that is handed over."""
    times = [ms for o in outcomes if (ms := o.took_ms) is not None]
    machine = sum(times) / max(1, len(times)) / 3_600_000 * goals.hour_price * 1000
    tickets = sum(o.answer is None or o.answer.kind is AnswerKind.TICKET for o in outcomes) / max(1, len(outcomes))
    people = tickets * goals.ticket_price * 1000
    return {"machine": round(machine, 2), "people": round(people, 2), "total": round(machine + people, 2)}


def _sent(value: Callable[[Outcome], float]) -> Value:
    return lambda one: value(one) if one.replied else None


def _due(value: Callable[[Outcome], float]) -> Value:
    return lambda one: value(one) if one.case.answerable else None


def _handed(one: Outcome) -> bool:
    return one.answer is not None and one.answer.kind is AnswerKind.TICKET


def _text(one: Outcome) -> str:
    return one.answer.text if one.answer is not None else ""


SHARES: dict[str, Value] = {
    "risk": _sent(lambda one: float(not one.right)),
    "coverage": lambda one: float(one.replied),
    "right": _due(lambda one: float(one.right)),
    "forced_right": _due(lambda one: float(one.forced_right)),
    "f1": _sent(lambda one: f1(_text(one), one.case.answers)),
    "em": _sent(lambda one: exact_match(_text(one), one.case.answers)),
    "grounded": _sent(lambda one: float(one.answer is not None and grounded(one.answer))),
    "abstain_precision": lambda one: float(one.case.expected == "ticket") if _handed(one) else None,
    "abstain_recall": lambda one: float(_handed(one)) if one.case.expected == "ticket" else None,
    "routing_accuracy": lambda one: float(one.answer.verdict.topic == one.case.topic)
                        if one.case.topic and one.answer else None,
}  # fmt: skip
"""Each with what a case gives to it: None where it is no part of the share."""


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
