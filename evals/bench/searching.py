"""How much the search costs beyond the embedding and the engine, and how it grows with the index."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from evals.bench.measure import Figure, percentile, spread, timed
from ingestion.documents import Chunk, Kind, Validity
from ingestion.embedding import Embedder, Vectors
from ingestion.fusion import WEIGHTS
from ingestion.index import sparse
from ingestion.index.edge import EdgeBuilder, EdgeIndex
from ingestion.index.points import Unit, placed, said
from ingestion.index.seam import SPARSE, Point, Probe, Scope, Sparse
from ingestion.search import Searcher, SearchRequest

WARM_UP = 5
OVERHEAD_BAR, GROWTH_BAR = 1.25, 1.5
"""Of issue 3."""
SIZES = (1_000, 100_000)
GROWTH_QUESTIONS = 200
DIMENSIONS = 384
TERMS, ASKED_TERMS = 80, 12
"""Of a made-up passage and question, for each sparse vector; their ids follow Zipf's law as words do."""
ZIPF, VOCABULARY = 1.15, 200_000


def overhead(searcher: Searcher, index: EdgeIndex, embedder: Embedder, questions: Sequence[str]) -> Figure:
    """p95 of a search over p95 of (embedding the question + the engine's own query), turn by turn."""
    today = date.today()
    bare: list[float] = []
    whole: list[float] = []
    for number, question in enumerate([*questions[:WARM_UP], *questions]):
        terms = sparse.of_query(sparse.tokens(question))
        vectors, embedding = timed(embedder.queries, [question])
        _, engine = timed(index.ranked, Probe(vectors[0], terms), Scope(as_of=today), WEIGHTS.pool)
        _, took = timed(searcher.search, SearchRequest(question, today, 8))
        if number >= WARM_UP:
            bare.append(embedding + engine)
            whole.append(took)
    ratio = percentile(whole, 0.95) / percentile(bare, 0.95)
    return Figure("search over embedding and engine, p95", round(ratio, 3), OVERHEAD_BAR, "×",
                  {"passages": index.count(), "questions": len(bare), "search_ms": spread(whole),
                   "embedding_and_engine_ms": spread(bare)})


def growth(embedder: Embedder, questions: Sequence[str]) -> Figure:
    """p95 of a search, the question embedded and the index asked, at 100,000 made-up passages over that at 1,000, turn
    by turn. ``index_ms``: the index by itself."""
    random = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        indexes = [_made(Path(folder) / str(size), size, random) for size in SIZES]
        times: list[list[float]] = [[] for _ in SIZES]
        alone: list[list[float]] = [[] for _ in SIZES]
        for number, question in enumerate([*questions[:WARM_UP], *questions[:GROWTH_QUESTIONS]]):
            probe = _probe(random)
            for index, whole, part in zip(indexes, times, alone, strict=True):
                _, embedding = timed(embedder.queries, [question])
                _, took = timed(index.search, probe, Scope(as_of=date.today()), WEIGHTS.pool)
                if number >= WARM_UP:
                    whole.append(embedding + took)
                    part.append(took)
        for index in indexes:
            index.close()
    small, large = (percentile(taken, 0.95) for taken in times)
    return Figure("search in 100,000 passages over 1,000, p95", round(large / small, 3), GROWTH_BAR, "×",
                  {f"{name}_{size}": spread(taken) for name, each in (("search_ms", times), ("index_ms", alone))
                   for size, taken in zip(SIZES, each, strict=True)})


def _made(folder: Path, size: int, random: np.random.Generator) -> EdgeIndex:
    builder = EdgeBuilder(folder, DIMENSIONS)
    builder.upsert(_point(number, random) for number in range(size))
    builder.finish()
    return EdgeIndex(folder, str(size))


def _point(number: int, random: np.random.Generator) -> Point:
    chunk = Chunk(document="bench", version="1", clause=f"p{number}", title="", text=f"passage {number}",
                  position=0, kind=Kind.REGULATION, validity=Validity(), source="bench")
    (point,) = placed(said(Unit((chunk,)), Validity()))
    return Point(point.id, _dense(random), _sparse(TERMS, random), point.payload(point.draft()))


def _probe(random: np.random.Generator) -> Probe:
    return Probe(_dense(random), _sparse(ASKED_TERMS, random))


def _dense(random: np.random.Generator) -> Vectors:
    vector = random.standard_normal(DIMENSIONS).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _sparse(terms: int, random: np.random.Generator) -> dict[str, Sparse]:
    made = {}
    for name in SPARSE:
        ids = np.unique(random.zipf(ZIPF, terms) % VOCABULARY)
        made[name] = Sparse(tuple(map(int, ids)), tuple(map(float, random.uniform(0.5, 2.0, len(ids)))))
    return made
