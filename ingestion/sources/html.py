"""HTML by Beautiful Soup: what a visitor reads, without navigation, scripts and what is hidden from them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from ingestion.clauses import Block
from ingestion.polish import clean
from ingestion.sources.blocks import Found, spanned, table
from ingestion.sources.charset import decode
from ingestion.sources.hiding import HEADINGS, hidden, open_panels

DEEPEST = 200
"""Levels of nesting that are read; deeper ones come from attacks, and Python's stack ends near 1,000."""
MAIN_SHARE = 0.3
"""Of the page's text; a <main> or <article> with less is a teaser, not the content."""

WHOLE_SHARE = 0.9
"""Of the page's text; a <form> with more is no form but the page, as ASP.NET builds them."""
WIDEST_SPAN, LONGEST_SPAN = 50, 1_000
"""Columns and rows that one cell of a table takes at most."""

_UNREAD = ("script", "style", "noscript", "template", "svg", "nav", "form", "button", "iframe", "object", "head",
           "select", "datalist", "textarea")  # fmt: skip
_FRAME = ("header", "footer", "aside")
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "ul"),
    )
)
_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)


def read(data: bytes) -> Found:
    soup = BeautifulSoup(clean(_decode(data)), "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else None
    open_panels(soup)
    _open(soup)
    for tag in soup.find_all(_UNREAD):
        tag.decompose()
    for tag in soup.find_all(hidden):
        tag.decompose()
    root = _main(soup)
    blocks = tuple(_walk(root, "", 0))
    heading = next((block.text for block in blocks if block.level == 1), None)
    return Found(heading or title or None, blocks)


def _decode(data: bytes) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared and not declared[1].lower().startswith((b"utf-16", b"utf-32")):  # those words would not be readable
        try:
            return data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # a wrong declaration is common; the bytes say more
    return decode(data)


def _open(soup: BeautifulSoup) -> None:
    """Take away what only wraps text that is read: a button round a heading's words, as accordions of questions have
    it, and a form round the whole page."""
    for tag in soup.find_all("button"):
        if tag.find_parent(HEADINGS) is not None or tag.find(HEADINGS) is not None:
            tag.unwrap()
    whole = len((soup.body or soup).get_text())
    for tag in soup.find_all("form"):
        if len(tag.get_text()) > WHOLE_SHARE * whole and tag.find(("h1", "h2", "h3", "main", "article")) is not None:
            tag.unwrap()


def _main(soup: BeautifulSoup) -> Tag:
    body: Tag = soup.body or soup
    whole = len(body.get_text())
    for tag in (soup.find("main"), soup.find("article")):
        if isinstance(tag, Tag) and len(tag.get_text()) > MAIN_SHARE * whole:
            return tag
    without = body.find_all(_FRAME, recursive=True)
    if sum(len(tag.get_text()) for tag in without) < (1 - MAIN_SHARE) * whole:
        for tag in without:
            if not tag.find_parent(["article", "section"]):
                tag.extract()
    return body


def _walk(tag: Tag, marker: str, depth: int) -> Iterator[Block]:
    """Blocks of a tag; its inline text, line by line, opens with ``marker`` once."""
    words: list[str] = []

    def flush() -> Iterator[Block]:
        nonlocal marker
        for line in "".join(words).split("\n"):
            if line.strip():
                yield Block(marker + " ".join(line.split()))
                marker = ""
        words.clear()

    for child in tag.children:
        if isinstance(child, Tag):
            if child.name == "br":
                words.append("\n")
            elif child.name in _BLOCKS or (depth < DEEPEST and child.find(_BLOCKS) is not None):
                yield from flush()
                yield from _block(child, marker, depth)
                marker = ""
            elif child.name == "img":
                words.append(f" {child.get('alt') or ''} ")
            else:
                words.append(child.get_text())
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            words.append(str(child) if tag.name == "pre" else re.sub(r"\s+", " ", str(child)))
    yield from flush()


def _block(tag: Tag, marker: str, depth: int) -> Iterator[Block]:
    if depth >= DEEPEST:
        if text := tag.get_text(" ", strip=True):
            yield Block(marker + text)
    elif tag.name in ("h1", "h2", "h3", "h4", "h5", "h6"):
        if text := " ".join(tag.get_text(" ").split()):
            yield Block(text, level=int(tag.name[1]))
    elif tag.name == "summary" or (tag.name == "dt" and tag.get_text(" ").rstrip().endswith("?")):
        if text := " ".join(tag.get_text(" ").split()):
            yield Block(text, level=6)
    elif tag.name in ("ol", "ul"):
        number = _start(tag)
        for item in tag.find_all("li", recursive=False):
            mark = _mark(str(tag.get("type") or "1"), number) if tag.name == "ol" else "- "
            yield from _walk(item, mark, depth + 1)
            number += 1
    elif tag.name == "table" and _is_data(tag):
        if (found := table(_rows(tag))) is not None:
            yield found
    else:
        yield from _walk(tag, marker, depth + 1)


def _rows(tag: Tag) -> list[list[str]]:
    """A table's cells by row and column, those that span several put where they reach."""
    rows: list[list[str]] = []
    reaching: dict[int, tuple[int, str]] = {}  # by column: how many rows still, and what is said in them
    for row in tag.find_all("tr"):
        cells: list[str] = []
        for cell in row.find_all(["td", "th"]):
            _fill(cells, reaching)
            text = cell.get_text(" ", strip=True)
            across, down = _span(cell, "colspan", WIDEST_SPAN), _span(cell, "rowspan", LONGEST_SPAN)
            for place in range(across):
                if down > 1:
                    reaching[len(cells)] = down - 1, "" if place else spanned(text)
                cells.append("" if place else text)
        _fill(cells, reaching)
        rows.append(cells)
    return rows


def _fill(cells: list[str], reaching: dict[int, tuple[int, str]]) -> None:
    """The columns that follow, as far as cells from above reach into them."""
    while (column := len(cells)) in reaching:
        left, text = reaching.pop(column)
        cells.append(text)
        if left > 1:
            reaching[column] = left - 1, text


def _span(cell: Tag, name: str, most: int) -> int:
    said = str(cell.get(name) or "1").strip()
    return min(max(int(said), 1), most) if re.fullmatch(r"\d{1,6}", said) else 1


def _start(tag: Tag) -> int:
    start = str(tag.get("start") or "1")
    return int(start) if re.fullmatch(r"\d{1,6}", start) else 1


def _mark(kind: str, number: int) -> str:
    if kind in ("a", "A") and number <= 26:
        return f"{chr(ord(kind) + number - 1)}) "
    return f"{number}. "


def _is_data(tag: Tag) -> bool:
    """A table of values; tables that lay out a page hold tables, headings or long texts."""
    rows = tag.find_all("tr")
    widest = max((len(row.find_all(["td", "th"])) for row in rows), default=0)
    return tag.find(["table", "h1", "h2", "h3", "ol", "ul"]) is None and len(rows) > 1 and widest > 1
