"""What a source's reader hands on, and what they share: wrapped lines joined, table rows that speak for themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.clauses import Block

FULL_LINE = 0.8
"""Of the longest usual line; a shorter line ends its paragraph (measured by eye on the demo's and pypdf's files)."""
WIDEST_LINE = 160
"""Characters; longer 'lines' are whole paragraphs, and nothing is joined to them but a lower-case continuation."""
MOST_WORDS_IN_HEADER = 8
"""Words of a table's heading cell."""
SAID_AGAIN = 80
"""Characters; a cell that spans several rows and is no longer is said in each of them, for a row is quoted alone."""

_ITEM = re.compile(
    r"(?:(?:Art\.|ART\.|Artykuł|ARTYKUŁ)\s*\d|[IVX]{1,6}\.\s+[A-ZĄĆĘŁŃÓŚŹŻ]|§\s*\d|\d+[a-z]{0,2}[.)]\s|\d+(?:\.\d+)+\.?\s|\{\d+\}|[a-z]{1,2}\)\s|[-–—•*▪‣]\s|\|)"
)
_DIVISION = re.compile(
    r"(?:Księga|Część|Tytuł|Dział|Rozdział|Oddział|Załącznik)\s+(?:nr\s+)?(?:[IVXLC]+|\d+)[a-z]?\b", re.I
)

_VALUE = re.compile(r"[\d\s.,%–-]+(?:zł)?")


@dataclass(frozen=True, slots=True)
class Found:
    """A source's title, if it names one, and its blocks in reading order. ``notes`` name parts that can't be read."""

    title: str | None
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Join wrapped lines; blank lines, clause markers, list items and short lines end a paragraph."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    usual = lengths[int(len(lengths) * 0.9)] if lengths else 0
    joined: list[str] = []
    previous = ""
    for line in (line.strip() for line in lines):
        if line and previous and _wrapped(previous, line, usual):
            broken = joined[-1].endswith(("-", "\u00ad")) and joined[-1][-2:-1].isalpha() and line[0].islower()
            joined[-1] = joined[-1][:-1] + line if broken else f"{joined[-1]} {line}"
        elif line:
            joined.append(line)
        previous = line
    return joined


def _wrapped(previous: str, line: str, usual: int) -> bool:
    if _ITEM.match(line) or _DIVISION.match(line) or _DIVISION.fullmatch(previous):
        return False
    if line[0].islower() and not previous.endswith((".", "!", "?", ":", ";")):
        return True
    return usual <= WIDEST_LINE and len(previous) >= FULL_LINE * usual and not previous.endswith((":", ";", "|"))


def table(rows: Iterable[Sequence[str | None]]) -> Block | None:
    """A table as one block; None when it holds no text.

    With a heading row, each row names its columns (``| Kurier – Waga: 30 kg; Opłata: 5 zł |``), so that a row makes
    sense when it is quoted alone.
    """
    cells = [[" ".join((cell or "").split()) for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return None
    header, body = cells[0], cells[1:]
    if not (body and len(header) > 1 and _names_columns(header)):
        return Block("\n".join(f"| {' | '.join(cell for cell in row if cell)} |" for row in cells), table=True)
    lines = [f"| {' | '.join(cell for cell in header if cell)} |"]
    for row in body:
        named = [
            f"{header[place]}: {cell}" if place < len(header) and header[place] else cell
            for place, cell in enumerate(row[1:], start=1)
            if cell
        ]
        lines.append(f"| {' – '.join(part for part in (row[0], '; '.join(named)) if part)} |")
    return Block("\n".join(lines), table=True)


def spanned(text: str) -> str:
    """What a cell says in the rows below its own into which it reaches."""
    return text if len(text) <= SAID_AGAIN else ""


def _names_columns(header: Sequence[str]) -> bool:
    named = [cell for cell in header if cell]
    return (
        len(named) >= max(2, len(header) - 1)
        and len(set(named)) == len(named)
        and all(len(cell.split()) <= MOST_WORDS_IN_HEADER and not _VALUE.fullmatch(cell) for cell in named)
    )
