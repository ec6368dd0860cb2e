"""What a gate says: which rows, how much, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finetune.gating.limits import Limits
from finetune.gating.row import Row


@dataclass(frozen=True, slots=True)
class Refusal:
    """``rows``: ids, the first few; ``count``: all of them."""

    gate: str
    reason: str
    rows: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        more = f" ({', '.join(self.rows)}{', …' if self.count > len(self.rows) else ''})" if self.rows else ""
        return f"{self.gate}: {self.reason}{more}"


def naming(gate: str, reason: str, rows: Sequence[Row], limits: Limits) -> Iterator[Refusal]:
    """One refusal over these rows; none for no rows. ``{n}`` in the reason is their number."""
    if rows:
        ids = list(dict.fromkeys(row.id for row in rows))
        yield Refusal(gate, reason.replace("{n}", str(len(ids))), tuple(ids[: limits.named]), len(ids))
