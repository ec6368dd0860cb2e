"""Generations on a Qdrant server: a collection each, its snapshot in the collection's metadata, and one alias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from qdrant_client import QdrantClient, models

from ingestion.errors import IndexAway, SearchIndexError
from ingestion.index.away import WRONG, translated
from ingestion.index.engine import KEPT, Snapshot
from ingestion.index.server import ServerBuilder, ServerIndex

ALIAS = "chunks"
PREFIX = "chunks-"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: a switch waits for nothing; a copy of 100,000 points goes in pages of 256."""

    answer: int = 30


PATIENCE = Patience()


@translated
class ServerEngine:
    def __init__(self, client: QdrantClient) -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, key: str | None) -> ServerEngine:
        """Raises IndexAway when no server answers there."""
        client = QdrantClient(url=url, api_key=key, timeout=PATIENCE.answer, check_compatibility=False)
        try:
            client.get_collections()
        except WRONG as error:
            raise IndexAway(f"QDRANT_URL={url} can't be reached ({error}). Check that the server runs, and "
                            "QDRANT_API_KEY.") from error
        return cls(client)

    def current(self) -> str | None:
        for alias in self._client.get_aliases().aliases:
            if alias.alias_name == ALIAS:
                return alias.collection_name.removeprefix(PREFIX)
        return None

    def open(self, generation: str) -> ServerIndex:
        return ServerIndex(self._client, PREFIX + generation, generation)

    def snapshot(self, generation: str | None) -> Snapshot | None:
        if generation is None:
            return None
        metadata = self._client.get_collection(PREFIX + generation).config.metadata or {}
        if "snapshot" not in metadata:
            raise SearchIndexError(f"Collection {PREFIX}{generation} is not a finished generation of ours. "
                                   "Run 'python -m ingestion rollback'.")
        try:
            return Snapshot.model_validate_json(str(metadata["snapshot"]))
        except ValidationError as error:
            raise SearchIndexError(f"The snapshot of collection {PREFIX}{generation} can't be read ({error}). "
                                   "Run 'python -m ingestion rollback'.") from error

    def begin(self, generation: str, base: str | None, dim: int) -> ServerBuilder:
        return ServerBuilder(self._client, PREFIX + generation, dim, PREFIX + base if base else None)

    def open_built(self, generation: str) -> ServerIndex:
        return self.open(generation)

    def switch(self, snapshot: Snapshot) -> None:
        collection = PREFIX + snapshot.generation
        self._client.update_collection(collection, metadata={"snapshot": snapshot.model_dump_json()})
        self._point(collection)

    def rollback(self) -> Snapshot:
        before = self._before(self.current())
        if before is None or not self._client.collection_exists(PREFIX + before):
            raise SearchIndexError("There is no earlier index generation to roll back to: "
                                   f"the last {KEPT} are kept, and this is the oldest.")
        found = self.snapshot(before)
        if found is None:
            raise SearchIndexError(f"The index generation {before} has no snapshot.")
        self._point(PREFIX + before)
        return found

    def _before(self, generation: str | None) -> str | None:
        """Its parent; of one that doesn't say, the newest of the older ones."""
        try:
            snapshot = self.snapshot(generation)
            return snapshot.parent if snapshot else None
        except IndexAway:
            raise
        except SearchIndexError:
            names = (one.name.removeprefix(PREFIX) for one in self._client.get_collections().collections
                     if one.name.startswith(PREFIX))
            return max((one for one in names if one < str(generation)), default=None)

    def clean(self) -> None:
        kept = set(self.kept())
        for collection in self._client.get_collections().collections:
            if collection.name.startswith(PREFIX) and collection.name.removeprefix(PREFIX) not in kept:
                self._client.delete_collection(collection.name)

    def kept(self) -> list[str]:
        return self._line()[:KEPT]

    def _line(self) -> list[str]:
        found = []
        generation = self.current()
        while generation is not None and self._client.collection_exists(PREFIX + generation):
            found.append(generation)
            try:
                snapshot = self.snapshot(generation)
                generation = snapshot.parent if snapshot else None
            except IndexAway:
                raise  # what isn't seen to be kept is removed
            except SearchIndexError:
                break
        return found

    def _point(self, collection: str) -> None:
        """Both steps in one request: a reader sees the alias on the old collection or on the new one."""
        steps: list[Any] = []
        if self.current() is not None:
            steps.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=ALIAS)))
        steps.append(models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=collection, alias_name=ALIAS)
        ))
        self._client.update_collection_aliases(change_aliases_operations=steps)
