"""What answering takes in and gives out. Frozen; nothing here does I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chatbot.model.seam import Turn


class AnswerKind(StrEnum):
    REPLY = "reply"
    QUESTION = "question"
    REFUSAL = "refusal"
    TICKET = "ticket"


class Mode(StrEnum):
    """In order of trust."""

    CURATED = "curated"
    QUOTED = "quoted"
    GENERATED = "generated"


class Reason(StrEnum):
    """Why a question was not simply answered, or what raised doubt. Each has a sentence in the locale files, for the
    customer and for the agent."""

    CUSTOMER_ASKED = "customer_asked"
    TOPIC_POLICY = "topic_policy"
    MOOD = "mood"
    INJECTION = "injection"
    NOTHING_FOUND = "nothing_found"
    WEAK_SUPPORT = "weak_support"
    MODEL_GAVE_UP = "model_gave_up"
    MODEL_DOWN = "model_down"
    NOT_GROUNDED = "not_grounded"
    CONFLICT = "conflict"
    LANGUAGE = "language"
    OFF_TOPIC = "off_topic"
    UNCLEAR = "unclear"
    OVERLOAD = "overload"


@dataclass(frozen=True, slots=True)
class Question:
    """``text`` is the customer's, as written: answering masks it. ``as_of`` is the day whose rules apply;
    ``as_of_stated`` tells whether it came signed (a contract's date) or is merely today. ``canary`` is answering's own
    (`chatbot.privacy.canary`). ``adapter`` is to answer it; None: the one in
    service."""

    text: str
    as_of: date
    as_of_stated: bool = False
    history: tuple[Turn, ...] = ()
    language: str | None = None
    adapter: str | None = None
    canary: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """Frozen at the moment of the answer: it stays what it was when the document changes."""

    document: str
    version: str
    clause: str
    quote: str
    title: str
    text: str
    hash: str
    source: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision. ``p_wrong`` is the estimated probability that sending the answer would be wrong."""

    action: AnswerKind
    p_wrong: float
    reasons: tuple[Reason, ...] = ()
    topic: str | None = None
    team: str = "support"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of an answer that passed its checks and may be shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of a turn. ``text`` is what the customer reads, with ``[1]``-style marks into ``citations``; for a
    ticket, what is said while handing over. ``draft`` is the reply that was held back, for the agent's suggestion.
    ``signals`` are the numbers the verdict was made of (see `chatbot.verdict.Signals`), for people and calibration."""

    kind: AnswerKind
    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    mode: Mode | None
    model: str
    adapter: str | None
    language: str
    took_ms: float
    first_token_ms: float | None
    draft: str = ""
    draft_citations: tuple[Citation, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
