"""Which documents there are, in which versions, valid when. Pure: a register goes in, a register comes out.

A register is kept with the index generation that was built from it, so that switching or rolling back moves both at
once. Within a document the versions make a timeline: each ends the day before the next begins. A version that begins
on the day of another replaces it. ``supersedes`` ends another document in the same way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pydantic import BaseModel, ConfigDict

from ingestion import polish
from ingestion.documents import Chunk, Kind, Validity, day_before
from ingestion.errors import UsageError
from ingestion.validity import Proposal

LONGEST_ID = 60
"""Characters of a document's id."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rest(_Frozen):
    """What a clause said, by hash, on the day a curated entry was approved for it."""

    question: str
    reference: str
    hash: str
    day: date


class Stand(_Frozen):
    """The days on which a curated entry may be given word for word."""

    question: str
    never: bool = False
    since: date | None = None
    until: date | None = None


class Version(_Frozen):
    """``valid_from`` and ``valid_until`` are as stated; ``since`` and ``until`` as they follow from the timeline.

    ``upload`` is the SHA-256 of the file, ``chunks_file`` the name of its file of chunks under DATA_DIR/chunks.
    ``replaced`` versions are kept for the record and are not in the index.
    """

    version: str
    upload: str
    name: str
    source: str
    select: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    since: date | None = None
    until: date | None = None
    replaced: bool = False
    chunks: int = 0
    chunks_file: str = ""
    added: str = ""
    curated: bool = False
    """It holds questions and answers that rest on clauses; ``rests`` and ``stands`` are theirs (`standing`)."""
    rests: tuple[Rest, ...] = ()
    stands: tuple[Stand, ...] = ()
    proposal: Proposal | None = None
    """What the text says of its own days; while it is open, the version counts only on days on which it would also
    count if the text were right."""

    @property
    def validity(self) -> Validity:
        return Validity(self.since, self.until)


class Document(_Frozen):
    document: str
    title: str
    collection: str = "default"
    audience: str = "customer"
    kind: Kind = Kind.REGULATION
    language: str = "pl"
    superseded_by: str | None = None
    ends: date | None = None
    """The last day on which any version counts, where another document supersedes this one."""
    versions: tuple[Version, ...] = ()

    def find(self, version: str) -> Version:
        for one in self.versions:
            if one.version == version:
                return one
        known = ", ".join(one.version for one in self.versions)
        raise UsageError(f"Document {self.document} has no version {version!r}. It has {known}.")


class Register(_Frozen):
    documents: dict[str, Document] = {}

    def get(self, document: str) -> Document:
        """Raises UsageError naming the documents there are."""
        if (found := self.documents.get(document)) is not None:
            return found
        known = ", ".join(sorted(self.documents)[:20]) or "none yet"
        raise UsageError(f"There is no document {document!r}. Known: {known}. See 'python -m ingestion list'.")

    def named(self, chunk: Chunk, day: date) -> Chunk:
        """A chunk of the index with the version, the days and the source that it had on that day: several versions may
        say the same. Raises UsageError for a day on which its document doesn't count."""
        if chunk.version:
            return chunk
        document = self.get(chunk.document)
        for one in document.versions:
            if not one.replaced and one.validity.covers(day):
                return replace(chunk, version=one.version, validity=one.validity, source=one.source)
        raise UsageError(f"Document {chunk.document} has no version that counts on {day}.")

    def indexed(self) -> list[tuple[Document, Version]]:
        """The versions that belong into the index: those that count on some day."""
        return [(document, version) for document in self.documents.values() for version in document.versions
                if not version.replaced and not version.validity.empty]


def document_id(title: str) -> str:
    """A slug: lower-case letters, digits and hyphens. 'Regulamin zwrotów (2026)' → 'regulamin-zwrotow-2026'."""
    slug = re.sub(r"[^a-z0-9]+", "-", polish.fold(title).lower()).strip("-")
    if len(slug) > LONGEST_ID:  # two long titles that begin alike are still two documents
        slug = f"{slug[: LONGEST_ID - 9].strip('-')}-{hashlib.sha256(slug.encode()).hexdigest()[:8]}"
    return slug or "document-" + hashlib.sha256(title.encode()).hexdigest()[:8]


def version_id(document: Document | None, upload: str, valid_from: date | None) -> str:
    """The day it begins, or the start of its hash; both where that day is taken by another text."""
    name = valid_from.isoformat() if valid_from else upload[:8]
    taken = {one.version: one.upload for one in document.versions} if document else {}
    return name if taken.get(name, upload) == upload else f"{name}-{upload[:8]}"


