"""What a generation lacks of what is wanted. Pure: registers and points go in, the work comes out.

Only documents whose versions, days or answers' standing changed are looked at; of these only points that aren't there
are written, and points whose days alone changed get new days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.index.engine import Snapshot
from ingestion.index.points import Placed
from ingestion.registry import Register

DRIFT = 0.2
"""The share by which the number of points may differ from when the mean lengths were taken; beyond it all is built
anew."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``fresh`` points are to be written, ``moved`` ones get new days, ``gone`` ones are to be deleted; ``kept`` ones
    are those of the documents looked at that stay as they are. ``grown``: there is a generation to copy."""

    fresh: Sequence[Placed]
    moved: Sequence[Placed]
    kept: Sequence[Placed]
    gone: Sequence[str]
    grown: bool

    def points(self, before: int) -> int:
        """How many there are then, where there were ``before``."""
        return before + len(self.fresh) - len(self.gone)

    def extends(self, base: Snapshot) -> bool:
        """Whether a copy of ``base`` can become what is wanted without the mean lengths being far from true."""
        return abs(self.points(base.points) - base.measured) <= DRIFT * base.measured


def difference(held: Sequence[Placed] | None, wanted: Sequence[Placed]) -> Difference:
    """``held``: what the generation before has of these documents; None where all is built anew."""
    before = {point.id: point.days for point in held or ()}
    after = {point.id for point in wanted}
    return Difference(
        fresh=[point for point in wanted if point.id not in before],
        moved=[point for point in wanted if before.get(point.id, point.days) != point.days],
        kept=[point for point in wanted if before.get(point.id) == point.days],
        gone=[point for point in before if point not in after],
        grown=held is not None,
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
