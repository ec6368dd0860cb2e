"""On which days a curated answer may be given word for word: those on which the clauses it rests on say what they said
when it was approved. Pure.

An entry is approved by adding it (and again by `approve`): then the text of each clause it names is noted by its hash.
When a version changes such a clause, the entry stands until the day before, and is suspended from then on; as of an
earlier day it goes on answering. A clause that is named and isn't there suspends its entry. A new version of the file
approves what it adds or edits, and nothing else (`carried`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ingestion.chunk_files import clauses
from ingestion.documents import Chunk, Validity, day_after, day_before
from ingestion.registry import Document, Register, Rest, Stand, Version

Read = Callable[[Version], list[Chunk]]
"""The chunks of a version."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """``since`` is the first day, today or later, on which the entry is not given; ``changed`` names the clauses that
    say something else by then, ``missing`` those that aren't there."""

    document: str
    version: str
    question: str
    answer: str
    since: date
    changed: tuple[str, ...]
    missing: tuple[str, ...]


def settled(register: Register, read: Read, today: date) -> Register:
    """With each curated entry's clauses noted where they aren't yet, and the days on which it stands."""
    shelf = _Shelf(register, read)
    documents = dict(register.documents)
    for name, document in register.documents.items():
        versions = tuple(_settled(one, shelf, today) if one.curated and not one.replaced else one
                         for one in document.versions)
        if versions != document.versions:
            documents[name] = document.model_copy(update={"versions": versions})
    return Register(documents=documents)


def carried(before: Register, after: Register, read: Read) -> Register:
    """``after``, with what was noted for those entries of its new versions that are as they were ``before``: who edits
    one entry of a file has not looked at the others."""
    documents = dict(after.documents)
    for name, document in after.documents.items():
        was = before.documents[name].versions if name in before.documents else ()
        fresh = {one.added for one in document.versions if one.curated} - {one.added for one in was}
        if was and fresh:
            noted = _noted(was, read)
            documents[name] = document.model_copy(update={"versions": tuple(
                one.model_copy(update={"rests": _still(read(one), noted)}) if one.added in fresh else one
                for one in document.versions)})
    return Register(documents=documents)


def _noted(versions: Iterable[Version], read: Read) -> dict[str, tuple[Chunk, tuple[Rest, ...]]]:
    """By question, the entry and what was noted for it; the latest version that counts has the last word."""
    found = {}
    for version in sorted(versions, key=lambda one: not one.replaced):
        for entry in read(version) if version.curated else ():
            found[entry.clause] = entry, tuple(rest for rest in version.rests if rest.question == entry.clause)
    return found


def _still(entries: Iterable[Chunk], noted: Mapping[str, tuple[Chunk, tuple[Rest, ...]]]) -> tuple[Rest, ...]:
    """What was noted for the entries that give the same answer resting on the same clauses."""
    known = ((entry, *noted[entry.clause]) for entry in entries if entry.clause in noted)
    return tuple(rest for entry, was, rests in known
                 if (entry.text, entry.rests_on) == (was.text, was.rests_on) for rest in rests)


def approved(register: Register, document: str, version: str, question: str) -> Register:
    """As if the entry were added today: what its clauses say is noted anew by the next `settled`."""
    one = register.get(document)
    found = one.find(version)
    kept = found.model_copy(update={"rests": tuple(rest for rest in found.rests if rest.question != question)})
    versions = tuple(kept if other.version == version else other for other in one.versions)
    return Register(documents={**register.documents, document: one.model_copy(update={"versions": versions})})


def suspended(register: Register, read: Read, today: date) -> list[Suspended]:
    """Entries in force today or later that don't stand on all of those days, soonest first."""
    shelf = _Shelf(register, read)
    found = []
    for document in register.documents.values():
        for version in document.versions:
            if version.replaced or not version.curated or (version.until is not None and version.until < today):
                continue
            stands = {stand.question: stand for stand in version.stands}
            for entry in read(version):
                stand = stands.get(entry.clause)
                if entry.rests_on and stand is not None:
                    found += _told(document, version, entry, stand, shelf, today)
    return sorted(found, key=lambda one: (one.since, one.question))


