"""Routing measured on a set of intents in CLINC150's form: learnt on its training part, counted on another one.

The product's own router does it (`finetune.routing.fit`, `chatbot.routing.choose`): one choice among the set's intents,
or none. What lies outside them is told by a category of its own, learnt from the set's out-of-scope examples, and by a
least probability. That number, and how much the weights are held back, are chosen on a fifth of the training part;
the part that is counted decides nothing.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress

from chatbot import routing
from chatbot.routing import Table, Weights
from evals.corpus import VECTORS
from evals.routing import f1
from finetune.routing import fit
from ingestion.command import err
from ingestion.company import Topic
from ingestion.embedders.cache import CachedEmbedder
from ingestion.embedding import open_embedder
from ingestion.errors import UsageError
from ingestion.settings import BUNDLED_EMBEDDINGS, Settings

OUTSIDE = "oos"
"""The name of what lies outside, in the file's parts (``oos_val``) and in the figures."""
DECAYS = (0.1, 0.01, 0.001)
FOLD = 5
"""A fifth of the training part chooses the numbers."""
LEAST = tuple(round(0.02 * step, 2) for step in range(46))
"""Least probabilities that are tried."""
SEED = 20261123

Rows = Sequence[tuple[str, str]]
"""(question, intent)"""


@dataclass(frozen=True, slots=True)
class Learnt:
    weights: Weights
    topics: tuple[Topic, ...]
    table: Table
    decay: float

    def route(self, vector: np.ndarray) -> str:
        """An intent, or OUTSIDE."""
        told = routing.choose(routing.scores(vector, self.weights), "", self.topics, self.table)
        return told.category or OUTSIDE


def read(path: Path, part: str) -> Rows:
    """Of a part its own questions and those outside. Raises UsageError naming what is not there."""
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"--intents {path} can't be read ({error}). It is a JSON object of lists of pairs.") from error
    if not isinstance(parts, dict) or part not in parts:
        raise UsageError(f"--intents {path} has no part {part!r}; there are {', '.join(parts)}.")
    try:
        return [(str(text), str(intent)) for text, intent in (*parts[part], *parts.get(f"{OUTSIDE}_{part}", ()))]
    except (TypeError, ValueError) as error:
        raise UsageError(f"--intents {path}: {part} is no list of [question, intent].") from error


def thinned(rows: Rows, each: int | None) -> Rows:
    """The first ``each`` of every intent; all of what lies outside."""
    seen: Counter[str] = Counter()
    kept = []
    for text, intent in rows:
        seen[intent] += 1
        if each is None or intent == OUTSIDE or seen[intent] <= each:
            kept.append((text, intent))
    return kept


def measured(path: Path, part: str, settings: Settings, each: int | None = None) -> dict[str, Any]:
    """The figures of one part, with what was chosen on the training part. ``each``: learn from, and count, so many
    questions of an intent only."""
    known, asked = (thinned(read(path, name), each) for name in ("train", part))
    vectors = embedded([text for text, _ in (*known, *asked)], settings)
    own, other = vectors[: len(known)], vectors[len(known) :]
    with err.status("Learning…"):
        learnt = learn(own, [intent for _, intent in known])
    told = [learnt.route(vector) for vector in other]
    return {"part": part, "learnt_from": len(known), **figures([intent for _, intent in asked], told),
            "least_p": learnt.table.sure, "decay": learnt.decay}  # fmt: skip


def embedded(texts: Sequence[str], settings: Settings) -> np.ndarray:
    """As the router embeds a question; kept between runs."""
    bundled = open_embedder(settings.model_copy(update={"embedding_model": BUNDLED_EMBEDDINGS}))
    cached = CachedEmbedder(bundled, settings.embedding_cache or VECTORS)
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("Embedding", total=len(texts))
        return np.asarray(cached.questions(texts, lambda done: bar.advance(task, done)), dtype=np.float32)


def learn(vectors: np.ndarray, intents: Sequence[str]) -> Learnt:
    """Weights for all of it, with the numbers that did best on a fifth held back."""
    order = list(range(len(intents)))
    random.Random(SEED).shuffle(order)
    back, rest = order[:: FOLD], [at for place, at in enumerate(order) if place % FOLD]
    topics = tuple(Topic(name=name, title={"en": name}) for name in sorted(set(intents)))
    right = [intents[at] for at in back]
    best, chosen = -1.0, (DECAYS[0], LEAST[0])
    for decay in DECAYS:
        weights = fit(vectors[rest], [intents[at] for at in rest], decay)
        scored = [routing.scores(vectors[at], weights) for at in back]
        for least in LEAST:
            table = Table(words=0.0, sure=least)
            told = [routing.choose(one, "", topics, table).category or OUTSIDE for one in scored]
            if (value := _both(right, told)) > best:
                best, chosen = value, (decay, least)
    decay, least = chosen
    return Learnt(fit(vectors, intents, decay), topics, Table(words=0.0, sure=least), decay)


def figures(right: Sequence[str], told: Sequence[str]) -> dict[str, Any]:
    """Shares from 0 to 1. ``accuracy`` of questions inside; ``macro_f1`` over the intents and the outside."""
    pairs = list(zip(right, told, strict=True))
    inside = [one == wanted for wanted, one in pairs if wanted != OUTSIDE]
    outside = [one == OUTSIDE for wanted, one in pairs if wanted == OUTSIDE]
    given_up = [wanted == OUTSIDE for wanted, one in pairs if one == OUTSIDE]
    by_intent = f1(right, told)
    return {
        "questions": len(pairs), "inside": len(inside), "outside": len(outside),
        "accuracy": _share(inside), "accuracy_of_all": _share([one == wanted for wanted, one in pairs]),
        "macro_f1": round(float(np.mean(list(by_intent.values()))), 4),
        "out_of_scope_recall": _share(outside), "out_of_scope_precision": _share(given_up),
        "weakest": dict(sorted(by_intent.items(), key=lambda pair: pair[1])[:5]),
    }  # fmt: skip


def _both(right: Sequence[str], told: Sequence[str]) -> float:
    """Accuracy inside and recall outside, each counting half: few are outside, and they matter as much."""
    found = figures(right, told)
    return float(found["accuracy"] or 0.0) + float(found["out_of_scope_recall"] or 0.0)


def _share(hits: Sequence[bool]) -> float | None:
    return round(sum(hits) / len(hits), 4) if hits else None
