"""The seam to a vector engine: what is stored, what is asked, and what comes back.

Two engines stand behind it: `edge` (in this process) and `server` (Qdrant). Both hold the same points, in vectors of
the same names, with inverse document frequency computed by the engine; contract tests compare their rankings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from ingestion.documents import Chunk
from ingestion.embedding import Vectors

DENSE = "dense"
LEMMAS = "lemmas"
GRAMS = "grams"
WORDS = "words"
SPARSE = (LEMMAS, GRAMS, WORDS)
EXACT = frozenset({DENSE, GRAMS, WORDS})
"""Vectors whose scores are computed for every point that any vector finds. LEMMAS' would take longer and find no more
(docs/experiments.md, 2026-11-28)."""
ESTIMATE = 0.7
"""What is outside the best of another vector counts as this share of the lowest among them."""

KEYWORDS = ("field", "document", "clause", "collection", "language", "audience")
INTEGERS = ("since", "until")
"""Payload fields with an index of their own. Days are ordinals (1 = 1 January of year 1)."""
ALWAYS, FOREVER = 0, 9_999_999
"""The ordinals of an open start and an open end."""
Days = tuple[int, int]
"""The ordinals of the first and the last day."""


class Field(StrEnum):
    """What of a chunk a point's vectors are of."""

    TEXT = "text"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Sparse:
    """Term ids (32 bits, rising) and their weights; inverse document frequency is the engine's."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """``dense`` is (dim,) float32; question points have no sparse vectors, and only the first part of a clause has one
    of WORDS."""

    id: str
    dense: Vectors
    sparse: Mapping[str, Sparse]
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Probe:
    """A question as vectors: ``dense`` (dim,) float32, ``sparse`` by name; an empty one is not asked."""

    dense: Vectors
    sparse: Mapping[str, Sparse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which points may answer: valid on ``as_of``, and of these values (None: any)."""

    as_of: date
    field: Field = Field.TEXT
    collection: str | None = None
    language: str | None = None
    audience: str | None = None

    @property
    def equal(self) -> dict[str, str]:
        values = {"field": str(self.field), "collection": self.collection, "language": self.language,
                  "audience": self.audience}
        return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Hit:
    """``scores``: ``dense`` is a cosine; the sparse ones are BM25 sums, 0 where no term is shared, that of WORDS of the
    whole clause. Outside the best, those that aren't EXACT are estimates."""

    id: str
    scores: Mapping[str, float]


class Index(Protocol):
    """One generation, open for reading. Thread-safe. ``generation`` names it."""

    generation: str

    def search(self, probe: Probe, scope: Scope, limit: int) -> list[Hit]:
        """The union of the best ``limit`` points of each of the probe's vectors, every score of each filled in or
        estimated."""
        ...

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunk that each point is of: its version and source are open, for they differ by the day
        (`Register.named`), its validity is the point's, and its position counts the parts of its clause."""
        ...

    def clause(self, document: str, clause: str, as_of: date) -> list[Chunk]:
        """The chunks of that clause as of a day, in reading order."""
        ...

    def count(self) -> int:
        """Points of all kinds."""
        ...

    def days(self, ids: Sequence[str]) -> dict[str, Days]:
        """The days on which each of these points is found; nothing of one that isn't there."""
        ...

    def close(self) -> None: ...


class Builder(Protocol):
    """A generation being written; nobody reads it before it is switched to."""

    def upsert(self, points: Iterable[Point]) -> None: ...

    def set_days(self, points: Mapping[str, Days]) -> None:
        """Of points that are there; nothing else of them changes."""
        ...

    def delete(self, ids: Sequence[str]) -> None: ...

    def finish(self) -> None:
        """Optimise and bring everything to disk."""
        ...


def opening(point: str) -> str:
    """The first part of the clause of which this text point is a part (`points.point_id`)."""
    return point[:-4] + "0000"


def lacking(found: Mapping[str, Mapping[str, float]]) -> dict[str, set[str]]:
    """For each EXACT vector the points whose score of it isn't known yet."""
    everyone = {point for scores in found.values() for point in scores}
    scored = {name: set(map(opening, everyone)) if name == WORDS else everyone for name in found if name in EXACT}
    return {name: missing for name, points in scored.items() if (missing := points - found[name].keys())}


def filled(points: Iterable[str], found: Mapping[str, Mapping[str, float]], limit: int) -> list[Hit]:
    """Hits of these points with the scores found by vector and point id. A missing one is 0 (no term in common) where
    all that has a term in common was found, which fewer than ``limit`` points tell."""
    missing = {name: 0.0 if name in EXACT or len(scores) < limit else ESTIMATE * min(scores.values())
               for name, scores in found.items()}
    return [Hit(point, {name: scores.get(opening(point) if name == WORDS else point, missing[name])
                        for name, scores in found.items()}) for point in points]


def same_days(points: Mapping[str, Days]) -> dict[Days, list[str]]:
    """Points by the days they are found on."""
    found: dict[Days, list[str]] = {}
    for point, days in points.items():
        found.setdefault(days, []).append(point)
    return found
