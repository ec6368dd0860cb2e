"""Qdrant Edge: the engine in this process. One folder is one generation; without a write-ahead log, because nobody
reads a generation before it is finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import qdrant_edge as qe

from ingestion.documents import Chunk
from ingestion.errors import SearchIndexError
from ingestion.index.points import unpack
from ingestion.index.seam import (
    DENSE,
    INTEGERS,
    KEYWORDS,
    SPARSE,
    Days,
    Field,
    Hit,
    Point,
    Probe,
    Scope,
    Sparse,
    filled,
    lacking,
    same_days,
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """``upsert``: points in one call (500 hold the interpreter for 50 ms). ``clause``: chunks a clause may have.
    ``threads``: of a search; more don't help on the 2 cores measured."""

    upsert: int = 256
    clause: int = 200
    threads: int = 2


SIZES = Sizes()


class EdgeIndex:
    """A generation's folder, open for reading."""

    def __init__(self, folder: Path, generation: str) -> None:
        self.generation = generation
        try:
            self._shard = qe.EdgeShard.load(str(folder))
        except Exception as error:
            raise SearchIndexError(f"The index generation in {folder} can't be opened ({error}). "
                                   "Run 'python -m ingestion rollback' or 'reindex'.") from error

    def ranked(self, probe: Probe, scope: Scope, limit: int) -> dict[str, dict[str, float]]:
        """What the engine itself answers: for each of the probe's vectors its best points and their scores."""
        asked = _asked(probe)
        where = _filter(scope)
        first = self._batch([qe.QueryRequest(limit=limit, query=query, filter=where) for query in asked.values()])
        return {name: _scores(points) for name, points in zip(asked, first, strict=True)}

    def search(self, probe: Probe, scope: Scope, limit: int) -> list[Hit]:
        asked = _asked(probe)
        found = self.ranked(probe, scope, limit)
        everyone = dict.fromkeys(point for scores in found.values() for point in scores)
        open_ = lacking(found)
        second = self._batch([
            qe.QueryRequest(limit=len(ids), query=asked[name], params=qe.SearchParams(exact=True),
                            filter=qe.Filter(must=[qe.HasIdCondition(point_ids=set(ids))]))
            for name, ids in open_.items()
        ])
        for name, points in zip(open_, second, strict=True):
            found[name].update(_scores(points))
        return filled(everyone, found, limit)

    def _batch(self, requests: list[qe.QueryRequest]) -> list[list[qe.ScoredPoint]]:
        return self._shard.query_batch(qe.QueryBatchRequest(requests)) if requests else []

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        records = self._shard.retrieve(list(ids), with_payload=True, with_vector=False) if ids else []
        return {str(record.id): unpack(record.payload or {}) for record in records}

    def clause(self, document: str, clause: str, as_of: date) -> list[Chunk]:
        where = _filter(Scope(as_of=as_of, field=Field.TEXT), document=document, clause=clause)
        records, _ = self._shard.scroll(qe.ScrollRequest(limit=SIZES.clause, filter=where, with_payload=True))
        return sorted((unpack(record.payload or {}) for record in records), key=lambda chunk: chunk.position)

    def count(self) -> int:
        return self._shard.count(qe.CountRequest(exact=True))

    def days(self, ids: Sequence[str]) -> dict[str, Days]:
        records = self._shard.retrieve(list(ids), with_payload=list(INTEGERS), with_vector=False) if ids else []
        found = ((str(record.id), record.payload or {}) for record in records)
        return {point: (int(payload["since"]), int(payload["until"])) for point, payload in found}

    def close(self) -> None:
        self._shard.close()


class EdgeBuilder:
    """Writes a generation into ``folder``: a new one of ``dim`` numbers a vector, or a copy of the one before."""

    def __init__(self, folder: Path, dim: int) -> None:
        if folder.exists():
            self._shard = qe.EdgeShard.load(str(folder))
            return
        folder.mkdir(parents=True)
        self._shard = qe.EdgeShard.create(str(folder), qe.EdgeConfig(
            vectors={DENSE: qe.EdgeVectorParams(size=dim, distance=qe.Distance.Cosine)},
            sparse_vectors={name: qe.EdgeSparseVectorParams(modifier=qe.Modifier.Idf) for name in SPARSE},
            wal_enabled=False,
            max_search_threads=SIZES.threads,
        ))
        for key in KEYWORDS:
            self._shard.update(qe.UpdateOperation.create_field_index(key, qe.PayloadSchemaType.Keyword))
        for key in INTEGERS:
            self._shard.update(qe.UpdateOperation.create_field_index(key, qe.PayloadSchemaType.Integer))

    def upsert(self, points: Iterable[Point]) -> None:
        rest = iter(points)
        while some := list(islice(rest, SIZES.upsert)):
            self._shard.update(qe.UpdateOperation.upsert_points([
                qe.Point(point.id, {DENSE: point.dense.tolist(),
                                    **{name: _sparse(vector) for name, vector in point.sparse.items()}},
                         dict(point.payload))
                for point in some
            ]))

    def set_days(self, points: Mapping[str, Days]) -> None:
        for days, ids in same_days(points).items():
            self._shard.update(qe.UpdateOperation.set_payload([*ids], dict(zip(INTEGERS, days, strict=True))))

    def delete(self, ids: Sequence[str]) -> None:
        if ids:
            self._shard.update(qe.UpdateOperation.delete_points(list(ids)))

    def finish(self) -> None:
        self._shard.optimize()
        self._shard.flush()
        self._shard.close()


def _asked(probe: Probe) -> dict[str, qe.Query]:
    queries = {DENSE: qe.Query.Nearest(probe.dense.tolist(), using=DENSE)}
    queries |= {name: qe.Query.Nearest(_sparse(vector), using=name)
                for name, vector in probe.sparse.items() if vector.indices}
    return queries


def _sparse(vector: Sparse) -> qe.SparseVector:
    return qe.SparseVector(list(vector.indices), list(vector.values))


def _scores(points: Iterable[qe.ScoredPoint]) -> dict[str, float]:
    return {str(point.id): float(point.score) for point in points}


def _filter(scope: Scope, **equal: str) -> qe.Filter:
    day = scope.as_of.toordinal()
    conditions = [qe.FieldCondition(key=key, match=qe.MatchValue(value))
                  for key, value in {**scope.equal, **equal}.items()]
    conditions.append(qe.FieldCondition(key="since", range=qe.RangeFloat(lte=day)))
    conditions.append(qe.FieldCondition(key="until", range=qe.RangeFloat(gte=day)))
    return qe.Filter(must=[*conditions])
