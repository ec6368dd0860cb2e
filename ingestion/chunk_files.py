"""The chunks of a version, as they were when it was read: DATA_DIR/chunks/<hash>.jsonl.

A line is one chunk, without what differs from version to version. It begins with its clause's key, so that a clause
that was indexed before is known without reading what it says. Files of November 2026 and before have no keys, and are
read all the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from ingestion.documents import Chunk, Validity
from ingestion.errors import DocumentError
from ingestion.index.points import Draft, Said, Unit, body, named, said, text_draft, units, unpack
from ingestion.registry import Version

_KEYED = re.compile(r'\{"key": "([0-9a-f]{24})", "asks": (\d+), ')
_OPEN: dict[str, Any] = {"validity": (None, None)}


def folder(data_dir: Path) -> Path:
    return data_dir / "chunks"


def write(data_dir: Path, chunks: Iterable[Chunk]) -> str:
    """A file of chunks, named by its content."""
    content = "".join(f"{line}\n" for unit in units(chunks) for line in _lines(unit)).encode()
    name = f"{hashlib.sha256(content).hexdigest()[:32]}.jsonl"
    folder(data_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = folder(data_dir) / f".{name}"
    temporary.write_bytes(content)
    temporary.rename(folder(data_dir) / name)
    return name


def read(data_dir: Path, version: Version) -> list[Chunk]:
    """In reading order, with the version's name, days and source. Raises DocumentError when they can't be read."""
    path = folder(data_dir) / version.chunks_file
    try:
        rows = lines(path)
    except OSError as error:
        raise DocumentError(f"The text of version {version.version} can't be read ({path}: {error.strerror}). "
                            "Run 'python -m ingestion reindex'.") from error
    return [replace(_chunk(line), version=version.version, validity=version.validity, source=version.source,
                    position=place) for place, line in enumerate(rows)]


def lines(path: Path) -> list[str]:
    """The lines of a file of chunks: only a line feed ends one, for U+2028 and its like may stand in a title."""
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]


def clauses(chunks: list[Chunk]) -> dict[str, Chunk]:
    """Whole clauses by label, in reading order: the parts of a long one joined."""
    parts: dict[str, list[Chunk]] = {}
    for chunk in sorted(chunks, key=lambda one: one.position):
        parts.setdefault(chunk.unit or chunk.clause, []).append(chunk)
    return {
        label: replace(found[0], clause=label, text="\n".join(part.text for part in found))
        for label, found in parts.items()
    }


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause's lines; parsed where it is needed."""

    key: str
    asks: bool
    lines: tuple[str, ...]

    def said(self, days: Validity) -> list[Said]:
        return [Said(self.key, place, days, partial(_drafted, self.lines, place)) for place in range(len(self.lines))]


def points_of(lines: Iterable[str], version: Version) -> Iterator[Said]:
    """What the lines of a version's file say, on the days on which they count and its answers stand."""
    stands = {one.question: one for one in version.stands}
    days = version.validity
    for clause in _clauses(lines):
        if not clause.asks:
            yield from clause.said(days)
            continue
        unit = _unit(clause.lines)
        stand = stands.get(unit.parts[0].clause)
        if stand is None:
            yield from said(unit, days)
        else:
            yield from said(unit, days, Validity(stand.since, stand.until), never=stand.never)


def _clauses(lines: Iterable[str]) -> Iterator[_Clause]:
    for match, group in groupby(_keyed(lines), key=lambda one: one[0]):
        rows = tuple(line for _, line in group)
        yield _Clause(match[0], match[1] != "0", rows)


def _keyed(lines: Iterable[str]) -> Iterator[tuple[tuple[str, str], str]]:
    rows = list(lines)
    if rows and not _KEYED.match(rows[0]):
        rows = [line for unit in units(unpack(json.loads(row)) for row in rows) for line in _lines(unit)]
    for line in rows:
        match = _KEYED.match(line)
        if match is None:
            raise DocumentError(f"A line of chunks has no key: {line[:60]!r}. Run 'python -m ingestion reindex'.")
        yield (match[1], match[2]), line


def _lines(unit: Unit) -> list[str]:
    bodies = [body(part) for part in unit.parts]
    key = named(bodies)
    return [f'{{"key": "{key}", "asks": {len(part.questions)}, {text[1:]}'
            for part, text in zip(unit.parts, bodies, strict=True)]


def _drafted(lines: tuple[str, ...], place: int) -> Draft:
    return text_draft(_unit(lines), place)


@lru_cache(8)
def _unit(lines: tuple[str, ...]) -> Unit:
    return Unit(tuple(map(_chunk, lines)))


def _chunk(line: str) -> Chunk:
    return unpack({**_OPEN, **json.loads(line)})
