"""Facts belong in the index, not in the weights: no amount, date or period may be taught that stands in no passage.

Not covered: facts without a figure ("zwrot jest bezpłatny"); for those the reviewer has the passages beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.figures import unsupported
from finetune.gating.refusal import Refusal, naming
from finetune.gating.row import Row, Sheet


def facts(sheet: Sheet) -> Iterator[Refusal]:
    framed = [row for row in sheet.rows if row.framed and _in_frame(row)]
    yield from naming("facts", "{n} rows have a fact in the frame round their quote: what the frame says is learnt for "
                      "good, when the clause changes it stays", framed, sheet.limits)
    free = [row for row in sheet.rows if not row.framed and unsupported(row.taught, (*row.shown, *_customers(row)))]
    yield from naming("facts", "{n} answers have an amount, a date or a period that stands in no passage shown", free,
                      sheet.limits)  # fmt: skip


def _in_frame(row: Row) -> bool:
    """Digits, or a figure with its unit in words, that are not the customer's own; "te dwa zdania" is neither."""
    told = unsupported(row.taught, _customers(row))
    return any(letter.isdigit() for letter in row.taught) or any(figure.unit is not None for figure in told)


def _customers(row: Row) -> tuple[str, ...]:
    return (row.question,)
