"""The embedding's opinion of each candidate sentence, as serving gives it to the model."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from chatbot.model.hints import cosine, open_hints, texts
from finetune.samples import Sample
from ingestion.embedding import Embedder

__all__ = ["hinted", "open_hints"]


def hinted(samples: Sequence[Sample], embedder: Embedder, dropped: float, seed: int) -> tuple[Sample, ...]:
    """The samples with hints. A share of ``dropped`` goes without, so that the model learns to judge by itself too.
    Sentences' vectors are kept in the data folder: the second run finds them there. All are embedded at once: one
    question at a time, as serving has them, took longer than some epochs."""
    shown = list(dict.fromkeys(sentence for sample in samples for sentence in sample.task.sentences))
    asked = list(dict.fromkeys(sample.task.question for sample in samples))
    of_sentence = dict(zip(shown, embedder.passages(texts(shown)), strict=True))
    of_question = dict(zip(asked, embedder.queries(asked), strict=True))
    made = []
    for sample in samples:
        task = sample.task
        near = tuple(cosine(of_sentence[one], of_question[task.question]) for one in task.sentences)
        drop = random.Random(f"{seed}:hint:{sample.id}").random() < dropped
        made.append(sample if drop else replace(sample, task=replace(task, hints=near)))
    return tuple(made)