def added(
    register: Register, document: Document, version: Version, supersedes: str | None = None, today: date | None = None
) -> Register:
    """With that version. ``document`` brings the title and the like; its own ``versions`` are not looked at.

    A text that is there already takes its own place, with the days of ``version``, and the end of what it superseded
    moves along; but one that was over before ``today`` and begins anew on it or later leaves the days on which it
    counted.

    Raises UsageError when ``supersedes`` names no document, or the document itself.
    """
    if supersedes == document.document:
        raise UsageError(f"Document {supersedes!r} can't supersede itself: give the new text the same title or name "
                         "and a --valid-from, and it becomes its next version.")
    before = register.documents.get(document.document)
    kept: list[Version] = []
    gone: list[Version] = []
    for one in before.versions if before else ():
        (gone if _same_text(one, version) and not _comes_again(one, version, today) else kept).append(one)
    changed = {"versions": timeline((*kept, version)), "ends": before.ends if before else None,
               "superseded_by": before.superseded_by if before else None}
    documents = {**register.documents, document.document: _ended(document.model_copy(update=changed))}
    if version.valid_from is not None:
        for one in gone:
            documents = _moved(documents, document.document, one.valid_from, version.valid_from)
    if supersedes is not None:
        old = register.get(supersedes)
        ends = day_before(version.valid_from) if version.valid_from else None
        documents[supersedes] = _ended(old.model_copy(update={
            "superseded_by": document.document, "ends": ends, "versions": timeline(old.versions)}))
    return Register(documents=documents)


def dated(
    register: Register, document: str, version: str, valid_from: date | None, valid_until: date | None
) -> Register:
    """With those days for that version, as a person has decided: a proposal of its text is then closed.

    Raises UsageError for an unknown document or version, or an end before the beginning. Where the version was the one
    that began to supersede another document, that document's end moves along.
    """
    if valid_from and valid_until and valid_until < valid_from:
        raise UsageError(f"{valid_until} is before {valid_from}. Swap them.")
    one = register.get(document)
    before = one.find(version)
    closed = before.proposal.model_copy(update={"open": False}) if before.proposal else None
    after = before.model_copy(update={"valid_from": valid_from, "valid_until": valid_until, "proposal": closed})
    kept = (after if other.version == version else other for other in one.versions)
    documents = {**register.documents, document: _ended(one.model_copy(update={"versions": timeline(kept)}))}
    return Register(documents=_moved(documents, document, before.valid_from, valid_from))


def without(register: Register, document: str) -> Register:
    """Raises UsageError when there is no such document. What it superseded counts again."""
    register.get(document)
    documents = {name: one for name, one in register.documents.items() if name != document}
    for name, one in documents.items():
        if one.superseded_by == document:
            free = one.model_copy(update={"superseded_by": None, "ends": None, "versions": timeline(one.versions)})
            documents[name] = free
    return Register(documents=documents)


def ended(register: Register, document: str, last: date) -> Register:
    """No version of the document counts after the day ``last``; what it said before is still found as of those days."""
    one = register.get(document)
    stated = [
        version.model_copy(update={"valid_until": _earlier(version.valid_until, last)})
        for version in one.versions
    ]
    ended_ = _ended(one.model_copy(update={"versions": timeline(stated)}))
    return Register(documents={**register.documents, document: ended_})


def timeline(versions: Iterable[Version]) -> tuple[Version, ...]:
    """In order of their beginning, each ending where the next begins; of two that begin together the later added
    counts."""
    ordered = sorted(versions, key=lambda one: (one.valid_from or date.min, one.added))
    found = []
    for place, one in enumerate(ordered):
        following = ordered[place + 1 :]
        replaced = any(later.valid_from == one.valid_from for later in following)
        later_days = [later.valid_from for later in following if later.valid_from not in (None, one.valid_from)]
        begins = min((day for day in later_days if day), default=None)
        until = _earlier(one.valid_until, day_before(begins) if begins else None)
        found.append(one.model_copy(update={"since": one.valid_from, "until": until, "replaced": replaced}))
    return tuple(found)


def _ended(document: Document) -> Document:
    """With the end that another document puts to it."""
    if document.ends is None:
        return document
    versions = tuple(
        one.model_copy(update={
            "until": _earlier(one.until, document.ends),
            "replaced": one.replaced or (one.since is not None and one.since > document.ends),
        })
        for one in document.versions
    )
    return document.model_copy(update={"versions": versions})


def _moved(documents: dict[str, Document], document: str, was: date | None, now: date | None) -> dict[str, Document]:
    """With the ends of what a version of ``document`` superseded, which began on ``was`` and begins on ``now``."""
    moved = dict(documents)
    for name, other in documents.items():
        began = was is not None and other.ends == day_before(was)
        if other.superseded_by == document and (began or other.ends is None):
            ends = day_before(now) if now else None
            moved[name] = _ended(other.model_copy(update={"ends": ends, "versions": timeline(other.versions)}))
    return moved


def _same_text(one: Version, other: Version) -> bool:
    """Added again, perhaps with other dates: it takes the place of the one before."""
    return one.version == other.version or (one.upload, one.select) == (other.upload, other.select)


def _comes_again(one: Version, other: Version, today: date | None) -> bool:
    """Whether the text was over by ``today`` and now begins anew: a page that went back to what it said before."""
    over = today is not None and one.until is not None and one.until < today
    return over and today is not None and (other.valid_from or date.min) >= today and one.version != other.version


def _earlier(first: date | None, second: date | None) -> date | None:
    return min(first, second) if first and second else first or second
