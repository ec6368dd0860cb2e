"""Vectors of passages, kept by the hash of the model's name and the text: what was embedded once is not again."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ingestion.embedding import LIMITS, Embedder, Progress, Vectors, batches, clean
from ingestion.errors import DiskError

WAIT = 30.0
"""Seconds for another process's write to end."""
ASKED_AT_ONCE = 500
"""Keys in one SELECT; SQLite takes 999."""


class CachedEmbedder:
    """An embedder before whose ``passages`` stands a file; several processes may share it. Thread-safe.

    Each batch is kept as soon as it is made, so that a killed run loses one batch at most.
    """

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self._embedder = embedder
        self.name, self.dim = embedder.name, embedder.dim
        self._cache = VectorCache(path, embedder.name, embedder.dim)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.queries(texts)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._kept(texts, progress, as_query=False)

    def questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Questions that are searched: a question is compared with a question, so both are embedded as queries."""
        return self._kept(texts, progress, as_query=True)

    def keep(self, texts: Sequence[str], progress: Progress | None = None, *, as_query: bool = False) -> None:
        """Have their vectors in the file; nobody needs them here."""
        cleaned = list(dict.fromkeys(map(clean, texts)))
        known = self._cache.known(cleaned, as_query=as_query)
        missing = [text for text in cleaned if text not in known]
        if progress is not None and len(texts) > len(missing):
            progress(len(texts) - len(missing))
        for batch in batches(missing, LIMITS.batch):
            fresh = [missing[position] for position in batch]
            vectors = self._embedder.queries(fresh) if as_query else self._embedder.passages(fresh)
            self._cache.put(fresh, vectors, as_query=as_query)
            if progress is not None:
                progress(len(batch))

    def _kept(self, texts: Sequence[str], progress: Progress | None, *, as_query: bool) -> Vectors:
        self.keep(texts, progress, as_query=as_query)
        cleaned = [clean(text) for text in texts]
        known = self._cache.get(cleaned, as_query=as_query)
        return np.stack([known[text] for text in cleaned]) if cleaned else np.empty((0, self.dim), np.float32)

    def close(self) -> None:
        self._cache.close()


class VectorCache:
    """The file itself. A child that builds an index reads it without loading a model."""

    def __init__(self, path: Path, model: str, dim: int) -> None:
        self.path, self._model, self._dim = path, model, dim
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(path, timeout=WAIT, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        except sqlite3.DatabaseError as error:
            raise _broken(path, error) from error

    def get(self, texts: Sequence[str], *, as_query: bool = False) -> dict[str, Vectors]:
        """The vectors that are known, by text as `clean` leaves it."""
        found = self._rows("key, vector", texts, as_query)
        return {text: np.frombuffer(vector, np.float32) for text, vector in found if len(vector) == 4 * self._dim}

    def known(self, texts: Sequence[str], *, as_query: bool = False) -> set[str]:
        """The texts whose vectors are."""
        return {text for text, size in self._rows("key, length(vector)", texts, as_query) if size == 4 * self._dim}

    def _rows(self, what: str, texts: Sequence[str], as_query: bool) -> list[tuple[str, Any]]:
        keys = {self._key(text, as_query): text for text in texts}
        found: list[tuple[str, Any]] = []
        wanted = list(keys)
        with self._lock:
            try:
                for start in range(0, len(wanted), ASKED_AT_ONCE):
                    part = wanted[start : start + ASKED_AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows = self._db.execute(f"SELECT {what} FROM vectors WHERE key IN ({marks})", part)
                    found += [(keys[key], value) for key, value in rows]
            except sqlite3.DatabaseError as error:
                raise _broken(self.path, error) from error
        return found

    def put(self, texts: Sequence[str], vectors: Vectors, *, as_query: bool = False) -> None:
        rows = [(self._key(text, as_query), np.ascontiguousarray(vector, np.float32).tobytes())
                for text, vector in zip(texts, vectors, strict=True)]
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
                self._db.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                if self._db.in_transaction:  # else it stays open, and the file locked, until this process ends
                    with suppress(sqlite3.DatabaseError):
                        self._db.execute("ROLLBACK")
                raise _broken(self.path, error) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _key(self, text: str, as_query: bool) -> bytes:
        kind = "query" if as_query else "passage"
        return hashlib.sha256(f"{self._model}\n{kind}\n{text}".encode()).digest()


def _broken(path: Path, error: sqlite3.Error) -> DiskError:
    return DiskError(f"The vectors kept in {path} can't be used ({error}). Free some space, or delete that file: "
                     "it is made again by embedding anew.")
