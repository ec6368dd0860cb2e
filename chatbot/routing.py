"""Which category and team a conversation goes to: one choice among the company's own topics, read off an embedding.

The adapter's folder carries the weights (`routing.safetensors`, learnt by `finetune.routing`): one row a category. The
choice is constrained: a category that the company's profile lacks can't be chosen, and the team follows from the
category. A topic's own words count beside the embedding, so a category without examples can be chosen by them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chatbot.topics import says
from ingestion.company import Company, Topic
from ingestion.embedding import Embedder
from ingestion.errors import ModelError

FILE = "routing.safetensors"
SUPPORT = "support"
"""The team of a conversation that no category is sure enough of."""


@dataclass(frozen=True, slots=True)
class Table:
    """``words``: what a topic's own words add to its score, a logit; the best of 1, 1.5, 2, 2.5, 3 by five folds on the
    written examples (docs/experiments.md). ``sure``: least probability of a category (four times that of a blind guess
    among nineteen); below it the words alone decide."""

    words: float = 1.5
    sure: float = 0.2


TABLE = Table()


@dataclass(frozen=True, slots=True)
class Route:
    """``category`` is None, and the team the general one, where nothing was sure enough."""

    category: str | None
    team: str
    p: float


@dataclass(frozen=True, slots=True)
class Weights:
    """``rows``: (categories, dimensions + 1), the last column a bias; ``mean`` and ``scale``: of the dimensions."""

    categories: tuple[str, ...]
    rows: np.ndarray
    mean: np.ndarray
    scale: np.ndarray


class Router:
    """Thread-safe: it only reads. One question costs one embedding (15 ms)."""

    def __init__(self, weights: Weights, company: Company, embedder: Embedder, table: Table = TABLE) -> None:
        self._weights, self._company, self._embedder, self._table = weights, company, embedder, table

    def route(self, texts: Sequence[str]) -> Route:
        """The customer's words of a conversation, oldest first."""
        text = " ".join(texts)
        vector = np.asarray(self._embedder.queries([text])[0], dtype=np.float32)
        return choose(scores(vector, self._weights), text, self._company.topics, self._table)


def scores(vector: np.ndarray, weights: Weights) -> dict[str, float]:
    """A logit for each category."""
    found = weights.rows[:, :-1] @ ((vector - weights.mean) / weights.scale) + weights.rows[:, -1]
    return dict(zip(weights.categories, map(float, found), strict=True))


def choose(learnt: Mapping[str, float], text: str, topics: Sequence[Topic], table: Table = TABLE) -> Route:
    """The best of the company's topics. One that was never learnt starts from the lowest score of those that were."""
    if not topics:
        return Route(None, SUPPORT, 0.0)
    lowest = min(learnt.values(), default=0.0)
    logits = [learnt.get(one.name, lowest) + table.words * says(text, one.words) for one in topics]
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    best = max(range(len(topics)), key=lambda index: logits[index])
    p = powers[best] / sum(powers)
    if p >= table.sure:
        return Route(topics[best].name, topics[best].team, p)
    named = next((one for one in topics if says(text, one.words)), None)
    return Route(named.name, named.team, p) if named else Route(None, SUPPORT, p)


def load(folder: Path) -> Weights | None:
    """The weights beside an adapter, or None where it has none. Raises ModelError for a damaged file."""
    from safetensors import SafetensorError, safe_open

    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, "numpy") as file:
            names = tuple((file.metadata() or {})["categories"].split(","))
            weights = Weights(names, file.get_tensor("rows"), file.get_tensor("mean"), file.get_tensor("scale"))
    except (SafetensorError, KeyError, OSError) as error:
        raise ModelError(f"{path} is damaged ({error}). Restore the adapter's folder, or train it again.") from error
    if len(names) != len(weights.rows):
        raise ModelError(f"{path} is damaged: {len(names)} categories, {len(weights.rows)} rows. Restore the folder.")
    return weights


def save(folder: Path, weights: Weights) -> None:
    from safetensors.numpy import save_file

    tensors = {"rows": weights.rows, "mean": weights.mean, "scale": weights.scale}
    save_file(
        {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()},
        folder / FILE,
        metadata={"categories": ",".join(weights.categories)},
    )
    (folder / FILE).chmod(0o644)


def open_router(folder: Path | None, company: Company, embedder: Embedder) -> Router | None:
    """The router of an adapter's folder; None where there is none: words alone then decide. Raises ModelError."""
    weights = load(folder) if folder else None
    return Router(weights, company, embedder) if weights else None
