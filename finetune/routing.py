"""Learning which category a conversation belongs to: a softmax over the embedding, fitted in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot import adapter
from chatbot.adapter import DataOf
from chatbot.routing import Weights
from finetune.arguments import DataSet, located
from finetune.errors import ExamplesError
from ingestion.embedding import Embedder

DECAY = 0.03
"""L2 on the weights, of unit-variance dimensions: the best of five by five folds (docs/experiments.md)."""
STEPS = 60
"""L-BFGS iterations; it converges in about 40."""


class Labelled(BaseModel):
    """``history``: the customer's earlier messages."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    topic: str
    history: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join((*self.history, self.question))


def read(path: Path) -> list[Labelled]:
    """Raises ExamplesError naming file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ExamplesError(f"The routing examples {path} can't be read ({error.strerror}).") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                found.append(Labelled.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise ExamplesError(f"{path}, line {number}: {field}: {first['msg']}.") from error
    if len({one.topic for one in found}) < 2:
        raise ExamplesError(f"{path} names fewer than two topics: there is nothing to choose between.")
    return found


def learn(examples: Sequence[Labelled], embedder: Embedder) -> Weights:
    """The weights for these examples; the same ones every time."""
    vectors = np.asarray(embedder.queries([one.text for one in examples]), dtype=np.float32)
    return fit(vectors, [one.topic for one in examples])


def described(data: DataSet, examples: Sequence[Labelled]) -> DataOf:
    """What a manifest says of them."""
    digest = adapter.file_hash(located(data.path))
    return DataOf(name=data.name, licence=data.licence, hash=digest, examples=len(examples))


def fit(vectors: np.ndarray, topics: Sequence[str], decay: float = DECAY) -> Weights:
    """A softmax regression on (n, dimensions) vectors, every category counting alike."""
    categories = tuple(sorted(set(topics)))
    mean, scale = vectors.mean(0), vectors.std(0) + 1e-6
    shown = torch.from_numpy((vectors - mean) / scale)
    target = torch.tensor([categories.index(topic) for topic in topics])
    shares = 1.0 / torch.bincount(target).float()
    rows = torch.zeros(len(categories), shown.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([rows], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        logits = shown @ rows[:, :-1].T + rows[:, -1]
        loss = torch.nn.functional.cross_entropy(logits, target, weight=shares) + decay * rows[:, :-1].square().sum()
        torch.autograd.backward(loss)
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return Weights(categories, rows.detach().numpy(), mean, scale)