class _Shelf:
    """Clause texts of every version that curated entries rest on, read once."""

    def __init__(self, register: Register, read: Read) -> None:
        self._register, self._read = register, read
        self._known: dict[tuple[str, str], dict[str, Chunk]] = {}

    def document(self, name: str) -> Document | None:
        return self._register.documents.get(name)

    def read(self, version: Version) -> list[Chunk]:
        return self._read(version)

    def text(self, document: str, version: Version, label: str) -> str | None:
        """Of the clause of that label, or of all the clauses under it."""
        key = (document, version.chunks_file)
        if key not in self._known:
            chunks = self._read(version)
            self._known[key] = {**{chunk.clause: chunk for chunk in chunks}, **clauses(chunks)}
        known = self._known[key]
        if label in known:
            return known[label].text
        under = [clause.text for name, clause in known.items() if name.startswith(f"{label} ")]
        return "\n".join(under) or None

    def days(self, reference: str, digest: str, day: date) -> Validity | None:
        """The unbroken days round ``day`` on which the clause says what that hash is of."""
        document, label = _parts(reference)
        known = self.document(document)
        counting = [one for one in known.versions if not one.replaced and not one.validity.empty] if known else []
        same = [version for version in counting if _hash(self.text(document, version, label)) == digest]
        at = next((place for place, version in enumerate(same) if version.validity.covers(day)), None)
        if at is None:
            return None
        first = last = at
        while first > 0 and same[first].since and same[first - 1].until == _before(same[first].since):
            first -= 1
        while last + 1 < len(same) and same[last].until and same[last + 1].since == _after(same[last].until):
            last += 1
        return Validity(same[first].since, same[last].until)

    def hash(self, reference: str, day: date) -> str | None:
        """Of what the clause says on a day; None where it isn't there."""
        document, label = _parts(reference)
        known = self.document(document)
        versions: Iterable[Version] = known.versions if known else ()
        current = next((one for one in versions if not one.replaced and one.validity.covers(day)), None)
        return _hash(self.text(document, current, label)) if current else None


def _settled(version: Version, shelf: _Shelf, today: date) -> Version:
    rests = {(rest.question, rest.reference): rest for rest in version.rests}
    stands = []
    for entry in shelf.read(version):
        if not entry.questions or not entry.rests_on:
            continue
        window: Validity | None = version.validity
        for reference in entry.rests_on:
            rest = rests.get((entry.clause, reference))
            if rest is None:
                day = _approval(version, today)
                if (digest := shelf.hash(reference, day)) is None:
                    window = None
                    continue
                rest = rests[entry.clause, reference] = Rest(
                    question=entry.clause, reference=reference, hash=digest, day=day)
            days = shelf.days(reference, rest.hash, rest.day)
            window = _both(window, days) if window is not None and days is not None else None
        never = window is None or window.empty
        stands.append(Stand(question=entry.clause, never=never, since=None if never or not window else window.since,
                            until=None if never or not window else window.until))
    return version.model_copy(update={"rests": tuple(rests.values()), "stands": tuple(stands)})


def _approval(version: Version, today: date) -> date:
    """The day whose clauses a new entry was written for: today, within the days on which it is to count."""
    day = max(today, version.since) if version.since else today
    return min(day, version.until) if version.until else day


def _told(
    document: Document, version: Version, entry: Chunk, stand: Stand, shelf: _Shelf, today: date
) -> list[Suspended]:
    first = max(today, version.since) if version.since else today
    if not stand.never and (stand.since is None or stand.since <= first):
        if stand.until is None or (version.until is not None and stand.until >= version.until):
            return []
        first = max(first, day_after(stand.until))
    hashes = {rest.reference: rest.hash for rest in version.rests if rest.question == entry.clause}
    now: Mapping[str, str | None] = {reference: shelf.hash(reference, first) for reference in entry.rests_on}
    return [Suspended(
        document.document, version.version, entry.clause, entry.text, first,
        tuple(name for name, digest in now.items() if digest is not None and digest != hashes.get(name)),
        tuple(name for name, digest in now.items() if digest is None),
    )]  # fmt: skip


def _both(one: Validity, other: Validity) -> Validity:
    since = max((day for day in (one.since, other.since) if day), default=None)
    until = min((day for day in (one.until, other.until) if day), default=None)
    return Validity(since, until)


def _parts(reference: str) -> tuple[str, str]:
    document, _, label = reference.partition(" ")
    return document, label


def _hash(text: str | None) -> str | None:
    """White space doesn't count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:32] if text is not None else None


def _before(day: date | None) -> date | None:
    return day_before(day) if day else None


def _after(day: date | None) -> date | None:
    return day_after(day) if day else None
