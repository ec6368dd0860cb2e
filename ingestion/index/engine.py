"""The seam to where generations are kept: how one is begun, tried, switched to, rolled back from.

`generations.EdgeEngine` keeps folders and a pointer file, `collections.ServerEngine` collections and an alias.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from ingestion.golden_queries import Tried
from ingestion.index.seam import Builder, Index
from ingestion.registry import Register
from ingestion.settings import Settings

LAYOUT = 2
"""Of what a generation stores; another is built anew. 1 (until November 2026): a point for each version of a text, and
no vector of whole clauses. The Searcher still reads it."""
KEPT = 3
"""Generations: the current one and two to roll back to. Readers finish a search within seconds of a switch."""


class Snapshot(BaseModel):
    """What a generation was built from. ``mean`` is the mean number of terms of a document, per sparse vector that it
    has, taken when there were ``measured`` points; ``parent`` the generation before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    generation: str
    parent: str | None = None
    layout: int = 1
    created: str
    model: str
    dim: int
    points: int
    measured: int
    mean: dict[str, float]
    documents: Register
    golden: tuple[Tried, ...] = ()


class Engine(Protocol):
    def current(self) -> str | None:
        """The generation that is read; None before the first switch."""
        ...

    def open(self, generation: str) -> Index: ...

    def snapshot(self, generation: str | None) -> Snapshot | None:
        """None for None. Raises SearchIndexError when the generation is there but can't be read."""
        ...

    def begin(self, generation: str, base: str | None, dim: int) -> Builder:
        """A generation to write: a copy of ``base``, or an empty one."""
        ...

    def open_built(self, generation: str) -> Index:
        """What was written and is not switched to yet, to try it."""
        ...

    def switch(self, snapshot: Snapshot) -> None:
        """Make what was built the current generation, in one step."""
        ...

    def rollback(self) -> Snapshot:
        """Back to the generation before. Raises SearchIndexError when none is kept."""
        ...

    def kept(self) -> list[str]:
        """The current generation and those that can be rolled back to, newest first."""
        ...

    def clean(self) -> None:
        """Remove half-built generations and all but the last KEPT."""
        ...


def new_id() -> str:
    """Ids sort by time; to the microsecond, and a few random letters against a clock that jumps."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def left(generation: str, line: Sequence[str]) -> bool:
    """Whether that generation was gone back from. ``line``: `Engine.kept`. The line then goes past it, to older ones;
    one that ends at younger ones doesn't tell, for it is cut short."""
    return generation not in line and any(one < generation for one in line)


def open_engine(settings: Settings) -> Engine:
    """The one that QDRANT_URL chooses."""
    if settings.qdrant_url is None:
        from ingestion.index.generations import EdgeEngine

        return EdgeEngine(settings.data_dir / "index")
    from ingestion.index.collections import ServerEngine

    key = settings.qdrant_api_key
    return ServerEngine.at(settings.qdrant_url, key.get_secret_value() if key else None)
