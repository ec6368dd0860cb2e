"""From an example to what the model is shown and must write: tasks composed as serving composes them.

Serving passes the sentences of the best three or four passages, in rank order. Here the right passage stands first
most often, as a search puts it, but not always; and a share of the questions loses it, with near ones left, so that
the model learns to give up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from finetune.corpus import Corpus, Piece
from finetune.errors import ExamplesError
from finetune.examples import Example

REMOVED = ":removed"
"""Ends the id of a negative made of an example."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How tasks are composed. ``first``: share with the right passage in first place, ``second`` in second.
    ``removed``: negatives made, as a share of the examples that quote. ``fewest`` and ``sentences``: candidates at
    most, drawn anew for each task, since half of what many neighbours cost teaches little."""

    first: float = 0.55
    second: float = 0.25
    removed: float = 0.45
    fewest: int = 6
    sentences: int = 12
    passages: int = 4
    from_one: int = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """``gold``: indices of all candidate sentences that answer (empty: give up). ``key``: the source clause.
    ``subjects``: hashes of the customer and conversation it came from."""

    id: str
    key: str
    task: Task
    written: Written
    gold: tuple[int, ...]
    origin: str = "written"
    subjects: tuple[str, ...] = ()


def build(examples: list[Example], corpus: Corpus, mix: Mix, seed: int) -> list[Sample]:
    """One sample an example, and the negatives made of some. The same seed gives the same samples, whatever else is
    in the list. Raises ExamplesError for a quote that is not in its source."""
    samples = []
    for example in examples:
        rng = random.Random(f"{seed}:{example.id}")
        samples.append(compose(example, corpus, mix, rng))
        if example.action is Action.QUOTE and rng.random() < mix.removed:
            negative = _without(example, corpus, mix, rng)
            if negative:
                samples.append(negative)
    return samples


def compose(example: Example, corpus: Corpus, mix: Mix, rng: random.Random) -> Sample:
    """The sample of one example."""
    if example.source is None:
        near = _near(example, corpus, mix, rng, without="")
        return _sample(example, [(piece, ()) for piece in near], mix, rng)
    piece = corpus.find(example.source)
    gold = tuple(_index(piece, quote, example) for quote in example.quote)
    placed: list[tuple[Piece, tuple[int, ...]]] = [(p, ()) for p in _near(example, corpus, mix, rng, piece.key)]
    draw = rng.random()
    place = 0 if draw < mix.first else 1 if draw < mix.first + mix.second else rng.randint(0, mix.passages - 1)
    placed.insert(min(place, len(placed)), (piece, gold))
    return _sample(example, placed, mix, rng)


def _without(example: Example, corpus: Corpus, mix: Mix, rng: random.Random) -> Sample | None:
    assert example.source is not None
    near = _near(example, corpus, mix, rng, corpus.find(example.source).key)
    if not near:
        return None
    lost = example.model_copy(update={"action": Action.HAND_OVER, "quote": ()})
    sample = _sample(lost, [(piece, ()) for piece in near], mix, rng)
    return replace(sample, id=f"{example.id}{REMOVED}", origin="removed")


def _near(example: Example, corpus: Corpus, mix: Mix, rng: random.Random, without: str) -> list[Piece]:
    """Neighbours as a search would give them; where the document has too few, some of another document."""
    wanted = rng.randint(1, mix.passages - 1)
    if not corpus.groups:
        return []
    group = corpus.find(example.source).group if example.source else rng.choice(corpus.groups)
    found = [piece for piece in corpus.near(example.question, group, wanted + 2) if piece.key != without]
    if len(found) < wanted:
        found += corpus.near(example.question, rng.choice(corpus.groups), wanted - len(found))
    return found[:wanted]


def _sample(
    example: Example, placed: list[tuple[Piece, tuple[int, ...]]], mix: Mix, rng: random.Random
) -> Sample:
    left = rng.randint(mix.fewest, mix.sentences)
    left -= sum(len(window(piece, gold, mix.from_one)) for piece, gold in placed if gold)
    sentences: list[str] = []
    labels: list[str] = []
    found: list[int] = []
    for piece, gold in placed[: mix.passages]:
        chosen = window(piece, gold, mix.from_one if gold else min(mix.from_one, max(left, 0)))
        left -= 0 if gold else len(chosen)
        for index in chosen:
            if index in gold:
                found.append(len(sentences))
            sentences.append(piece.sentences[index])
            labels.append(piece.label)
    task = Task(example.question, tuple(sentences), tuple(labels), example.turns, example.language)
    frame = (example.opening, example.closing) if example.action in (Action.QUOTE, Action.ASK) else ("", "")
    written = Written(example.action, tuple(found[:3]), *frame)
    return Sample(example.id, example.key, task, written, tuple(found), subjects=example.subjects)


def window(piece: Piece, gold: tuple[int, ...], size: int) -> range:
    """The part of a long passage that is shown: its first sentences, or those round the ones that answer."""
    start = 0
    if gold and max(gold) >= size:
        start = max(0, min(min(gold), len(piece.sentences) - size, max(gold) - size // 2))
        size = max(size, max(gold) - start + 1)
    return range(start, min(start + size, len(piece.sentences)))


def _index(piece: Piece, quote: str, example: Example) -> int:
    wanted = " ".join(quote.split())
    for index, sentence in enumerate(piece.sentences):
        if wanted in " ".join(sentence.split()):
            return index
    raise ExamplesError(f"{example.id}: {quote[:60]!r} is in no sentence of {piece.key}. Copy it from the source.")
