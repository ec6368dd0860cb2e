"""Presentations and spreadsheets, from their XML: a heading a slide or sheet, tables whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from ingestion.clauses import Block
from ingestion.errors import NeedsOcr
from ingestion.polish import clean
from ingestion.sources.archive import open_zip, xml
from ingestion.sources.blocks import Found, table
from ingestion.sources.formats import Formats

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SHOW = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BOOK_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MOST_EMPTY = 50
"""Cells between two of a row, or rows between two, at most."""


def read_pptx(data: bytes, name: str) -> Found:
    archive = open_zip(data, name)
    members = [one for one in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", one)]
    blocks: list[Block] = []
    pictures = 0
    for member in sorted(members, key=lambda one: int(re.findall(r"\d+", one)[-1])):
        root = xml(archive, member, name)
        if root is not None:
            blocks += _slide(root)
            pictures += root.find(f".//{_SHOW}pic") is not None
    if pictures and not blocks:
        raise NeedsOcr(f"{name} has pictures and no text. Add its text as a document.")
    return Found(next((block.text for block in blocks if block.level), None), tuple(blocks))


def _slide(root: Any) -> Iterator[Block]:
    for shape in root.iter(f"{_SHOW}sp", f"{_SHOW}graphicFrame"):
        if shape.tag == f"{_SHOW}graphicFrame":
            lines = shape.iter(f"{_DRAWING}tr")
            rows = [[_paragraphs(cell, " ") for cell in line.iter(f"{_DRAWING}tc")] for line in lines]
            if (found := table(rows)) is not None:
                yield found
            continue
        place = shape.find(f".//{_SHOW}ph")
        titled = place is not None and place.get("type") in ("title", "ctrTitle")
        for line in _paragraphs(shape, "\n").split("\n"):
            if line.strip():
                yield Block(line.strip(), level=2 if titled else 0)


def _paragraphs(element: Any, between: str) -> str:
    found = ("".join(part.text or "" if part.tag == f"{_DRAWING}t" else " "
                     for part in one.iter(f"{_DRAWING}t", f"{_DRAWING}br")) for one in element.iter(f"{_DRAWING}p"))
    return between.join(clean(one) for one in found if one.strip())


@dataclass(frozen=True, slots=True)
class Book:
    """Each sheet's name and rows of shown values, empty ones too, so that a row's number is the sheet's. Not for
    readers are ``hidden`` sheets, and of the ``partly`` hidden ones those rows and columns; both by name."""

    sheets: list[tuple[str, list[list[str]]]]
    hidden: list[str]
    partly: list[str]


def read_xlsx(data: bytes, name: str) -> Book:
    archive = open_zip(data, name)
    strings = xml(archive, "xl/sharedStrings.xml", name)
    listed = strings if strings is not None else ()
    shared = ["".join(part.text or "" for part in one.iter(f"{_SHEET}t")) for one in listed]
    book = xml(archive, "xl/workbook.xml", name)
    formats = Formats(xml(archive, "xl/styles.xml", name), book)
    found = Book([], [], [])
    for title, member, shown in _sheets(archive, book, name):
        if not shown:
            found.hidden.append(title)
            continue
        root = xml(archive, member, name)
        rows, whole = _rows(root, shared, formats) if root is not None else ([], True)
        found.sheets.append((title, rows))
        if not whole:
            found.partly.append(title)
    return found


def _rows(root: Any, shared: list[str], formats: Formats) -> tuple[list[list[str]], bool]:
    """Rows as they are shown, and whether that is all that they hold. What a filter or a folded group hides is hidden
    as well."""
    columns = [(int(one.get("min") or 0), int(one.get("max") or 0)) for one in root.iter(f"{_SHEET}col") if _hides(one)]
    rows: list[list[str]] = []
    whole = True
    for row in root.iter(f"{_SHEET}row"):
        number = row.get("r") or ""
        left_out = int(number) - len(rows) - 1 if re.fullmatch(r"[0-9]{1,7}", number) else 0
        rows += [[] for _ in range(min(left_out, MOST_EMPTY))]
        cells: list[str] = []
        for column, text in _cells(row, shared, formats):
            if _hides(row) or any(first <= column <= last for first, last in columns):
                whole = whole and not text
            else:
                cells.append(text)
        rows.append(cells if any(cells) else [])
    return rows, whole


def _hides(element: Any) -> bool:
    return element.get("hidden") in ("1", "true")


def _sheets(archive: ZipFile, book: Any, name: str) -> Iterator[tuple[str, str, bool]]:
    """Each sheet's name, its file and whether it is shown, in the workbook's order; files that the workbook doesn't
    name come last."""
    links = xml(archive, "xl/_rels/workbook.xml.rels", name)
    files = {one.get("Id"): str(one.get("Target") or "") for one in links} if links is not None else {}
    rest = [one for one in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", one)]
    rest.sort(key=lambda one: int(re.findall(r"\d+", one)[-1]))
    for sheet in book.iter(f"{_SHEET}sheet") if book is not None else ():
        member = files.get(sheet.get(_BOOK_LINK), "")
        member = member.removeprefix("/") if member.startswith("/") else f"xl/{member}"
        if member in rest:
            rest.remove(member)
            yield sheet.get("name") or "", member, sheet.get("state", "visible") == "visible"
    yield from (("", member, True) for member in rest)


def _cells(row: Any, shared: list[str], formats: Formats) -> Iterator[tuple[int, str]]:
    """Each cell with its column, the first being 1; empty ones before it."""
    column = 0
    for cell in row.iter(f"{_SHEET}c"):
        letters = re.match(r"[A-Z]+", cell.get("r") or "")
        at = 0
        for letter in letters[0] if letters else "":
            at = at * 26 + ord(letter) - 64
        for empty in range(min(max(at - column - 1, 0), MOST_EMPTY)):
            yield column + 1 + empty, ""
        column = max(at, column + 1)
        value = cell.find(f"{_SHEET}v")
        text = value.text or "" if value is not None else "".join(part.text or "" for part in cell.iter(f"{_SHEET}t"))
        if cell.get("t") == "s" and text.isdigit() and int(text) < len(shared):
            text = shared[int(text)]
        elif cell.get("t") in (None, "n"):
            text = formats.shown(text, cell.get("s"))
        yield column, clean(text).strip()
