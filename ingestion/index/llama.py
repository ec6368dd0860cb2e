"""Our index as a LlamaIndex vector store, for its retrievers, query engines and agents.

It reads. Writing goes through the job stream (`python -m ingestion add`), because a generation never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from pydantic import PrivateAttr

from ingestion.documents import Chunk
from ingestion.errors import SearchIndexError
from ingestion.fusion import Weights, fused, weights_for
from ingestion.index import sparse
from ingestion.index.seam import DENSE, Index, Probe, Scope
from ingestion.registry import Register

FILTERS = ("as_of", "collection", "language", "audience")


class LlamaVectorStore(BasePydanticVectorStore):
    """Dense search, or in HYBRID mode ours of all vectors fused; always as of a day (the filter ``as_of``, an ISO date;
    today without it). Other filters: collection, language, audience, by equality."""

    stores_text: bool = True
    _index: Index = PrivateAttr()
    _register: Register = PrivateAttr()
    _weights: Weights = PrivateAttr()

    def __init__(self, index: Index, register: Register) -> None:
        """``register``: the documents of the index's generation."""
        super().__init__(stores_text=True)
        self._index, self._register = index, register
        self._weights = weights_for(index.count())

    @property
    def client(self) -> Index:
        return self._index

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Raises SearchIndexError for a mode or a filter that isn't ours."""
        if query.query_embedding is None:
            raise SearchIndexError("The query has no embedding. Give the index an embedding model (LlamaEmbedding).")
        hybrid = query.mode is VectorStoreQueryMode.HYBRID
        if not hybrid and query.mode is not VectorStoreQueryMode.DEFAULT:
            raise SearchIndexError(f"Mode {query.mode.value!r} is not supported. Use 'default' or 'hybrid'.")
        terms = sparse.of_query(sparse.tokens(query.query_str or "")) if hybrid else {}
        asked = {name: vector for name, vector in terms.items() if name in self._weights.asked}
        probe = Probe(np.asarray(query.query_embedding, np.float32), asked)
        scope = _scope(query.filters)
        hits = self._index.search(probe, scope, max(self._weights.pool, query.similarity_top_k))
        ranked = fused(hits, self._weights) if hybrid else sorted(
            ((hit, hit.scores[DENSE]) for hit in hits), key=lambda one: (-one[1], one[0].id)
        )
        best = ranked[: query.similarity_top_k]
        chunks = self._index.chunks([hit.id for hit, _ in best])
        return VectorStoreQueryResult(
            nodes=[_node(hit.id, self._register.named(chunks[hit.id], scope.as_of)) for hit, _ in best],
            similarities=[score for _, score in best],
            ids=[hit.id for hit, _ in best],
        )

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        raise SearchIndexError("A generation of the index never changes. Add documents with 'python -m ingestion add'.")

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        raise SearchIndexError("A generation of the index never changes. Remove documents with "
                               f"'python -m ingestion remove {ref_doc_id}'.")


def _scope(filters: MetadataFilters | None) -> Scope:
    values: dict[str, str] = {}
    for one in filters.filters if filters else []:
        if not isinstance(one, MetadataFilter) or one.operator is not FilterOperator.EQ or one.key not in FILTERS:
            raise SearchIndexError(f"The filter {one!r} is not supported. Use equality of {', '.join(FILTERS)}.")
        values[one.key] = str(one.value)
    day = values.pop("as_of", None)
    return Scope(as_of=date.fromisoformat(day) if day else date.today(), collection=values.get("collection"),
                 language=values.get("language"), audience=values.get("audience"))


def _node(point: str, chunk: Chunk) -> TextNode:
    validity = chunk.validity
    return TextNode(id_=point, text=chunk.text, metadata={
        "document": chunk.document, "version": chunk.version, "clause": chunk.clause, "title": chunk.title,
        "source": chunk.source, "valid_from": str(validity.since or ""), "valid_until": str(validity.until or ""),
    })
