"""A built generation, asked the company's golden queries by the very search that customers' questions go through."""

from __future__ import annotations

from datetime import date
from functools import cache

from ingestion import golden_queries
from ingestion.company import Golden, load
from ingestion.embedders.cache import VectorCache
from ingestion.embedding import Embedder, open_embedder
from ingestion.golden_queries import Remembering, Tried
from ingestion.index.engine import Engine, Snapshot
from ingestion.index.seam import Index
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings


class _Built:
    """An engine on which the generation that is being tried is the current one."""

    def __init__(self, engine: Engine, snapshot: Snapshot) -> None:
        self._engine, self._snapshot = engine, snapshot

    def current(self) -> str:
        return self._snapshot.generation

    def snapshot(self, generation: str | None) -> Snapshot:
        return self._snapshot

    def open(self, generation: str) -> Index:
        return self._engine.open_built(generation)


def tried(settings: Settings, engine: Engine, snapshot: Snapshot, vectors: VectorCache) -> tuple[Tried, ...]:
    """Every golden query with its rank. The index is closed when this returns."""
    wanted = golden_queries.every(settings)
    if not wanted:
        return ()

    @cache
    def model() -> Embedder:
        return open_embedder(settings, threads=1)

    embedder = Remembering(vectors, snapshot.model, snapshot.dim, model)
    searcher = Searcher(settings, load(settings.company), embedder, _Built(engine, snapshot))  # type: ignore[arg-type]
    today = date.today()
    return tuple(
        Tried(golden=golden, applies=True, rank=_rank(searcher, golden, today))
        if golden_queries.applies(golden, snapshot.documents, today) else Tried(golden=golden, applies=False)
        for golden in wanted
    )  # fmt: skip


def _rank(searcher: Searcher, golden: Golden, today: date) -> int | None:
    """From 1, among the passages; an FAQ entry counts for each clause it rests on."""
    request = SearchRequest(golden.question, golden.as_of or today, limit=golden.among)
    for rank, passage in enumerate(searcher.search(request).passages, start=1):
        chunk = passage.chunk
        places = [(chunk.document, label) for label in (chunk.clause, chunk.unit)]
        places += [(document, label) for document, _, label in (one.partition(" ") for one in chunk.rests_on)]
        for document, label in places:
            fits = golden.clause is None or label == golden.clause or label.startswith(f"{golden.clause} ")
            if document == golden.document and fits:
                return rank
    return None
