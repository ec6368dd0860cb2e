"""A Qdrant server (QDRANT_URL): each generation is a collection, and an alias names the one that is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models

from ingestion.documents import Chunk
from ingestion.index.away import translated
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

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sizes:
    """As in `edge`; ``upsert`` keeps a request under the server's 32 MB, ``ids`` one of ids alone (40 bytes each) and
    its answer far below that."""

    upsert: int = 256
    clause: int = 200
    ids: int = 1_000


SIZES = Sizes()


@translated
class ServerIndex:
    """A collection, open for reading. ``client`` is shared, and thread-safe."""

    def __init__(self, client: QdrantClient, collection: str, generation: str) -> None:
        self.generation = generation
        self._client, self._collection = client, collection

    def search(self, probe: Probe, scope: Scope, limit: int) -> list[Hit]:
        asked = _asked(probe)
        where = _filter(scope)
        first = self._batch([_request(name, query, where, limit) for name, query in asked.items()])
        found = dict(zip(asked, first, strict=True))
        everyone = dict.fromkeys(point for scores in found.values() for point in scores)
        open_ = lacking(found)
        second = self._batch([
            _request(name, asked[name], models.Filter(must=[models.HasIdCondition(has_id=list(ids))]), len(ids),
                     exact=True)
            for name, ids in open_.items()
        ])
        for name, scores in zip(open_, second, strict=True):
            found[name].update(scores)
        return filled(everyone, found, limit)

    def _batch(self, requests: list[models.QueryRequest]) -> list[dict[str, float]]:
        if not requests:
            return []
        replies = self._client.query_batch_points(self._collection, requests=requests)
        return [{str(point.id): float(point.score) for point in reply.points} for reply in replies]

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        return {str(record.id): unpack(record.payload or {}) for some in _batches(ids, SIZES.ids)
                for record in self._client.retrieve(self._collection, ids=some, with_payload=True)}

    def clause(self, document: str, clause: str, as_of: date) -> list[Chunk]:
        where = _filter(Scope(as_of=as_of, field=Field.TEXT), document=document, clause=clause)
        records, _ = self._client.scroll(self._collection, scroll_filter=where, limit=SIZES.clause, with_payload=True)
        return sorted((unpack(record.payload or {}) for record in records), key=lambda chunk: chunk.position)

    def count(self) -> int:
        return int(self._client.count(self._collection, exact=True).count)

    def days(self, ids: Sequence[str]) -> dict[str, Days]:
        found = ((str(record.id), record.payload or {}) for some in _batches(ids, SIZES.ids)
                 for record in self._client.retrieve(self._collection, ids=some, with_payload=list(INTEGERS)))
        return {point: (int(payload["since"]), int(payload["until"])) for point, payload in found}

    def close(self) -> None:
        """The client belongs to who opened it."""


@translated
class ServerBuilder:
    """Writes a collection: a new one, filled with the points of ``base`` if there is one."""

    def __init__(self, client: QdrantClient, collection: str, dim: int, base: str | None = None) -> None:
        self._client, self._collection = client, collection
        client.create_collection(
            collection,
            vectors_config={DENSE: models.VectorParams(size=dim, distance=models.Distance.COSINE)},
            sparse_vectors_config={name: models.SparseVectorParams(modifier=models.Modifier.IDF) for name in SPARSE},
        )
        for key in KEYWORDS:
            client.create_payload_index(collection, key, models.PayloadSchemaType.KEYWORD)
        for key in INTEGERS:
            client.create_payload_index(collection, key, models.PayloadSchemaType.INTEGER)
        if base is not None:
            self._copy(base)

    def _copy(self, base: str) -> None:
        offset: Any = None
        while True:
            records, offset = self._client.scroll(base, limit=SIZES.upsert, offset=offset, with_payload=True,
                                                  with_vectors=True)
            if records:
                self._client.upsert(self._collection, points=[
                    models.PointStruct(id=record.id, vector=record.vector or {}, payload=record.payload)
                    for record in records
                ])
            if offset is None:
                return

    def upsert(self, points: Iterable[Point]) -> None:
        for some in _batches(points, SIZES.upsert):
            self._client.upsert(self._collection, wait=True, points=[
                models.PointStruct(id=point.id, vector=_vectors(point), payload=dict(point.payload)) for point in some
            ])

    def set_days(self, points: Mapping[str, Days]) -> None:
        for days, ids in same_days(points).items():
            for some in _batches(ids, SIZES.ids):
                self._client.set_payload(self._collection, payload=dict(zip(INTEGERS, days, strict=True)),
                                         points=[*some], wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        for some in _batches(ids, SIZES.ids):
            self._client.delete(self._collection, points_selector=models.PointIdsList(points=[*some]), wait=True)

    def finish(self) -> None:
        """Writes waited for the server; it optimises by itself, and searches what isn't optimised yet as well."""


def _batches(everything: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(everything)
    while some := list(islice(rest, size)):
        yield some


def _vectors(point: Point) -> dict[str, Any]:
    return {DENSE: point.dense.tolist(), **{name: _sparse(vector) for name, vector in point.sparse.items()}}


def _asked(probe: Probe) -> dict[str, Any]:
    return {DENSE: probe.dense.tolist(),
            **{name: _sparse(vector) for name, vector in probe.sparse.items() if vector.indices}}


def _request(name: str, query: Any, where: models.Filter, limit: int, *, exact: bool = False) -> models.QueryRequest:
    params = models.SearchParams(exact=True) if exact else None
    return models.QueryRequest(query=query, using=name, filter=where, limit=limit, params=params)


def _sparse(vector: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def _filter(scope: Scope, **equal: str) -> models.Filter:
    day = scope.as_of.toordinal()
    values: Mapping[str, str] = {**scope.equal, **equal}
    conditions: list[models.Condition] = [
        models.FieldCondition(key=key, match=models.MatchValue(value=value)) for key, value in values.items()
    ]
    conditions.append(models.FieldCondition(key="since", range=models.Range(lte=day)))
    conditions.append(models.FieldCondition(key="until", range=models.Range(gte=day)))
    return models.Filter(must=conditions)
