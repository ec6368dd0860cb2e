"""The embedding's opinion of each candidate sentence: its cosine with the question, a prior for the model's own score.

A small model alone finds the sentence less often than the embedding does; together they find it more often than
either. The embedding is always the bundled one, whatever EMBEDDING_MODEL says: adapters are trained with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot.model.seam import Task
from chatbot.prompts.prompt import cut
from ingestion.embedders.cache import CachedEmbedder
from ingestion.embedding import Embedder, Vectors, open_embedder
from ingestion.settings import BUNDLED_EMBEDDINGS, Settings

LONGEST = 280
"""Characters of a sentence that are embedded: time grows with length, and the prompt shows little more of it."""


def open_hints(settings: Settings) -> Embedder:
    """The bundled embedding, with the vectors of sentences kept in the data folder. Raises ModelError."""
    bundled = open_embedder(settings.model_copy(update={"embedding_model": BUNDLED_EMBEDDINGS}))
    return CachedEmbedder(bundled, settings.data_dir / "models" / "hints.sqlite")


def texts(sentences: Sequence[str]) -> list[str]:
    """What is embedded of each sentence."""
    return [cut(sentence, LONGEST) for sentence in sentences]


def with_hints(task: Task, embedder: Embedder) -> Task:
    """The task with a hint a sentence; unchanged if it has them. About 15 ms, and 20 ms more for each sentence that
    was never seen."""
    if not task.sentences or len(task.hints) == len(task.sentences):
        return task
    question = embedder.queries([task.question])[0]
    vectors = embedder.passages(texts(task.sentences))
    return replace(task, hints=tuple(cosine(vector, question) for vector in vectors))


def cosine(one: Vectors, other: Vectors) -> float:
    """Of two unit vectors, as precise as a prompt needs it."""
    return round(float(one @ other), 4)
