"""The embedding's opinion of each candidate sentence, as serving gives it to the model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from chatbot.model.hints import open_hints, texts, with_hints
from finetune.samples import Sample
from ingestion.embedding import Embedder

__all__ = ["hinted", "open_hints"]


def hinted(samples: Sequence[Sample], embedder: Embedder, dropped: float, seed: int) -> tuple[Sample, ...]:
    """The samples with hints. A share of ``dropped`` goes without, so that the model learns to judge by itself too.
    Vectors are kept in the data folder: the second run finds them there."""
    shown = list(dict.fromkeys(sentence for sample in samples for sentence in sample.task.sentences))
    embedder.passages(texts(shown))
    made = []
    for sample in samples:
        drop = random.Random(f"{seed}:hint:{sample.id}").random() < dropped
        made.append(sample if drop else replace(sample, task=with_hints(sample.task, embedder)))
    return tuple(made)
