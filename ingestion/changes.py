"""What changed in the documents in force between two days: the answer to "co się zmieniło od 1 stycznia?".

Each document as it stood the day before ``since`` is compared with how it stands on ``until``, clause by clause. A
document that took another's place is compared with that one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion import chunk_files
from ingestion.diff import Change
from ingestion.diff import changes as differences
from ingestion.documents import day_after, day_before
from ingestion.index.engine import open_engine
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """``since`` is the first day of the newer text, or the day after the last one of a document that ended. ``before``
    is None for a document that is new, ``after`` for one that ended; clauses are listed where there are both."""

    document: str
    title: str
    since: date
    before: Version | None
    after: Version | None
    clauses: tuple[Change, ...] = ()


def changes(
    data_dir: Path, register: Register, since: date, until: date, documents: Collection[str] | None = None
) -> list[DocumentChange]:
    """By title. ``documents``: only these; None: all. Clauses that only got another number are left out.

    Raises DocumentError when the text of a version can't be read.
    """
    found = []
    for name, document in register.documents.items():
        if documents is not None and name not in documents:
            continue
        before, after = in_force(document, day_before(since)), in_force(document, until)
        if before is not None and after is not None and before.version == after.version:
            continue
        if before is None and after is not None:
            before = _replaced(register, name, day_before(since))
        elif before is not None and after is None and _told_of(register, document.superseded_by, until, documents):
            continue  # with the document that took its place
        if before is None and after is None:
            continue
        found.append(_change(data_dir, document, before, after, until))
    return sorted((one for one in found if one is not None), key=lambda one: one.title)


def now(settings: Settings, since: date, until: date, audience: str | None = None) -> list[DocumentChange]:
    """`changes` of what the current index was built from, for that ``audience`` (None: any); nothing where there is no
    index yet."""
    engine = open_engine(settings)
    snapshot = engine.snapshot(engine.current())
    if snapshot is None:
        return []
    told = [name for name, document in snapshot.documents.documents.items() if audience in (None, document.audience)]
    return changes(settings.data_dir, snapshot.documents, since, until, told)


def in_force(document: Document, day: date) -> Version | None:
    return next((one for one in document.versions if not one.replaced and one.validity.covers(day)), None)


def _replaced(register: Register, name: str, day: date) -> Version | None:
    """What counted on that day in place of a document that supersedes another."""
    olds = (one for one in register.documents.values() if one.superseded_by == name)
    return next((version for old in olds if (version := in_force(old, day)) is not None), None)


def _told_of(register: Register, name: str | None, until: date, documents: Collection[str] | None) -> bool:
    """Whether that document is there on the day, and is asked for."""
    newer = register.documents.get(name) if name is not None else None
    return newer is not None and (documents is None or name in documents) and in_force(newer, until) is not None


def _change(
    data_dir: Path, document: Document, before: Version | None, after: Version | None, until: date
) -> DocumentChange | None:
    """None where nothing but numbers changed."""
    clauses: tuple[Change, ...] = ()
    if before is not None and after is not None:
        compared = differences(chunk_files.read(data_dir, before), chunk_files.read(data_dir, after))
        clauses = tuple(change for change in compared if not change.only_moved)
        if not clauses:
            return None
    since = after.since if after is not None else None
    if after is None and before is not None and before.until is not None:
        since = day_after(before.until)
    return DocumentChange(document.document, document.title, since or until, before, after, clauses)
