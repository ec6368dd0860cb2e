"""Ready passages: JSON Lines of ``{"id", "title", "text"}``, plain or gzipped, all or those whose id fits a pattern."""

from __future__ import annotations

import fnmatch
import gzip
import io
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingestion.documents import Clause, Kind, Text
from ingestion.errors import DocumentError
from ingestion.polish import clean
from ingestion.sources.charset import decode
from ingestion.sources.language import language

_ACT = re.compile(r"(\d{4}_\d+)_(\d+)([a-z]*)")
_TAIL = re.compile(r"\s((?:Rozdział|ROZDZIAŁ|Dział|DZIAŁ) (?:\d+[a-z]?|[IVXLC]+)\.? [A-ZĄĆĘŁŃÓŚŹŻ][^.;:„\"]{2,200})$")
_RAISED = re.compile(r"\{(\d+)\}\.\s*")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    title: str
    text: str


def read(path: Path, name: str, select: str | None, largest: int) -> Text:
    """One clause a passage. ``largest``: bytes unpacked. Raises DocumentError naming the line that is wrong.

    An id of an act's article, ``1996_542_7``, is cited as 'Art. 7'. A passage outside the act's rising row of
    articles is another act's text quoted in this one, and keeps its id.
    """
    rows = list(_rows(path, name, select, largest))
    if not rows:
        if select:
            raise DocumentError(f"{name}: no passage's id fits '{select}'. Ids look like '{_first_id(path, largest)}'.")
        raise DocumentError(f"{name} holds no passages.")
    act = all(_ACT.fullmatch(row.id) for row in rows)
    titles = list(dict.fromkeys(row.title for row in rows))
    labels = _labels(rows)
    several = len(titles) > 1
    cited = Counter((row.title, label) for row, label in zip(rows, labels, strict=True))
    found = tuple(
        Clause(
            (row.id,) if cited[row.title, label] > 1 else (row.title, label) if several and row.title else (label,),
            (row.title,) if several and row.title else (),
            row.text,
        )
        for row, label in zip(rows, labels, strict=True)
    )
    return Text(
        title=titles[0] if not several and titles[0] else name,
        clauses=_divided(found) if act and not several else found,
        kind=Kind.STATUTE if act else Kind.REGULATION,
        language=language(" ".join(row.text for row in rows[:20])),
    )


def _divided(found: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Where acts were cut into articles, a division's title stuck to the article before it; it heads the next ones."""
    divided: list[Clause] = []
    heading = ""
    for clause in found:
        match = _TAIL.search(clause.text)
        text = clause.text[: match.start()].rstrip() if match else clause.text
        divided.append(Clause(clause.path, (heading,) if heading else (), text))
        heading = match[1] if match else heading
    return tuple(divided)


def _rows(path: Path, name: str, select: str | None, largest: int) -> Iterator[_Row]:
    unpacked = 0
    ids: set[str] = set()
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            unpacked += len(line)
            if unpacked > largest:
                raise DocumentError(f"{name} unpacks to more than {largest // 2**20} MB. Split it.")
            if not line.strip():
                continue
            row = _row(line, name, number)
            if select and not fnmatch.fnmatchcase(row.id, select):
                continue
            if row.id in ids:
                raise DocumentError(f"{name}, line {number}: id '{row.id}' comes twice. Make it unique.")
            if not row.text:
                continue
            ids.add(row.id)
            yield row


def _row(line: bytes, name: str, number: int) -> _Row:
    try:
        raw = json.loads(decode(line))
    except ValueError as error:
        raise DocumentError(f"{name}, line {number} is not JSON ({error}).") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str) or "id" not in raw:
        raise DocumentError(f'{name}, line {number}: a passage is {{"id", "title", "text"}}, with text in "text".')
    return _Row(str(raw["id"]), " ".join(clean(str(raw.get("title") or "")).split()), clean(raw["text"]).strip())


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return io.BufferedReader(gzip.open(path, "rb")) if packed else path.open("rb")


def _first_id(path: Path, largest: int) -> str:
    return next((row.id for row in _rows(path, str(path), None, largest)), "")


def _labels(rows: list[_Row]) -> list[str]:
    """'Art. 7' for articles, the id for anything else."""
    acts: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if match := _ACT.fullmatch(row.id):
            acts.setdefault(match[1], []).append(place)
    labels = [row.id for row in rows]
    for places in acts.values():
        numbers = [_number(rows[place]) for place in places]
        for index in _rising(numbers):
            value, letters, raised = numbers[index]
            labels[places[index]] = f"Art. {value}{letters}{str(raised).translate(_SUPERSCRIPTS) if raised else ''}"
    return labels


def _number(row: _Row) -> tuple[int, str, int]:
    """The article's number: 385, letters, and the raised figure ('{2}.' opens the text of art. 385²)."""
    match = _ACT.fullmatch(row.id)
    raised = _RAISED.match(row.text)
    assert match is not None
    return int(match[2]), match[3], int(raised[1]) if raised else 0


def _rising(numbers: list[tuple[int, str, int]]) -> list[int]:
    """Places of the longest rising row: an act's articles ascend, and what an amending act quotes breaks the row."""
    tails: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        spot = bisect_left([numbers[tail] for tail in tails], number)
        before.append(tails[spot - 1] if spot else None)
        tails[spot : spot + 1] = [place]
    row: list[int] = []
    at = tails[-1] if tails else None
    while at is not None:
        row.append(at)
        at = before[at]
    return row[::-1]
