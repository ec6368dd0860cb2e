"""Regulations made at random, written as files, read and cut: every word in one chunk, of its own clause."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import sources
from ingestion.chunking import TABLE_CHARACTERS, chunks
from ingestion.documents import Chunk, Validity

SENTENCE = "Sprzedawca informuje klienta o zażółconej gęśli w ciągu {n} dni, a klient potwierdza znak{n}q odbiór."


@dataclass(frozen=True)
class Unit:
    """A § or one of its ust., with its count of sentences, points and table rows; words are numbered by ``first``."""

    label: str
    sentences: int
    points: int
    rows: int
    first: int

    @property
    def words(self) -> list[str]:
        count = self.sentences + self.points + self.rows
        return [f"znak{self.first + place}q" for place in range(count)]

    def lines(self) -> list[str]:
        """The text without its label; points end in commas, the last in a full stop."""
        said = " ".join(SENTENCE.format(n=self.first + place) for place in range(self.sentences))
        lines = [said[:-1] + ":" if self.points else said]
        at = self.first + self.sentences
        for place in range(self.points):
            end = "." if place + 1 == self.points else ","
            lines.append(f"{place + 1}) towar znak{at + place}q z gwarancją{end}")
        return lines

    def table(self) -> list[list[str]]:
        at = self.first + self.sentences + self.points
        rows = [[f"Usługa znak{at + place}q", f"{place + 3} zł", f"{place + 1} dni"] for place in range(self.rows)]
        return [["Usługa", "Opłata", "Termin"], *rows] if rows else []


SHAPES = st.tuples(st.integers(1, 14), st.integers(0, 12), st.sampled_from([0, 0, 0, 4, 12]))
REGULATIONS = st.lists(st.lists(SHAPES, min_size=1, max_size=5), min_size=1, max_size=6)


def units(regulation: list[list[tuple[int, int, int]]]) -> list[list[Unit]]:
    """By §; a § of one unit has no numbered paragraphs."""
    first, made = 1, []
    for number, section in enumerate(regulation, start=1):
        row = []
        for place, (sentences, points, rows) in enumerate(section, start=1):
            label = f"§ {number}" if len(section) == 1 else f"§ {number} ust. {place}"
            row.append(Unit(label, sentences, points, rows, first))
            first += sentences + points + rows
        made.append(row)
    return made


def in_markdown(regulation: list[list[Unit]]) -> str:
    parts = ["# Regulamin"]
    for number, section in enumerate(regulation, start=1):
        if len(section) > 1:
            parts.append(f"## § {number}. Postanowienia")
        for place, unit in enumerate(section, start=1):
            opening = f"§ {number}. " if len(section) == 1 else f"{place}. "
            lines = unit.lines()
            parts += [opening + lines[0], *lines[1:]]
            if table := unit.table():
                parts.append("\n".join(["| " + " | ".join(row) + " |" for row in table[:1]] + ["|---|---|---|"]
                                       + ["| " + " | ".join(row) + " |" for row in table[1:]]))
    return "\n\n".join(parts) + "\n"


def in_html(regulation: list[list[Unit]]) -> str:
    parts = ["<h1>Regulamin</h1>"]
    for number, section in enumerate(regulation, start=1):
        if len(section) > 1:
            parts.append(f"<h2>§ {number}. Postanowienia</h2>")
        for place, unit in enumerate(section, start=1):
            opening = f"§ {number}. " if len(section) == 1 else f"{place}. "
            lines = unit.lines()
            parts += [f"<p>{escape(line)}</p>" for line in (opening + lines[0], *lines[1:])]
            if table := unit.table():
                rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in table)
                parts.append(f"<table>{rows}</table>")
    return "<html><body><main>" + "".join(parts) + "</main></body></html>"


def read(folder: Path, name: str, text: str) -> list[Chunk]:
    (folder / name).write_text(text, encoding="utf-8")
    found = sources.read(folder / name)
    return chunks(found, document="r", version="1", validity=Validity(), source=name)


def holds(regulation: list[list[Unit]], made: list[Chunk]) -> None:
    place = {word: chunk for chunk in made for word in chunk.text.replace(":", " ").split() if word.startswith("znak")}
    texts = " ".join(chunk.text for chunk in made)
    for unit in (unit for section in regulation for unit in section):
        for word in unit.words:
            assert texts.count(word) == 1, f"{word} of {unit.label} stands {texts.count(word)} times"
            chunk = place[word]
            assert chunk.unit == unit.label, f"{word} of {unit.label} is in {chunk.clause}"
            assert chunk.clause == unit.label or chunk.clause.startswith(f"{unit.label} ")
        table = unit.words[len(unit.words) - unit.rows :]
        whole = "\n".join("| " + " | ".join(row) for row in unit.table())
        if table and len(whole) * 2 < TABLE_CHARACTERS:
            assert len({place[word].id for word in table}) == 1, f"the table of {unit.label} is cut"
    assert "zażółconej gęśli" in texts


@given(REGULATIONS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_of_a_regulation_is_in_one_chunk_of_its_clause(
    tmp_path: Path, regulation: list[list[tuple[int, int, int]]]
) -> None:
    made = units(regulation)
    holds(made, read(tmp_path, "regulamin.md", in_markdown(made)))
    holds(made, read(tmp_path, "regulamin.html", in_html(made)))
