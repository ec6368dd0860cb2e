"""PDF by pdfplumber, in the order the text was written into the file; pdfium checks it, page by page."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]
from pdfminer.pdfdocument import PDFPasswordIncorrect

from ingestion.clauses import Block
from ingestion.errors import DocumentError, NeedsOcr, NeedsPassword
from ingestion.polish import clean
from ingestion.sources.blocks import Found, paragraphs, table
from ingestion.sources.unseen import pale, unseen

MOST_PAGES = 3000
HEADING_SIZE = 1.12
"""Of the body's font size."""
LEGIBLE = 4.0
"""Points; smaller print is nobody's body text, however much of it there is (it can be hidden on purpose)."""
HEADING_LENGTH = 140
PARAGRAPH_GAP = 0.9
"""Of a line's height, white between two lines: more ends a paragraph."""
MARGIN = 0.12
"""Of the page's height, at top and bottom: where running titles and page numbers stand."""
REPEATED = 0.6
"""Of the pages: a line that stands in the margin of so many is a running title."""
LEAST_LETTERS = 12
"""In the whole file; fewer are a stamp on a scan."""
UNREADABLE = 0.3
"""Of the characters: so many without a letter behind them ('(cid:3)', private use), and nobody can read the file."""
SCANNED = 0.5
"""Of the pages: pictures without text on so many, and the file is a scan with a few typed pages."""

HIDDEN_LETTERS = 8
"""On one page; fewer say nothing (of 157 files of others' test suites one had 13 white dots, one 'SPACERTEXT')."""
SHOWN_PAGES = 10
"""Of those with hidden print, in the note on them."""
AGREEMENT = 0.8
"""Of the words pdfium sees on a page; the median file has 0.997, turned pages have 0.0 to 0.5."""

_PAGE_NUMBER = re.compile(r"(?:strona|str\.|page|s\.)?\s*[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:z|/|of)\s*\d{1,4})?", re.I)
_UNKNOWN = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd]")


@dataclass(frozen=True, slots=True)
class _Line:
    """``top`` and ``bottom`` in points on a page of ``height``; ``rows`` is a whole table in place of text."""

    text: str
    page: int
    top: float
    bottom: float
    height: float
    size: float = 0.0
    bold: bool = False
    table: Block | None = None

    @property
    def marginal(self) -> bool:
        return 0 < self.bottom < MARGIN * self.height or self.top > (1 - MARGIN) * self.height > 0


def read(data: bytes, name: str) -> Found:
    """Raises NeedsPassword, NeedsOcr for pictures of text, DocumentError for a damaged or an empty file."""
    try:
        title, lines, pictures, pages, blank = _plumbed(data, name)
    except (DocumentError, RecursionError, MemoryError):
        raise
    except Exception as error:  # pdfminer raises whatever a damaged file leads it to
        if isinstance(error, PDFPasswordIncorrect) or any(isinstance(one, PDFPasswordIncorrect) for one in error.args):
            raise NeedsPassword(f"{name} is encrypted. Save it without a password and add it.") from error
        (title, lines, pictures, pages), blank = _by_pdfium(data, name), ()
    text = "".join(line.table.text if line.table else line.text for line in lines)
    letters = sum(character.isalnum() for character in text)
    if _UNKNOWN.search(text) and sum(len(match) for match in _UNKNOWN.findall(text)) > UNREADABLE * len(text):
        raise NeedsOcr(f"{name} shows letters whose meaning the file doesn't hold. Run OCR on it and add the result.")
    if letters < LEAST_LETTERS and pictures:
        raise NeedsOcr(f"{name} has pictures and no text. Run OCR on it and add the result.")
    if not letters:
        raise DocumentError(f"{name} has {pages} page(s) and no text. Add a file that has some.")
    if pictures > SCANNED * pages:
        raise NeedsOcr(f"{name}: {pictures} of its {pages} pages are pictures without text. Run OCR on it and add it.")
    blocks = tuple(_blocks(_without_running_titles(lines, pages)))
    where = ", ".join(map(str, blank[:SHOWN_PAGES]))
    notes = (f"{name} has print that nobody can see (white on white), on pages {where}; it was left out. Look whether "
             "somebody hid something there.",) if blank else ()
    return Found(next((block.text for block in blocks if block.level == 1), None) or title or None, blocks, notes)


