"""Word documents by python-docx: headings, tables, and the numbers that Word counts and stores nowhere as text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn

from ingestion.clauses import Block
from ingestion.errors import DocumentError, NeedsOcr
from ingestion.polish import clean
from ingestion.sources.archive import open_zip
from ingestion.sources.blocks import Found, spanned, table
from ingestion.sources.numerals import numeral

_HEADING = re.compile(r"(?:heading|nagłówek)\s*(\d)", re.I)
_TITLES = ("title", "tytuł")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset((qn("w:del"), qn("w:moveFrom"), _FALLBACK))
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_BREAKS = frozenset((qn("w:br"), qn("w:cr")))
_WHITE = "FFFFFF"
WIDEST_SPAN = 50
"""Columns that one cell of a table takes at most."""


@dataclass(slots=True)
class _Numbering:
    """Counts lists as Word does. ``levels``: of a list's id, each level's (format, text, start)."""

    levels: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def marker(self, number: str, level: int) -> str:
        kinds = self.levels.get(number, {})
        if level not in kinds:
            return ""
        counts = self.counts.setdefault(self.abstract.get(number, number), {})
        counts[level] = counts.get(level, kinds[level][2] - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        form, pattern, _ = kinds[level]
        if form == "bullet":
            return "- "
        if form == "none":
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            kind, _, start = kinds.get(place, ("decimal", "", 1))
            return numeral(counts.get(place, start), kind)

        text = re.sub(r"%(\d)", shown, pattern).strip()
        return f"{text} " if text else ""


def read(data: bytes, name: str) -> Found:
    """Deleted text of tracked changes is left out, inserted text stays; headers and footers are not the document."""
    open_zip(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
    except (KeyError, ValueError, AttributeError, docx.opc.exceptions.OpcError) as error:
        raise DocumentError(f"{name} is a damaged Word document ({error}). Save it again as .docx.") from error
    styles = {style.style_id: style for style in document.styles if style.type == 1}
    hidden = _blanked(document, styles)
    blocks = tuple(_blocks(body, styles, _numbering(document)))
    notes = tuple(_notes(document))
    if not blocks and next(body.iter(_PICTURE), None) is not None:
        raise NeedsOcr(f"{name} has pictures and no text. Run OCR on it and add the result.")
    heading = next((block.text for block in blocks if block.level == 1), None)
    return Found(heading or clean(document.core_properties.title or "") or None, (*blocks, *notes), (
        f"{name} has print that nobody can see (white on white), {hidden} words; it was left out. Look whether "
        "somebody hid something there.",) if hidden else ())


def _blocks(body: Any, styles: dict[str, Any], numbering: _Numbering) -> Iterator[Block]:
    for child in body:
        if child.tag == qn("w:p"):
            yield from _paragraph(child, styles, numbering)
        elif child.tag == qn("w:tbl"):
            rows: list[list[str]] = []
            for row in _inside(child, "w:tr"):
                rows.append(_row(row, rows[-1] if rows else []))
            if (found := table(rows)) is not None:
                yield found
        elif child.tag == qn("w:sdt"):
            for content in child.iterchildren(qn("w:sdtContent")):
                yield from _blocks(content, styles, numbering)
        elif child.tag in (qn("w:ins"), qn("w:customXml"), qn("w:smartTag"), qn("w:moveTo")):
            yield from _blocks(child, styles, numbering)


def _paragraph(element: Any, styles: dict[str, Any], numbering: _Numbering) -> Iterator[Block]:
    chain = list(_chain(element, styles))
    text = clean("".join(_texts(element))).strip()
    level = _level(element, chain, styles)
    marker = ""
    found = _list_of(element, chain)
    if found is not None and text:
        marker = numbering.marker(*found)
    for line in text.split("\n"):
        if line.strip():
            yield Block(marker + " ".join(line.split()), level=level)
            marker = ""


def _blanked(document: Any, styles: dict[str, Any]) -> int:
    """Empty the runs of white letters on white paper, so that nothing reads them; how many words they had. White
    letters in a table stay, its style may colour its cells; so do those of a page, a style or a run with a colour
    behind it."""
    words = 0
    if document.element.find(qn("w:background")) is not None:
        return 0
    for paragraph in document.element.body.iter(qn("w:p")):
        coloured = (paragraph, *(style.element for style in _chain(paragraph, styles)))
        inside = next(paragraph.iterancestors(qn("w:tc"), qn("w:txbxContent")), None)
        if inside is not None or any(one.find(f"{qn('w:pPr')}/{qn('w:shd')}") is not None for one in coloured):
            continue
        for run in paragraph.iter(qn("w:r")):
            own = run.find(qn("w:rPr"))
            colour = own.find(qn("w:color")) if own is not None else None
            behind = own is not None and any(own.find(qn(tag)) is not None for tag in ("w:shd", "w:highlight"))
            if colour is None or behind or str(colour.get(qn("w:val"))).upper() != _WHITE:
                continue
            for text in run.iter(qn("w:t")):
                words += len((text.text or "").split())
                text.text = ""
    return words


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those in content controls among them."""
    for child in element:
        if child.tag == qn(tag):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo")):
            yield from _inside(child, tag)


