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
SPARSE = (LEMMAS, GRAMS)

KEYWORDS = ("field", "document", "clause", "collection", "language", "audience", "chunk")
INTEGERS = ("since", "until")
"""Payload fields with an index of their own. Days are ordinals (1 = 1 January of year 1)."""
ALWAYS, FOREVER = 0, 9_999_999
"""The ordinals of an open start and an open end."""


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
    """``dense`` is (dim,) float32; question points have no sparse vectors."""

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
    """``scores``: ``dense`` is a cosine; the sparse ones are BM25 sums, 0 where no term is shared."""

    id: str
    scores: Mapping[str, float]


class Index(Protocol):
    """One generation, open for reading. Thread-safe. ``generation`` names it."""

    generation: str

    def search(self, probe: Probe, scope: Scope, limit: int) -> list[Hit]:
        """The union of the best ``limit`` points of each of the probe's vectors, every score of each filled in."""
        ...

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunk that each point is of."""
        ...

    def clause(self, document: str, clause: str, as_of: date) -> list[Chunk]:
        """The chunks of that clause as of a day, in reading order."""
        ...

    def count(self) -> int:
        """Points of all kinds."""
        ...

    def close(self) -> None: ...


class Builder(Protocol):
    """A generation being written; nobody reads it before it is switched to."""

    def digests(self) -> dict[str, str]:
        """What it holds already (copied from the generation before): point id → digest."""
        ...

    def upsert(self, points: Iterable[Point]) -> None: ...

    def delete(self, ids: Sequence[str]) -> None: ...

    def finish(self) -> None:
        """Optimise and bring everything to disk."""
        ...


def filled(found: Mapping[str, Mapping[str, float]], asked: Iterable[str]) -> list[Hit]:
    """Hits of per-vector scores by point id, a missing score being 0 (no term in common)."""
    ids = dict.fromkeys(point for scores in found.values() for point in scores)
    return [Hit(point, {name: found.get(name, {}).get(point, 0.0) for name in asked}) for point in ids]
