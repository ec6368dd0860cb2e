"""What a generation lacks of what is wanted. Pure: registers and points go in, the work comes out.

Only documents whose versions, days or answers' standing changed are looked at; of these only points that aren't there
are written, and points whose days alone changed get new days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.index.engine import Snapshot
from ingestion.index.points import Placed
from ingestion.index.seam import Days
from ingestion.registry import Register

DRIFT = 0.2
"""The share by which the number of points may differ from when the mean lengths were taken; beyond it all is built
anew."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``wanted``: all points of the documents looked at; of them ``fresh`` are to be written, ``moved`` get new days;
    ``gone`` are to be deleted. ``documents``: those looked at (None: all)."""

    documents: Sequence[str] | None
    wanted: Mapping[str, Placed]
    fresh: Sequence[Placed]
    moved: Mapping[str, Days]
    gone: Sequence[str]

    def points(self, before: int) -> int:
        """How many there are then, where there were ``before``."""
        return before + len(self.fresh) - len(self.gone)

    def extends(self, base: Snapshot) -> bool:
        """Whether a copy of ``base`` can become what is wanted without the mean lengths being far from true."""
        return abs(self.points(base.points) - base.measured) <= DRIFT * base.measured


def difference(documents: Sequence[str] | None, held: Mapping[str, Days], wanted: Sequence[Placed]) -> Difference:
    by_id = {point.id: point for point in wanted}
    return Difference(
        documents=documents,
        wanted=by_id,
        fresh=[point for point in wanted if point.id not in held],
        moved={point.id: point.days for point in wanted if point.id in held and held[point.id] != point.days},
        gone=[point for point in held if point not in by_id],
    )


def changed(before: Register, after: Register) -> list[str]:
    """The documents whose points may differ."""
    old, new = _counting(before), _counting(after)
    return [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]


def _counting(register: Register) -> dict[str, list[tuple[object, ...]]]:
    found: dict[str, list[tuple[object, ...]]] = {}
    for document, one in register.indexed():
        found.setdefault(document.document, []).append((one.chunks_file, one.since, one.until, one.stands))
    return found
