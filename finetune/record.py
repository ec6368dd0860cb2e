"""The canonical record: one example in the form that every source is brought to and every exporter starts from.

Frozen inside; pydantic checks the same classes at the file's edge (`finetune.records`). FORMAT grows when a field
changes its meaning; a file of a newer format is refused, not guessed at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ConfigDict

from chatbot.model.seam import Action

FORMAT = 1
_STRICT = ConfigDict(extra="forbid")


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Origin(StrEnum):
    """Where an example comes from. All but ``written`` must pass a person's review before training."""

    CONVERSATION = "conversation"
    CORRECTION = "correction"
    IMPORT = "import"
    SYNTHETIC = "synthetic"
    WRITTEN = "written"


class Pii(StrEnum):
    """What is known of personal data: looked for and not found, found and masked, not looked for."""

    CLEAN = "clean"
    MASKED = "masked"
    UNCHECKED = "unchecked"


class Basis(StrEnum):
    """On what ground a text may be used: the customer's own consent, or there is no customer in it (the company's own
    text; one it has the rights to, as stated at import)."""

    CUSTOMER = "customer"
    COMPANY = "company"
    STATED = "stated"
    NONE = "none"


class Use(StrEnum):
    TRAIN = "train"
    MEASURE = "measure"


class Decision(StrEnum):
    ACCEPTED = "accepted"
    EDITED = "edited"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Message:
    """``weight`` 1: the model learns to write it (assistant's turns only). ``author`` of an assistant's turn, where it
    is known: ai or human."""

    __pydantic_config__ = _STRICT

    role: Role
    content: str
    weight: int = 0
    author: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause that was shown, as it stood then."""

    __pydantic_config__ = _STRICT

    text: str
    document: str = ""
    clause: str = ""
    title: str = ""
    version: str = ""
    hash: str = ""

    @property
    def key(self) -> str:
        """The same as `examples.Source.key` of that clause: what a split must not part."""
        if self.document and self.clause:
            return f"{self.document}:{self.clause}"
        return "text:" + hashlib.sha256(self.text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Provenance:
    """``source``: a file with its row, a document, or the service's store; never an id that leads back to a person.
    ``by``: who or what made it. ``on``: an ISO date."""

    __pydantic_config__ = _STRICT

    source: str
    by: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """``wording`` names the text that was agreed to (chatbot.consent)."""

    __pydantic_config__ = _STRICT

    basis: Basis
    on: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    __pydantic_config__ = _STRICT

    decision: Decision
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Record:
    """One example. ``rejected``: an answer in place of the last one, which was not good enough (for preferences).
    ``customer``, ``conversation``: `chatbot.subjects` hashes of whom it came from. ``clauses``: keys of the clauses its
    answer rests on. ``action``: what the answer does; None where nobody has said. ``notes``: for the reviewer."""

    __pydantic_config__ = _STRICT

    id: str
    origin: Origin
    messages: tuple[Message, ...]
    language: str
    licence: str
    provenance: Provenance
    consent: Consent
    pii: Pii = Pii.UNCHECKED
    action: Action | None = None
    rejected: str | None = None
    passages: tuple[Passage, ...] = ()
    clauses: tuple[str, ...] = ()
    customer: str | None = None
    conversation: str | None = None
    use: Use = Use.TRAIN
    review: Review | None = None
    notes: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def question(self) -> str:
        """The last thing the customer said before the answer."""
        return next((one.content for one in reversed(self.messages[:-1]) if one.role is Role.USER), "")

    @property
    def answer(self) -> str:
        return self.messages[-1].content

    @property
    def earlier(self) -> tuple[Message, ...]:
        """What was said before the question, the system's message apart."""
        talk = [one for one in self.messages[:-1] if one.role is not Role.SYSTEM]
        last = max((at for at, one in enumerate(talk) if one.role is Role.USER), default=0)
        return tuple(talk[:last])

    @property
    def system(self) -> str | None:
        return next((one.content for one in self.messages if one.role is Role.SYSTEM), None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything a person may have written or been written to; the passages are the company's."""
        return (*(one.content for one in self.messages if one.role is not Role.SYSTEM),
                *((self.rejected,) if self.rejected else ()))

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(one for one in (self.customer, self.conversation) if one)


def faults(record: Record) -> list[str]:
    """What is wrong with a record's shape, each as one sentence; empty: nothing. Pure."""
    found = []
    talk = [one for one in record.messages if one.role is not Role.SYSTEM]
    if record.format > FORMAT:
        found.append(f"format {record.format} is newer than {FORMAT}, which this version reads")
    if not record.id.strip():
        found.append("id is empty")
    if any(one.role is Role.SYSTEM for one in record.messages[1:]):
        found.append("a system message stands after the first place")
    if not talk or talk[-1].role is not Role.ASSISTANT:
        found.append("the last message must be the assistant's")
    if not talk or talk[0].role is not Role.USER:
        found.append("the first message (the system's apart) must be the user's")
    if any(not one.content.strip() for one in record.messages):
        found.append("a message is empty")
    if any(one.weight not in (0, 1) or (one.weight and one.role is not Role.ASSISTANT) for one in record.messages):
        found.append("weight is 0, or 1 on an assistant's message")
    if talk and not any(one.weight for one in talk):
        found.append("no message has weight 1: there is nothing to learn")
    if record.rejected is not None and record.rejected.strip() == (talk[-1].content.strip() if talk else ""):
        found.append("the rejected answer is the chosen one")
    if missing := set(record.clauses) - {one.key for one in record.passages}:
        found.append(f"clauses names {min(missing)!r}, which is not among the passages")
    return found
