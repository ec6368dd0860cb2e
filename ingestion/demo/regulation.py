"""A regulation as the demo's sources write it: a title, § sections, numbered paragraphs, tables.

The sources use a small part of Markdown: ``# title``, ``## § 5. Dostawa``, ``2. sentence``, and pipe tables that
belong to the paragraph above them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_SECTION = re.compile(r"## (§ \d+)\. (.+)")
_PARAGRAPH = re.compile(r"(\d+)\. (.+)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``table``: rows of cells, the heading row first; empty for a paragraph without one."""

    number: int
    text: str
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    number: str
    title: str
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Regulation:
    title: str
    sections: tuple[Section, ...] = field(default=())

    def clauses(self) -> dict[str, str]:
        """``"§ 5 ust. 2"`` → its text, a table's rows under it with cells joined by `` | ``."""
        return {
            f"{section.number} ust. {paragraph.number}": "\n".join(
                (paragraph.text, *(" | ".join(row) for row in paragraph.table))
            )
            for section in self.sections
            for paragraph in section.paragraphs
        }


def parse(text: str) -> Regulation:
    """Raises ValueError naming the line that is none of the forms above."""
    title = ""
    sections: list[Section] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if line.startswith("# "):
            title = line[2:]
        elif match := _SECTION.fullmatch(line):
            sections.append(Section(match[1], match[2]))
        elif sections:
            sections[-1] = replace(sections[-1], paragraphs=_extended(sections[-1].paragraphs, line, number))
        else:
            raise ValueError(f"line {number} stands before the first section: {line!r}")
    return Regulation(title, tuple(sections))


def _extended(paragraphs: tuple[Paragraph, ...], line: str, number: int) -> tuple[Paragraph, ...]:
    if match := _PARAGRAPH.fullmatch(line):
        return (*paragraphs, Paragraph(int(match[1]), match[2]))
    if line.startswith("|") and paragraphs:
        cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
        if set("".join(cells)) <= set("-: "):
            return paragraphs
        last = paragraphs[-1]
        return (*paragraphs[:-1], replace(last, table=(*last.table, cells)))
    raise ValueError(f"line {number} is no numbered paragraph and no table: {line!r}")