def _plumbed(data: bytes, name: str) -> tuple[str, list[_Line], int, int, tuple[int, ...]]:
    """The title of its properties, its lines, how many pages are a picture, how many there are, and the numbers of
    those with print that nobody can see."""
    lines: list[_Line] = []
    blank: list[int] = []
    pictures = 0
    second = _Pdfium(data)
    with pdfplumber.open(io.BytesIO(data)) as document:
        pages = len(document.pages)
        if pages > MOST_PAGES:
            raise DocumentError(f"{name} has {pages} pages; {MOST_PAGES} are the most. Split it.")
        for number, page in enumerate(document.pages):
            found, hidden = _agreed(page, number, second)
            blank += [number + 1] * hidden
            pictures += not found and bool(page.images)
            lines += found
            page.close()
        title = (document.metadata or {}).get("Title")
    return clean(title).strip() if isinstance(title, str) else "", lines, pictures, pages, tuple(blank)


def _agreed(page: Any, number: int, second: _Pdfium) -> tuple[list[_Line], bool]:
    """pdfplumber's lines without what nobody can see, and whether there was any; or pdfium's where pdfplumber fails or
    misses words that pdfium sees (turned pages)."""
    hidden: list[dict[str, Any]] = []
    try:
        hidden = _unseen(page, number, second)
        found = list(_lines(page, number))
    except (RecursionError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  pdfminer raises whatever a damaged page leads it to
        found = []
    other = second.text(number)
    words = Counter(re.findall(r"\w+", other.lower()))
    ours = Counter(re.findall(r"\w+", " ".join(line.table.text if line.table else line.text for line in found).lower()))
    if (words & ours).total() < AGREEMENT * words.total():
        return [_Line(line, number, 0.0, 0.0, 0.0) for line in other.split("\n")], False
    return (list(_lines(_without(page, hidden), number)), True) if hidden else (found, False)


def _unseen(page: Any, number: int, second: _Pdfium) -> list[dict[str, Any]]:
    """Letters that leave no mark. Not looked for on turned pages, and on those whose paper doesn't begin at 0, 0."""
    letters = [one for one in page.chars if one["text"].strip() and pale(one.get("non_stroking_color"))]
    if not letters or page.rotation or tuple(page.bbox[:2]) != (0, 0):
        return []
    painted = second.painted(number)
    found = unseen(letters, painted) if painted is not None else []
    return found if sum(one["text"].isalnum() for one in found) >= HIDDEN_LETTERS else []


def _without(page: Any, letters: list[dict[str, Any]]) -> Any:
    places = {(one["x0"], one["top"], one["text"]) for one in letters}
    return page.filter(lambda one: one["object_type"] != "char" or (one["x0"], one["top"], one["text"]) not in places)


class _Pdfium:
    """The other reader; it has neither sizes nor tables. ``error`` says why it can't read the file at all."""

    def __init__(self, data: bytes) -> None:
        self.error = ""
        self._document: Any = None
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            self.error = str(error)

    def __len__(self) -> int:
        return len(self._document) if self._document is not None else 0

    def text(self, number: int) -> str:
        """A page's text; '' for a page that is damaged or absent."""
        try:
            return clean(self._document[number].get_textpage().get_text_bounded()) if number < len(self) else ""
        except pypdfium2.PdfiumError:
            return ""

    def painted(self, number: int) -> Any:
        """A page as a grey picture, a pixel a point; None for one that can't be painted."""
        try:
            return self._document[number].render(scale=1, grayscale=True).to_pil() if number < len(self) else None
        except (pypdfium2.PdfiumError, ValueError):
            return None

    def pictured(self, number: int) -> bool:
        try:
            return any(one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for one in self._document[number].get_objects())
        except pypdfium2.PdfiumError:
            return False


def _lines(page: Any, number: int) -> Iterator[_Line]:
    tables = [(found.bbox, block) for found in page.find_tables() if (block := _table(found)) is not None]
    shown: set[int] = set()
    line: list[dict[str, Any]] = []
    words = page.extract_words(use_text_flow=True, extra_attrs=["size", "fontname"], x_tolerance_ratio=0.18)
    for word in words:
        if word["bottom"] < 0 or word["top"] > page.height or word["x1"] < 0 or word["x0"] > page.width:
            continue  # beside the page, nobody sees it
        inside = next((place for place, (box, _) in enumerate(tables) if _within(word, box)), None)
        if line and (inside is not None or not _same_line(line[-1], word)):
            yield _line(line, number, page.height)
            line = []
        if inside is None:
            line.append(word)
        elif inside not in shown:
            shown.add(inside)
            box, block = tables[inside]
            yield _Line("", number, box[1], box[3], page.height, table=block)
    if line:
        yield _line(line, number, page.height)


def _table(found: Any) -> Block | None:
    rows = [row for row in found.extract(x_tolerance_ratio=0.18) if any(cell and cell.strip() for cell in row)]
    cells = [cell for row in rows for cell in row]
    filled = sum(bool(cell and cell.strip()) for cell in cells)
    if len(rows) < 2 or max(len(row) for row in rows) < 2 or filled < len(cells) / 2:
        return None  # a frame or a rule round text
    return table([[clean(cell or "") for cell in row] for row in rows])


def _within(word: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    across, down = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _same_line(last: dict[str, Any], word: dict[str, Any]) -> bool:
    height = max(last["bottom"] - last["top"], 1.0)
    return bool(abs(word["bottom"] - last["bottom"]) < 0.5 * height and word["x0"] > last["x0"] - height)


def _line(words: Sequence[dict[str, Any]], number: int, height: float) -> _Line:
    sizes = Counter[float]()
    for word in words:
        sizes[round(word["size"] * 2) / 2] += len(word["text"])
    return _Line(
        clean(" ".join(word["text"] for word in words)), number, min(word["top"] for word in words),
        max(word["bottom"] for word in words), float(height), sizes.most_common(1)[0][0],
        all("bold" in word["fontname"].lower() or "black" in word["fontname"].lower() for word in words),
    )  # fmt: skip


def _by_pdfium(data: bytes, name: str) -> tuple[str, list[_Line], int, int]:
    """A file that pdfplumber can't open. Raises NeedsPassword and DocumentError."""
    document = _Pdfium(data)
    if "password" in document.error.lower():
        raise NeedsPassword(f"{name} is encrypted. Save it without a password and add it.")
    if document.error:
        raise DocumentError(f"{name} is a damaged PDF ({document.error}). Save it again and add it.")
    lines: list[_Line] = []
    pictures = 0
    for number in range(min(len(document), MOST_PAGES)):
        text = document.text(number)
        lines += [_Line(line, number, 0.0, 0.0, 0.0) for line in text.split("\n")]
        pictures += not text.strip() and document.pictured(number)
    return "", lines, pictures, len(document)


def _without_running_titles(lines: list[_Line], pages: int) -> list[_Line]:
    """Without page numbers, and without what stands in the margins of most pages, figures aside."""
    seen = Counter(text for _, text in {(line.page, _shape(line)) for line in lines if line.marginal and line.text})
    often = {text for text, count in seen.items() if pages > 1 and count >= max(2, REPEATED * pages)}
    kept = [
        line
        for line in lines
        if not (line.marginal and line.text and (_shape(line) in often or _PAGE_NUMBER.fullmatch(line.text.strip())))
    ]
    return kept if any(line.text or line.table for line in kept) else lines


def _shape(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text.strip())


def _blocks(lines: list[_Line]) -> Iterator[Block]:
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text) if line.size >= LEGIBLE else 0
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger = sorted({line.size for line in lines if body and line.size > HEADING_SIZE * body}, reverse=True)
    text: list[str] = []
    heading: list[_Line] = []
    last: _Line | None = None
    for line in lines:
        level = _level(line, body, larger)
        if heading and not (level and line.size == heading[-1].size and _near(heading[-1], line) and _goes_on(line)):
            yield Block(" ".join(one.text for one in heading), level=_level(heading[0], body, larger))
            heading = []
        if level or line.table:
            yield from (Block(paragraph) for paragraph in paragraphs(text))
            text = []
        if line.table:
            yield line.table
        elif level:
            heading.append(line)
        else:
            if last is not None and last.page == line.page and last.text and not _near(last, line):
                text.append("")
            text.append(line.text)
        last = line
    if heading:
        yield Block(" ".join(one.text for one in heading), level=_level(heading[0], body, larger))
    yield from (Block(paragraph) for paragraph in paragraphs(text))


def _near(upper: _Line, lower: _Line) -> bool:
    gap = lower.top - upper.bottom
    return -0.5 * (upper.bottom - upper.top) - 1 <= gap <= PARAGRAPH_GAP * max(upper.bottom - upper.top, 1.0)


def _goes_on(line: _Line) -> bool:
    """A heading's second line; one with a marker of its own is another heading."""
    return not re.match(r"§|Art\.|\d+[.)]|(?:Rozdział|Dział)\b", line.text, re.I)


def _level(line: _Line, body: float, larger: list[float]) -> int:
    if line.table or not any(character.isalpha() or character == "§" for character in line.text):
        return 0
    if len(line.text) > HEADING_LENGTH:
        return 0
    if line.size in larger:
        return min(larger.index(line.size) + 1, 5)
    bold = line.bold and not line.text.rstrip().endswith((".", ";", ","))
    return 6 if bold and not re.match(r"\d+[a-z]?\)|[a-z]\)|[-–•]", line.text) else 0
