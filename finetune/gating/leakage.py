"""Nothing of the held-out side may be trained on: no source clause, no customer, no question, nor one like it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from finetune.gating.likeness import alike
from finetune.gating.refusal import Refusal, naming
from finetune.gating.row import Row, Sheet


def clauses(sheet: Sheet) -> Iterator[Refusal]:
    known = {clause for row in sheet.train for clause in row.clauses}
    if both := sorted({clause for row in sheet.held_out for clause in row.clauses} & known):
        shown = ", ".join(both[: sheet.limits.named])
        yield Refusal("leakage", f"{len(both)} source clauses are on both sides of the split", (shown,), len(both))


def customers(sheet: Sheet) -> Iterator[Refusal]:
    known = {subject for row in sheet.train for subject in row.subjects}
    leaked = [row for row in sheet.held_out if row.subjects & known]
    yield from naming("leakage", "{n} held-out rows are of customers who are also trained on", leaked, sheet.limits)


def questions(sheet: Sheet) -> Iterator[Refusal]:
    again = alike((row.plain for row in sheet.held_out), (row.plain for row in sheet.train), sheet.limits)
    leaked = [row for row in sheet.held_out if row.plain in again and not _common(row)]
    yield from naming("leakage", "{n} held-out questions are also trained on, or nearly the same are", leaked,
                      sheet.limits)  # fmt: skip


def measured(sheet: Sheet) -> Iterator[Refusal]:
    """Sets kept for measuring: by their own mark, by their licence, and by their questions."""
    marked = [row for row in sheet.rows if row.use == "measure"]
    yield from naming("measure_only", "{n} rows are marked as measure only: never train on them", marked, sheet.limits)
    again = alike((row.plain for row in sheet.rows), sheet.measured, sheet.limits)
    known = [row for row in sheet.rows if row.plain in again and not _common(row)]
    yield from naming("measure_only", "{n} questions stand, or nearly stand, in the cases that results are judged on",
                      known, sheet.limits)  # fmt: skip


def _common(row: Row) -> bool:
    """So short that everybody asks it ("Do kiedy mam czas?")."""
    return len(row.plain.split()) <= COMMON_WORDS


COMMON_WORDS = 4
"""Our choice; of the shipped examples, two such questions stand twice."""
