"""From a source's blocks to clauses: regulations by Art., § and ust. under their headings, anything else by headings.

A clause is the smallest unit that makes sense by itself: a numbered paragraph (ust.) of an article or §, with the
enumeration (pkt, lit., tiret) and the table that continue it; an article or § without numbered paragraphs; otherwise
a section under its headings. Long clauses are `ingestion.chunking`'s to split.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingestion.documents import Clause

TITLE_LENGTH = 140
"""Characters; a line behind a bare '§ 5' that is longer is its text, not its title."""
DIVISION_LENGTH = 200
"""Characters; 'Rozdział 3 …' in a longer line begins a sentence."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list's item, a heading or a whole table, in reading order, with no wrapped lines inside.

    ``level`` 1-6 is a heading's; 0 is text. A table's ``text`` has one row a line, ``| cell | cell |``.
    """

    text: str
    level: int = 0
    table: bool = False


_DIVISIONS = {"księga": 1, "część": 2, "tytuł": 2, "dział": 3, "rozdział": 4, "oddział": 5, "załącznik": 3}
_SECTION_RANK = 6
_DIVISION = re.compile(rf"({'|'.join(_DIVISIONS)})(?:\s+(?:nr\s+)?(?:[IVXLC]+|\d+)[a-z]?\b|$)\.?(.*)", re.I | re.S)
_NUMBER = r"\d+[a-z]{0,3}(?:\{\d+\}|[¹²³⁰⁴-⁹]+|\(\d+\))?"
_ART = r"Art\.|ART\.|Artykuł|ARTYKUŁ"
_ARTICLE = re.compile(rf"({_ART}|§)\s*({_NUMBER})(?![\w-])(\.?)\s*(.*)", re.S)
_PARAGRAPH = re.compile(r"(?:Ust\.\s*)?(\d+[a-z]{0,2})\.\s+(.*)", re.S)
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,4})\.?\s+(?=\D)(.*)", re.S)
_SECTION = re.compile(r"(?:([IVX]{1,6})|(\d{1,2}))\.\s+\S")
_MARKED = re.compile(rf"(?:{_ART}|§)\s*{_NUMBER}|\d+[a-z]{{0,3}}[.)]|\{{\d+\}}|[a-z]{{1,2}}\)|[-–—•*]\s")


@dataclass(slots=True)
class _Heading:
    """``level`` as the source says, 0 for none; ``rank`` of a division (Dział, Rozdział), 0 for none."""

    text: str
    level: int
    rank: int
    used: bool = False

    def holds(self, other: _Heading) -> bool:
        """Whether the other one stands under this one."""
        if self.rank and other.rank:
            return self.rank < other.rank
        return self.level < other.level if self.level and other.level else True


@dataclass(slots=True)
class _Reader:
    """What is open while reading: the headings above, the article or §, its numbered paragraph, and its lines."""

    title: str
    roman: bool = False  # sections are counted I, II, …, and not A, …, H, I
    found: list[Clause] = field(default_factory=list)
    headings: list[_Heading] = field(default_factory=list)
    article: str = ""
    article_title: str = ""
    article_used: bool = False
    section: str = ""  # a § of an article
    paragraph: str = ""
    lines: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End the clause that is open."""
        if self.lines:
            for heading in self.headings:
                heading.used = True
            self.article_used = True
            titles = [heading.text for heading in self.headings if heading.text != self.title]
            path = tuple(part for part in (self.article, self.section, self.paragraph) if part)
            under = (*titles, self.article_title) if self.article_title else tuple(titles)
            self.found.append(Clause(path, under, "\n".join(self.lines)))
        self.lines, self.paragraph = [], ""

    def leave(self) -> None:
        """End the article, or what is open outside one. An article of a title alone is still there to be found."""
        if self.article and not self.lines and not self.article_used:
            self.lines, self.article_title = [self.article_title or f"{self.article}."], ""
        self.close()
        self.article = self.section = self.article_title = ""
        self.article_used = False

    def head(self, heading: _Heading) -> None:
        self.leave()
        while self.headings and not self.headings[-1].holds(heading):
            self.drop()
        self.headings.append(heading)

    def drop(self) -> None:
        """Leave the innermost heading; one with nothing under it becomes a clause, so that no word is lost."""
        last = self.headings.pop()
        if not last.used:
            self.lines = [last.text]
            self.close()

    def finish(self) -> list[Clause]:
        self.leave()
        while self.headings:
            self.drop()
        return self.found


def clauses(blocks: Iterable[Block], title: str = "") -> tuple[Clause, ...]:
    """Every word of the blocks stands in one clause's text, or in headings or path; labels are unique.

    A heading that only repeats the document's title is left out.
    """
    rest = [block for block in blocks if block.text.strip()]
    numbered = {section[1] for block in rest if (section := _SECTION.match(block.text.strip()))}
    reader = _Reader(title, roman={"I", "II"} <= numbered)
    skip = False
    for place, block in enumerate(rest):
        if skip:
            skip = False
            continue
        following = rest[place + 1] if place + 1 < len(rest) else None
        skip = _take(reader, replace(block, text=block.text.strip()), following)
    return _unique(reader.finish())


