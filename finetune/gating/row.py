"""One row as the gates see it, whether it comes from a record or is a sample composed for the local trainer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from chatbot.model.seam import Action
from finetune.examples import Example
from finetune.gating.limits import LIMITS, Aim, Limits
from finetune.record import Basis, Origin, Pii, Record, Review, Use
from finetune.samples import Sample
from finetune.teaching import to_example
from ingestion.polish import fold


class Side(StrEnum):
    TRAIN = "train"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Row:
    """``taught``: what the model learns to write of itself; of a quoting sample or record that is the frame, since the
    quoted sentence stands in ``shown``. ``spoken``: texts in which personal data may stand. ``tokens``, ``trained``:
    how many the trainer reads and how many carry loss; None where nobody has counted. ``cut``: the row doesn't fit."""

    id: str
    question: str
    taught: str
    shown: tuple[str, ...]
    spoken: tuple[str, ...]
    action: Action | None
    clauses: frozenset[str]
    subjects: frozenset[str] = frozenset()
    framed: bool = False
    origin: Origin = Origin.WRITTEN
    basis: Basis = Basis.COMPANY
    licence: str = "Apache-2.0"
    pii: Pii = Pii.CLEAN
    use: Use = Use.TRAIN
    review: Review | None = None
    paired: bool = False
    system: str | None = None
    wrong_template: str = ""
    tokens: int | None = None
    trained: int | None = None
    cut: bool = False

    @property
    def plain(self) -> str:
        return plain(self.question)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the gates look at. ``left_out``: on neither side, since it lies on both. ``measured``: questions (plain)
    that results are judged on; ``forgotten``: hashes of people erased; ``leftover``: kinds of personal data found in a
    text (absent: none); ``serving``: the one system message a record may have (empty: none, since training and export
    write serving's own; None: any); ``ships``: the adapter will be passed on."""

    train: Sequence[Row]
    held_out: Sequence[Row] = ()
    left_out: Sequence[Row] = ()
    aim: Aim = Aim.ANSWERS
    limits: Limits = LIMITS
    measured: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    leftover: dict[str, tuple[str, ...]] = field(default_factory=dict)
    serving: str | None = None
    ships: bool = False

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.train, *self.held_out, *self.left_out)


def of_record(record: Record) -> Row:
    made = to_example(record)
    example = made if isinstance(made, Example) else None
    framed = example is not None and example.action is Action.QUOTE and _quotes(record, example)
    taught = f"{example.opening} {example.closing}".strip() if example and framed else record.answer
    return Row(
        id=record.id, question=record.question, taught=taught, shown=tuple(one.text for one in record.passages),
        spoken=record.texts, action=record.action or (example.action if example else None),
        clauses=frozenset(record.clauses), subjects=frozenset(record.subjects), framed=framed, origin=record.origin,
        basis=record.consent.basis, licence=record.licence, pii=record.pii, use=record.use, review=record.review,
        paired=record.rejected is not None, system=record.system,
    )


def of_sample(sample: Sample, licence: str = "Apache-2.0") -> Row:
    task, written = sample.task, sample.written
    return Row(
        id=sample.id, question=task.question, taught=f"{written.opening} {written.closing}".strip(),
        shown=task.sentences, spoken=(task.question, *(turn.text for turn in task.history), written.opening,
                                      written.closing),
        action=written.action, clauses=frozenset({sample.key}), subjects=frozenset(sample.subjects),
        framed=written.action is Action.QUOTE, licence=licence,
    )  # fmt: skip


def plain(text: str) -> str:
    """Folded words with one space between: what is compared for sameness."""
    return " ".join(re.findall(r"\w+", fold(text).lower()))


def _quotes(record: Record, example: Example) -> bool:
    """Whether the record's own answer has the quote in it, rather than an agent's words that a quote stands in for."""
    return all(plain(one) in plain(record.answer) for one in example.quote)

