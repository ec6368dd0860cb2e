"""OpenDocument text, from its XML: headings, tables, and the numbers that its program counts and stores nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.clauses import Block
from ingestion.errors import NeedsPassword
from ingestion.polish import clean
from ingestion.sources.archive import open_zip, xml
from ingestion.sources.blocks import Found, table
from ingestion.sources.numerals import numeral

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_KINDS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_OUTLINE = ""
"""The style that numbers headings outside of lists."""
MOST_REPEATED = 50
"""Times a cell is repeated at most; files repeat empty ones a million times."""

Counts = dict[int, int]
"""How far each level of a list has been counted."""


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level is numbered; ``shown``: how many levels the number names ('2.1' names two). ``kind`` '': a bullet,
    None: not at all."""

    kind: str | None
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1


@dataclass(slots=True)
class _Numbering:
    """Counts lists as LibreOffice does. ``levels``: of a list style, its levels from 1."""

    levels: dict[str, dict[int, _Level]]
    outline: Counts = field(default_factory=dict)
    by_id: dict[str, Counts] = field(default_factory=dict)
    by_style: dict[str, Counts] = field(default_factory=dict)

    def counts(self, element: Any, style: str) -> Counts:
        """Of a list: its own, or those of the one that it continues."""
        before = element.get(f"{_TEXT}continue-list")
        if before in self.by_id:
            counts = self.by_id[before]
        elif element.get(f"{_TEXT}continue-numbering") == "true":
            counts = self.by_style.get(style, {})
        else:
            counts = {}
        self.by_style[style] = counts
        if (name := element.get(_ID)) is not None:
            self.by_id[name] = counts
        return counts

    def marker(self, style: str, level: int, counts: Counts, start: str | None = None) -> str:
        """The next number of that level, counted from ``start`` where an item says so."""
        levels = self.levels.get(style, {})
        if (of := levels.get(level)) is None or of.kind is None:
            return ""
        counts[level] = int(start) if start and start.isdigit() else counts.get(level, of.start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        if not of.kind:
            return "- "
        shown = [one for one in sorted(levels) if level - of.shown < one <= level and levels[one].kind]
        number = ".".join(numeral(counts.get(one, levels[one].start), levels[one].kind or "") for one in shown)
        return f"{of.prefix}{number}{of.suffix}".strip() + " "


def read(data: bytes, name: str) -> Found:
    archive = open_zip(data, name)
    manifest = xml(archive, "META-INF/manifest.xml", name)
    if manifest is not None and any("encryption-data" in str(one.tag) for one in manifest.iter()):
        raise NeedsPassword(f"{name} is encrypted. Save it without a password and add it.")
    root = xml(archive, "content.xml", name)
    levels: dict[str, dict[int, _Level]] = {}
    for part in (xml(archive, "styles.xml", name), root):
        levels.update(_list_styles(part) if part is not None else ())
    blocks = tuple(_blocks(root, _Numbering(levels))) if root is not None else ()
    return Found(next((block.text for block in blocks if block.level == 1), None), blocks)


def _list_styles(root: Any) -> Iterator[tuple[str, dict[int, _Level]]]:
    for style in root.iter(f"{_TEXT}list-style", f"{_TEXT}outline-style"):
        levels = {int(one.get(f"{_TEXT}level") or 1): _level(one) for one in style if one.get(f"{_TEXT}level")}
        if style.tag == f"{_TEXT}outline-style":
            yield _OUTLINE, levels
        yield style.get(f"{_STYLE}name") or _OUTLINE, levels


def _level(element: Any) -> _Level:
    if element.tag == f"{_TEXT}list-level-style-bullet":
        return _Level("")
    start, shown = element.get(f"{_TEXT}start-value") or "1", element.get(f"{_TEXT}display-levels") or "1"
    return _Level(_KINDS.get(element.get(f"{_STYLE}num-format") or ""), element.get(f"{_STYLE}num-prefix") or "",
                  element.get(f"{_STYLE}num-suffix") or "", int(start), int(shown))


def _blocks(element: Any, numbering: _Numbering) -> Iterator[Block]:
    for child in element:
        if child.tag == f"{_TABLE}table":
            rows = [[*_cells(row)] for row in child.iter(f"{_TABLE}table-row")]
            if (found := table([row[:MOST_REPEATED] for row in rows])) is not None:
                yield found
        elif child.tag == f"{_TEXT}list":
            style = child.get(f"{_TEXT}style-name") or _OUTLINE
            yield from _list(child, numbering, style, numbering.counts(child, style), 1)
        elif child.tag in (f"{_TEXT}h", f"{_TEXT}p"):
            yield from _paragraph(child, _heading_number(child, numbering))
        elif child.tag != f"{_TEXT}tracked-changes":
            yield from _blocks(child, numbering)


def _list(element: Any, numbering: _Numbering, style: str, counts: Counts, level: int) -> Iterator[Block]:
    """An item's first paragraph carries its number; an item of another list alone has none."""
    for item in element:
        marker = None if item.tag == f"{_TEXT}list-item" else ""
        for child in item:
            if child.tag == f"{_TEXT}list":
                inner = child.get(f"{_TEXT}style-name") or style
                yield from _list(child, numbering, inner, counts, level + 1)
            elif child.tag in (f"{_TEXT}h", f"{_TEXT}p"):
                if marker is None:
                    marker = numbering.marker(style, level, counts, item.get(f"{_TEXT}start-value"))
                yield from _paragraph(child, marker)
                marker = ""
            else:
                yield from _blocks([child], numbering)


def _heading_number(element: Any, numbering: _Numbering) -> str:
    level = _outline(element)
    if not level or element.get(f"{_TEXT}is-list-header") == "true":
        return ""
    restarts = element.get(f"{_TEXT}restart-numbering") == "true"
    start = (element.get(f"{_TEXT}start-value") or "1") if restarts else None
    return numbering.marker(_OUTLINE, level, numbering.outline, start)


def _outline(element: Any) -> int:
    level = element.get(f"{_TEXT}outline-level") if element.tag == f"{_TEXT}h" else None
    return int(level) if level and level.isdigit() else 0


def _paragraph(element: Any, marker: str) -> Iterator[Block]:
    for line in _text(element).split("\n"):
        if text := " ".join(line.split()):
            yield Block(marker + text, level=min(_outline(element), 6))
            marker = ""
    for note in element.iter(f"{_TEXT}note"):
        if text := " ".join(_text(note).split()):
            yield Block(text)


def _cells(row: Any) -> Iterator[str]:
    """A row's cells by column: one may be repeated, and one that another covers is empty."""
    for cell in row.iter(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        repeated = cell.get(f"{_TABLE}number-columns-repeated") or "1"
        paragraphs = (" ".join(_text(one).split()) for one in cell.iter(f"{_TEXT}p", f"{_TEXT}h"))
        text = " ".join(one for one in paragraphs if one)
        for _ in range(min(int(repeated), MOST_REPEATED) if repeated.isdigit() else 1):
            yield text


def _text(element: Any) -> str:
    """A paragraph's text, its spaces, tabs and line breaks in place; notes stand behind it, and comments nowhere."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag in (f"{_TEXT}tab", f"{_TEXT}s"):
            parts.append(" ")
        elif child.tag in (f"{_TEXT}note-body", f"{_TEXT}p", f"{_TEXT}h"):
            parts.append(f" {_text(child)} ")
        elif child.tag == f"{_TEXT}note-citation":
            parts.append(f"{_text(child).strip()}) ")
        elif isinstance(child.tag, str) and child.tag not in (f"{_TEXT}note", f"{_OFFICE}annotation"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return clean("".join(parts))
