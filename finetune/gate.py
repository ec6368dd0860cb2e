"""What is refused before training, with the reasons. Pure: samples in, reasons out; the limits stand in `Limits`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.model.seam import Action
from finetune.arguments import Arguments
from finetune.samples import Sample

DIGITS = re.compile(r"\d")
LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){8,}")
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """``samples``: fewest to train on (480 examples gave F1 0.41 on PoQuAD, 0 gave 0.07). ``giving_up``: least and
    largest share of samples that hand over. ``duplicates``: largest share of questions that are there twice."""

    samples: int = 200
    held_out: int = 30
    giving_up: tuple[float, float] = (0.1, 0.5)
    duplicates: float = 0.02


LIMITS = Limits()


def reasons(
    train: Sequence[Sample], held_out: Sequence[Sample], arguments: Arguments, limits: Limits = LIMITS
) -> list[str]:
    """Why this data may not be trained on; empty: it may."""
    found = []
    written = [sample for sample in train if sample.origin == "written"]
    if len(train) < limits.samples:
        found.append(f"{len(train)} samples are too few to learn from (at least {limits.samples})")
    if len(held_out) < limits.held_out:
        found.append(f"{len(held_out)} held-out samples are too few to judge by (at least {limits.held_out})")
    if leaked := {sample.key for sample in train} & {sample.key for sample in held_out}:
        found.append(f"{len(leaked)} source clauses are on both sides of the split, first {min(leaked)!r}")
    questions = {_plain(sample.task.question) for sample in train}
    if asked := {_plain(sample.task.question) for sample in held_out} & questions:
        found.append(f"{len(asked)} held-out questions are also trained on, first {min(asked)!r}")
    repeated = Counter((sample.id, _plain(sample.task.question)) for sample in written)
    by_question = Counter(question for _, question in repeated)
    twice = sum(count - 1 for count in by_question.values())
    if twice > limits.duplicates * max(len(by_question), 1):
        found.append(f"{twice} questions are there more than once, first {by_question.most_common(1)[0][0]!r}")
    share = sum(sample.written.action is Action.HAND_OVER for sample in train) / max(len(train), 1)
    least, most = limits.giving_up
    if not least <= share <= most:
        found.append(f"{share:.0%} of the samples hand over (between {least:.0%} and {most:.0%})")
    for sample in (*train, *held_out):
        frame = f"{sample.written.opening} {sample.written.closing}"
        if DIGITS.search(frame):
            found.append(f"{sample.id}: the frame has a digit, so a fact ({frame.strip()[:60]!r})")
        if LONG_NUMBER.search(sample.task.question) or E_MAIL.search(sample.task.question):
            found.append(f"{sample.id}: the question has what looks like a personal number or address")
    return list(dict.fromkeys(found))


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))