def _row(row: Any, above: list[str]) -> list[str]:
    """A row's cells by column; one that continues the cell ``above`` it says the same."""
    cells: list[str] = []
    for cell in _inside(row, "w:tc"):
        text = _cell(cell)
        properties = cell.find(qn("w:tcPr"))
        across = properties.find(qn("w:gridSpan")) if properties is not None else None
        down = properties.find(qn("w:vMerge")) if properties is not None else None
        if down is not None and down.get(qn("w:val")) != "restart" and not text and len(cells) < len(above):
            text = spanned(above[len(cells)])
        wide = str(across.get(qn("w:val"))) if across is not None else ""
        cells += [text, *[""] * (min(int(wide), WIDEST_SPAN) - 1 if wide.isdigit() else 0)]
    return cells


def _cell(cell: Any) -> str:
    return clean(" ".join("".join(_texts(paragraph)).strip() for paragraph in cell.iter(qn("w:p"))))


def _texts(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _SKIPPED or not isinstance(child.tag, str):
            continue
        if child.tag == qn("w:r") and _vanished(child):
            continue
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t"
        elif child.tag in _BREAKS:
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag == qn("w:txbxContent"):
            yield "\n" + "\n".join("".join(_texts(paragraph)) for paragraph in child.iter(qn("w:p"))) + "\n"
        elif child.tag != qn("w:pPr"):
            yield from _texts(child)


def _vanished(run: Any) -> bool:
    """Hidden text; a run may also say that it is not, where its style would hide it."""
    told = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return told is not None and told.get(qn("w:val")) not in ("0", "false", "off")


def _chain(element: Any, styles: dict[str, Any]) -> Iterator[Any]:
    """The paragraph's style and those it is based on."""
    properties = element.find(qn("w:pPr"))
    named = properties.find(qn("w:pStyle")) if properties is not None else None
    style = styles.get(named.get(qn("w:val"))) if named is not None else None
    for _ in range(20):  # a damaged file may have a style based on itself
        if style is None:
            return
        yield style
        style = style.base_style


def _level(element: Any, chain: list[Any], styles: dict[str, Any]) -> int:
    for style in chain:
        if match := _HEADING.match(style.name or ""):
            return min(int(match[1]) or 1, 6)
        if (style.name or "").lower() in _TITLES:
            return 1
    for properties in (element.find(qn("w:pPr")), *(style.element.find(qn("w:pPr")) for style in chain)):
        outline = properties.find(qn("w:outlineLvl")) if properties is not None else None
        value = outline.get(qn("w:val")) if outline is not None else None
        if value is not None and value.isdigit() and int(value) < 6:
            return int(value) + 1
    return 0


def _list_of(element: Any, chain: list[Any]) -> tuple[str, int] | None:
    """The list's id and the level, the paragraph's own before its style's."""
    number, level = None, None
    for properties in (element.find(qn("w:pPr")), *(style.element.find(qn("w:pPr")) for style in chain)):
        listed = properties.find(qn("w:numPr")) if properties is not None else None
        if listed is None:
            continue
        at, of = listed.find(qn("w:ilvl")), listed.find(qn("w:numId"))
        if level is None and at is not None:
            level = int(at.get(qn("w:val")) or 0)
        if number is None and of is not None:
            number = of.get(qn("w:val"))
    return (number, level or 0) if number not in (None, "0") else None


def _numbering(document: Any) -> _Numbering:
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError, AttributeError):
        return _Numbering()  # the document has no lists
    abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
    for one in root.iterchildren(qn("w:abstractNum")):
        abstract[one.get(qn("w:abstractNumId"))] = dict(_levels(one))
    result = _Numbering()
    for one in root.iterchildren(qn("w:num")):
        of = one.find(qn("w:abstractNumId"))
        base = of.get(qn("w:val")) if of is not None else ""
        number = one.get(qn("w:numId"))
        levels = dict(abstract.get(base, {}))
        restarted = False
        for override in one.iterchildren(qn("w:lvlOverride")):
            place = int(override.get(qn("w:ilvl")) or 0)
            start = override.find(qn("w:startOverride"))
            levels.update(_levels(override))
            if start is not None and place in levels:
                restarted = True
                levels[place] = (*levels[place][:2], int(start.get(qn("w:val")) or 1))
        result.levels[number] = levels
        result.abstract[number] = f"num {number}" if restarted else f"abstract {base}"
    return result


def _levels(element: Any) -> Iterator[tuple[int, tuple[str, str, int]]]:
    for level in element.iterchildren(qn("w:lvl")):
        values = {child.tag: child.get(qn("w:val")) for child in level}
        start = values.get(qn("w:start")) or "1"
        yield (
            int(level.get(qn("w:ilvl")) or 0),
            (
                values.get(qn("w:numFmt")) or "decimal",
                values.get(qn("w:lvlText")) or "",
                int(start) if start.isdigit() else 1,
            ),
        )


def _notes(document: Any) -> Iterator[Block]:
    """Footnotes and endnotes, behind the text; regulations hide conditions there."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind not in ("footnotes", "endnotes") or relation.is_external:
            continue
        root = docx.oxml.parse_xml(relation.target_part.blob)
        for note in root:
            if note.get(qn("w:type")) in (None, "normal"):
                text = " ".join("".join(_texts(paragraph)).strip() for paragraph in note.iter(qn("w:p"))).strip()
                if text:
                    yield Block(f"{note.get(qn('w:id'))}) {clean(text)}")
