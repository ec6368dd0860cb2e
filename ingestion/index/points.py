"""From chunks to points and back. Pure.

A point is named by what it says, not by the version that says it: a clause that a new version leaves as it was keeps
its points, and only the days on which they are found grow. Version and source follow from the register
(`Register.named`). A text that goes and comes again is a point for each unbroken run of days.

An FAQ entry's question and each paraphrase is a point of its own beside the point of its text, so that a question is
compared with a question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from ingestion.documents import Chunk, Kind, Validity, day_after
from ingestion.index.seam import ALWAYS, FOREVER, Days, Field

_LISTS = ("headings", "questions", "rests_on")
_OF_VERSION = ("version", "source", "validity")


@dataclass(frozen=True, slots=True)
class Unit:
    """A whole clause: its parts in reading order, whose ``position`` counts them from 0."""

    parts: tuple[Chunk, ...]

    @property
    def text(self) -> str:
        """What words are matched against where the whole clause counts."""
        first = self.parts[0]
        if len(self.parts) == 1:
            return matched(first)
        return _matched(first, first.unit, "\n".join(part.text for part in self.parts))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a point says: ``embedded`` is what the dense vector is of, ``matched`` what BM25 sees of the part ('' for
    none), ``whole`` of the clause ('' but for its first part)."""

    embedded: str
    matched: str
    whole: str
    record: Mapping[str, Any]

    @property
    def is_question(self) -> bool:
        return str(self.record["field"]) == Field.QUESTION


@dataclass(frozen=True, slots=True)
class Said:
    """That something is said on some days. ``key`` changes with anything of its clause but the days; ``part`` tells
    points of one key apart. ``draft`` is made when it is needed: most of what is said was said before."""

    key: str
    part: int
    days: Validity
    draft: Callable[[], Draft]


@dataclass(frozen=True, slots=True)
class Placed:
    """A point but for its vectors: what is said, for one unbroken run of days."""

    id: str
    days: Days
    draft: Callable[[], Draft]

    def payload(self, draft: Draft) -> dict[str, Any]:
        since, until = self.days
        return {**draft.record, "since": since, "until": until}


def units(chunks: Iterable[Chunk]) -> Iterator[Unit]:
    """Of the chunks of one version, in reading order."""
    for _, group in groupby(chunks, key=lambda chunk: chunk.unit or f"\0{chunk.position}"):
        yield Unit(tuple(part if part.position == place else _at(part, place) for place, part in enumerate(group)))


def said(unit: Unit, days: Validity, stands: Validity | None = None, *, never: bool = False) -> list[Said]:
    """Each part's text and questions. ``stands``: the days on which an entry may be given word for word (None: all of
    its own), which are those on which its questions are found; ``never``: on none. Its text still leads to the clauses
    it rests on."""
    key = named([body(part) for part in unit.parts])
    found = []
    for place, part in enumerate(unit.parts):
        found.append(Said(key, place, days, partial(text_draft, unit, place)))
        for question in dict.fromkeys(() if never else part.questions):
            name = named([body(part), question])
            found.append(Said(name, 0, stands or days, partial(_question_draft, part, question)))
    return found


def text_draft(unit: Unit, place: int) -> Draft:
    part = unit.parts[place]
    whole = "" if place else unit.text
    return Draft(embedded(part), matched(part), whole, {**_record(part), "field": str(Field.TEXT)})


def _question_draft(part: Chunk, question: str) -> Draft:
    return Draft(question, "", "", {**_record(part), "field": str(Field.QUESTION)})


def placed(everything: Iterable[Said]) -> list[Placed]:
    """One point for each run of days on which something is said, however many versions say it."""
    same: dict[tuple[str, int], list[Said]] = {}
    for one in everything:
        same.setdefault((one.key, one.part), []).append(one)
    return [Placed(point_id(key, number, part), _ordinals(run), alike[0].draft)
            for (key, part), alike in same.items() for number, run in enumerate(_runs(one.days for one in alike))]


def point_id(key: str, run: int, part: int) -> str:
    """A UUID whose last digits are the part's, so that `seam.opening` finds a clause's first part."""
    digits = f"{key}{run:04x}{part:04x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _runs(days: Iterable[Validity]) -> list[Validity]:
    runs: list[Validity] = []
    for one in sorted(days, key=lambda one: one.since or date.min):
        last = runs[-1] if runs else None
        if last is None or (last.until is not None and one.since is not None and day_after(last.until) < one.since):
            runs.append(one)
        else:
            until = max(last.until, one.until) if last.until and one.until else None
            runs[-1] = Validity(last.since, until)
    return runs


def embedded(chunk: Chunk) -> str:
    """What a chunk's vector is of: its headings and first question say what the text is about."""
    return "\n".join(part for part in (*chunk.headings, *chunk.questions[:1], chunk.text) if part)


def matched(chunk: Chunk) -> str:
    """What words are matched against: also the title, the clause's label and every paraphrase. A label of one word is
    an id, and no one asks for it."""
    return _matched(chunk, chunk.clause, chunk.text)


def _matched(chunk: Chunk, label: str, text: str) -> str:
    shown = label if " " in label else ""
    return "\n".join(part for part in (chunk.title, shown, *chunk.headings, *chunk.questions, text) if part)


def body(part: Chunk) -> str:
    """What a part says, as JSON: the same in every version."""
    return json.dumps(_record(part), ensure_ascii=False)


def named(bodies: Sequence[str]) -> str:
    """The key of a clause of these parts. 96 bits: two of a hundred million share one with a chance of 1 in 10^13."""
    return hashlib.sha256("\n".join(bodies).encode()).hexdigest()[:24]


def _record(part: Chunk) -> dict[str, Any]:
    record = _values(part)
    for name in _OF_VERSION:
        del record[name]
    return {**record, **{name: list(record[name]) for name in _LISTS}, "kind": str(part.kind)}


def _at(chunk: Chunk, place: int) -> Chunk:
    return Chunk(**{**_values(chunk), "position": place})


def _values(chunk: Chunk) -> dict[str, Any]:
    return {name: getattr(chunk, name) for name in Chunk.__dataclass_fields__}


def pack(chunk: Chunk) -> dict[str, Any]:
    """A chunk as JSON values: in payloads and in files of chunks."""
    validity = chunk.validity
    return {
        **_values(chunk),
        **{name: list(getattr(chunk, name)) for name in _LISTS},
        "kind": str(chunk.kind),
        "validity": [day.isoformat() if day else None for day in (validity.since, validity.until)],
    }


def unpack(record: Mapping[str, Any]) -> Chunk:
    """The reverse of `pack`; of a payload the days are its validity, and version and source are ''."""
    values: dict[str, Any] = {"version": "", "source": ""}
    values.update({name: record[name] for name in Chunk.__dataclass_fields__ if name in record})
    values.update({name: tuple(record[name]) for name in _LISTS})
    return Chunk(**{**values, "kind": Kind(record["kind"]), "validity": _validity(record)})


def _validity(record: Mapping[str, Any]) -> Validity:
    if "validity" in record:
        return Validity(*(date.fromisoformat(day) if day else None for day in record["validity"]))
    since, until = int(record["since"]), int(record["until"])
    return Validity(date.fromordinal(since) if since != ALWAYS else None,
                    date.fromordinal(until) if until != FOREVER else None)


def _ordinals(days: Validity) -> Days:
    return (days.since.toordinal() if days.since else ALWAYS, days.until.toordinal() if days.until else FOREVER)
