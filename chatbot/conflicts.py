"""Where documents in force disagree, for the admin's list. Pure.

Two sentences of different documents that speak of the same thing with other figures of one kind; and an approved answer
whose figures don't stand in the clauses it rests on. A higher document holds (`Kind`), and of equals nobody can say:
those questions go to a human (`quoting.conflict`). Not covered: contradictions without a figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.figures import figures, unsupported
from chatbot.topics import content
from ingestion.documents import Chunk, Kind
from ingestion.polish import sentences

SAME_SUBJECT = 0.6
"""Share of content lemmas that two sentences have in common, figures aside. Set by us, above `quoting.SAME_SUBJECT`:
here a false pair costs a person's time, there it costs an answer."""
LEAST_SHARED = 3
"""Content lemmas; shorter sentences say too little to be of one thing."""
COMMON = 0.05
"""Of the sentences; a lemma in more of them finds no pairs (but counts once a pair is found)."""
MOST = 200
"""Rows of the list; beyond that the documents, not the list, want work."""
ORDER = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Conflict:
    """``holds`` is the document that outranks the other; None between equals, and for an answer and its own clauses
    the clauses' one. ``quote`` and ``other_quote`` are the sentences that disagree."""

    one: Chunk
    quote: str
    other: Chunk
    other_quote: str
    holds: str | None


@dataclass(frozen=True, slots=True)
class _Said:
    chunk: Chunk
    text: str
    lemmas: frozenset[str]
    values: dict[str, frozenset[Decimal]]


def conflicts(chunks: Iterable[Chunk], clause: Callable[[str], Chunk | None]) -> list[Conflict]:
    """Of chunks that are all in force on one day; ``clause`` finds the clause that a reference names on that day."""
    every = list(chunks)
    found = list(_unsupported(every, clause))
    said = [one for chunk in every if not chunk.questions for one in _said(chunk)]
    found += _pairs(said)
    return found[:MOST]


def _unsupported(chunks: Iterable[Chunk], clause: Callable[[str], Chunk | None]) -> Iterator[Conflict]:
    for entry in chunks:
        standing = [found for name in entry.rests_on if (found := clause(name)) is not None]
        if standing and unsupported(entry.text, tuple(one.text for one in standing)):
            yield Conflict(entry, entry.text, standing[0], standing[0].text, standing[0].document)


def _said(chunk: Chunk) -> Iterator[_Said]:
    for line in chunk.text.split("\n"):
        for sentence in [line.strip("| ")] if line.startswith("|") else sentences(line):
            values: dict[str, set[Decimal]] = defaultdict(set)
            for figure in figures(sentence):
                if figure.unit not in (None, "date") and isinstance(figure.value, Decimal):
                    values[str(figure.unit)].add(figure.value)
            lemmas = frozenset(lemma for lemma in content(sentence) if not any(c.isdigit() for c in lemma))
            if values and len(lemmas) >= LEAST_SHARED:
                yield _Said(chunk, sentence, lemmas, {unit: frozenset(found) for unit, found in values.items()})


def _pairs(said: list[_Said]) -> Iterator[Conflict]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(said):
        for lemma in one.lemmas:
            places[lemma].append(place)
    rare = {lemma: found for lemma, found in places.items() if len(found) <= max(20, COMMON * len(said))}
    for place, one in enumerate(said):
        near = Counter(other for lemma in one.lemmas for other in rare.get(lemma, ()) if other > place)
        for other in sorted(near):
            if _clash(one, said[other]):
                yield Conflict(one.chunk, one.text, said[other].chunk, said[other].text,
                               _higher(one.chunk, said[other].chunk))


def _clash(one: _Said, other: _Said) -> bool:
    if one.chunk.document == other.chunk.document:
        return False
    shared = len(one.lemmas & other.lemmas)
    if shared < LEAST_SHARED or shared / len(one.lemmas | other.lemmas) < SAME_SUBJECT:
        return False
    return any(unit in other.values and not (other.values[unit] & values) for unit, values in one.values.items())


def _higher(one: Chunk, other: Chunk) -> str | None:
    if one.kind is other.kind:
        return None
    return min((one, other), key=lambda chunk: ORDER.index(chunk.kind)).document