def _take(reader: _Reader, block: Block, following: Block | None) -> bool:
    """Put one block where it belongs; True when the following one was its title and is used up."""
    text = block.text
    if block.table:
        reader.lines.append(text)
        return False
    if (division := _division(text)) is not None:
        rank, complete = division
        title = "" if complete or following is None or not _is_title(following) else following.text.strip()
        reader.head(_Heading(f"{text} {title}".strip(), block.level, rank))
        return bool(title)
    if not block.level and _heads(reader, text, following):
        reader.head(_Heading(text, 0, _SECTION_RANK))
        return False
    article = _ARTICLE.match(text)
    if article and _opens(article):
        label = f"{'§' if article[1] == '§' else 'Art.'} {article[2]}"
        if article[1] == "§" and reader.article.startswith("Art."):
            reader.close()
            reader.section = label
            reader.lines = [article[4].strip()] if article[4].strip() else []
            return False
        reader.leave()
        reader.article = label
        return _article_text(reader, article[4].strip(), block, following)
    if block.level:
        if reader.article and not (reader.lines or reader.article_title or reader.article_used):
            reader.article_title = text
        else:
            reader.head(_Heading(text, block.level, 0))
        return False
    if reader.article and (numbered := _PARAGRAPH.match(text)) and _continues(reader, numbered[1]):
        reader.close()
        reader.paragraph = f"ust. {numbered[1]}"
        reader.lines = [numbered[2].strip()]
    elif not reader.article.startswith(("Art.", "§")) and (numbered := _DECIMAL.match(text)):
        reader.leave()
        reader.article = f"pkt {numbered[1]}"
        reader.lines = [numbered[2].strip()]
    else:
        reader.lines.append(text)
    return False


def _article_text(reader: _Reader, rest: str, block: Block, following: Block | None) -> bool:
    """What stands behind '§ 5.': its title, its first numbered paragraph, its text, or nothing (the title follows)."""
    if not rest:
        if following is not None and _is_title(following) and not following.level:
            reader.article_title = following.text.strip()
            return True
        return False
    first = _PARAGRAPH.match(rest)
    if first and first[1] == "1" and not re.search(r"\s2\.\s", rest):
        reader.paragraph = "ust. 1"
        reader.lines = [first[2].strip()]
    elif block.level or (_titled(rest) and following is not None and _numbered_one(following)):
        reader.article_title = rest
    else:
        reader.lines = [rest]
    return False


def _heads(reader: _Reader, text: str, following: Block | None) -> bool:
    """Whether 'II. Zwroty' or '2. Zwroty' is the title of what follows it: of '1. …' or '§ 4', and of '2.1. …'."""
    section = _SECTION.match(text)
    if section is None or following is None or following.table or not _titled(text):
        return False
    behind = following.text.strip()
    if section[1] and not reader.roman:
        return False
    if section[1]:
        article = _ARTICLE.match(behind)
        return bool(article and _opens(article)) or bool(re.match(r"1\.\s", behind))
    return not reader.article.startswith(("Art.", "§")) and behind.startswith(f"{section[2]}.1")


def _opens(article: re.Match[str]) -> bool:
    """'§ 5. Zwroty' and 'Art. 5' open a unit; 'Art. 5 ust. 2 stosuje się', at a wrapped line's start, doesn't."""
    rest = article[4].lstrip("([„\"")
    if not rest:
        return True
    return not rest[0].islower() if article[3] else rest[0].isupper() or bool(re.match(r"1\.\s", rest))


def _division(text: str) -> tuple[int, bool] | None:
    """The rank of a 'Rozdział 3 …' line, and whether its title stands in it."""
    match = _DIVISION.match(text)
    if match is None or len(text) > DIVISION_LENGTH:
        return None
    title = match[2].strip(" –—-:\n")
    if title and (not (title[0].isupper() or title[0] in "„\"(") or text.endswith((".", ";", ","))):
        return None
    if not title and match[0].lower().strip(" .") in _DIVISIONS:
        return None  # the bare word
    return _DIVISIONS[match[1].lower()], bool(title)


def _is_title(block: Block) -> bool:
    text = block.text.strip()
    return not block.table and _titled(text) and not _MARKED.match(text) and _division(text) is None


def _titled(text: str) -> bool:
    return len(text) <= TITLE_LENGTH and "\n" not in text and not text.endswith((".", ";", ":", ",")) and (
        text[:1].isupper() or text[:1] in "„\"([" or text[:1].isdigit()
    )


def _numbered_one(block: Block) -> bool:
    return bool(re.match(r"(?:1[.)]|§\s*1\.?|a\))\s", block.text.strip()))


def _continues(reader: _Reader, number: str) -> bool:
    """Whether a paragraph's number is the next one; else it is a list inside the paragraph, or a wrapped line."""
    inside = (reader.article, reader.section) if reader.section else (reader.article,)
    last = reader.paragraph
    if not last:
        before = reader.found[-1].path if reader.found else ()
        last = before[-1] if before[: len(inside)] == inside and before[-1].startswith("ust. ") else ""
    if not last:
        return number in ("1", "1a")
    previous, letter = _parts(last.removeprefix("ust. "))
    value, new_letter = _parts(number)
    return value == previous + 1 or (value == previous and new_letter > letter)


def _parts(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    return (int(digits[0]) if digits else 0), number.lstrip("0123456789")


def _unique(found: list[Clause]) -> tuple[Clause, ...]:
    """Numbering that begins again under each heading is told apart by the heading, and the rest by a counter."""
    labels = Counter(clause.label for clause in found)
    named = []
    for clause in found:
        heading = clause.headings[-1] if clause.headings else ""
        if labels[clause.label] > 1 and clause.path and heading and heading != clause.path[0]:
            clause = replace(clause, path=(heading, *clause.path))
        named.append(clause)
    seen: Counter[str] = Counter()
    result = []
    for clause in named:
        label = clause.label
        seen[label] += 1
        if seen[label] > 1:
            clause = replace(clause, path=(*(clause.path or (label,) if label else ()), f"({seen[label]})"))
        result.append(clause)
    return tuple(result)
