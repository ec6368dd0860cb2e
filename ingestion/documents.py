"""What a document is on its way from a file to a passage. Every type here is frozen; nothing here does I/O."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

CHUNK_NAMESPACE = uuid.UUID("6f0b5c0a-4d1e-5c4e-9a53-2f6f8a0f7c11")


def day_before(day: date) -> date:
    """The calendar's first day has none before it, and is its own."""
    return day - timedelta(days=1) if day > date.min else day


def day_after(day: date) -> date:
    """The calendar's last day is its own."""
    return day + timedelta(days=1) if day < date.max else day


class Kind(StrEnum):
    """What a document is. The order is precedence: where two current ones disagree, the earlier outranks the later."""

    STATUTE = "statute"
    REGULATION = "regulation"
    PAGE = "page"
    FAQ = "faq"


class Status(StrEnum):
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    NEEDS_OCR = "needs_ocr"
    NEEDS_PASSWORD = "needs_password"


@dataclass(frozen=True, slots=True)
class Validity:
    """From ``since`` to ``until``, both days included. None is open: always so far, or until revoked."""

    since: date | None = None
    until: date | None = None

    @property
    def empty(self) -> bool:
        """Whether it covers no day at all: a page that came and went on one day, say."""
        return self.since is not None and self.until is not None and self.until < self.since

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Clause:
    """A unit of a document that can be cited.

    ``path`` is what a lawyer would cite, outermost first, for example ``("§ 5", "ust. 2", "pkt 1")``; empty for a
    text without numbered units. ``headings`` are the titles above it. ``text`` is the unit's own text.
    """

    path: tuple[str, ...]
    headings: tuple[str, ...]
    text: str

    @property
    def label(self) -> str:
        return " ".join(self.path) or " › ".join(self.headings)


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A curated answer. ``rests_on`` names clauses as ``"<document> <clause label>"``."""

    question: str
    answer: str
    paraphrases: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What a parser found in a file: plain text with line breaks, or FAQ entries, or ready passages (never none).
    ``notes`` name parts of the file that could not be read, each with its reason."""

    title: str
    clauses: tuple[Clause, ...] = ()
    faq: tuple[FaqEntry, ...] = ()
    kind: Kind = Kind.REGULATION
    language: str = "pl"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit of retrieval: a whole clause, or a part of a long one; for an FAQ, one entry's answer.

    ``unit`` is the label of the whole clause, of which ``clause`` may be a part. ``hash`` is that of ``text``;
    ``questions`` are an FAQ entry's question and paraphrases, matched as fields of
    their own. ``clause`` is the label that a citation shows.
    """

    document: str
    version: str
    clause: str
    title: str
    text: str
    position: int
    kind: Kind
    validity: Validity
    source: str
    headings: tuple[str, ...] = ()
    collection: str = "default"
    language: str = "pl"
    audience: str = "customer"
    questions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    topic: str | None = None
    unit: str = ""

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def id(self) -> str:
        """The same text at the same place of the same version has the same id, in every run and on every machine."""
        name = "\n".join((self.document, self.version, self.clause, str(self.position), self.hash))
        return str(uuid.uuid5(CHUNK_NAMESPACE, name))


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that answers a search. ``score`` orders the list; ``scores`` holds each stage's own (for people and
    for the verdict): ``dense`` is a cosine, ``sparse`` a BM25 sum, ``question`` the best cosine to an FAQ question."""

    chunk: Chunk
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)
