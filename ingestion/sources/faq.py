"""Curated questions and answers: YAML, JSON or CSV, each entry checked; those that are none are named in the notes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import yaml

from ingestion.documents import FaqEntry, Kind, Text
from ingestion.errors import DocumentError
from ingestion.polish import clean
from ingestion.sources import entries
from ingestion.sources.charset import decode
from ingestion.sources.language import language

_SHAPE = "an entry is {question, answer}, with optional paraphrases, rests_on, topic"
_SEPARATOR = "|"
_FORMULA = re.compile(r"\s*=\s*[+-]?\s*(?:[A-Za-z][\w.]*\s*\(|\$?[A-Za-z]{1,3}\$?\d)")


def read_yaml(data: bytes, name: str) -> Text:
    """A list of entries, or a mapping with one, perhaps a ``title``; numbers and days as they are written. Raises
    DocumentError."""
    try:
        return _document(yaml.load(clean(decode(data)), yaml.BaseLoader), name)
    except yaml.YAMLError as error:
        raise DocumentError(f"{name} is not valid YAML ({' '.join(str(error).split())}).") from error


def read_json(data: bytes, name: str) -> Text:
    try:
        return _document(json.loads(clean(decode(data)), parse_float=str, parse_int=str), name)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{name} is not valid JSON ({error}).") from error


def rows(data: bytes, name: str) -> list[list[str]]:
    """A CSV file's rows, empty ones too; comma, semicolon or tab."""
    text = clean(decode(data))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise DocumentError(f"{name} is not valid CSV ({error}).") from error


def without_formulas(found: list[list[str]]) -> tuple[list[list[str]], int]:
    """The rows with formulas ("=HYPERLINK(…)", "=SUM(A1:A3)") as empty cells, and how many there were."""
    counted = sum(bool(_FORMULA.match(cell)) for row in found for cell in row)
    return [["" if _FORMULA.match(cell) else cell for cell in row] for row in found], counted


def from_rows(found: list[list[str]], name: str) -> Text | None:
    """FAQ entries of a table whose first row names the columns 'question' and 'answer', in whatever wording; None for
    any other table. Raises DocumentError where no row is an entry."""
    numbered = [(number, row) for number, row in enumerate(found, start=1) if any(cell.strip() for cell in row)]
    if not numbered:
        return None
    header = numbered[0][1]
    named = entries.fields(header)
    if not {"question", "answer"} <= named.keys():
        return None
    places = {field: header.index(heading) for field, heading in named.items()}
    made = []
    for number, row in numbered[1:]:
        cells: dict[str, Any] = {field: row[place] for field, place in places.items() if place < len(row)}
        for field in ("paraphrases", "rests_on"):
            cells[field] = [part for part in cells.get(field, "").split(_SEPARATOR) if part.strip()]
        made.append(entries.entry(cells, number))
    return _text(made, name, name, "row")


def _document(raw: Any, name: str) -> Text:
    listed = entries.listed(raw)
    if listed is None or (listed and not any(isinstance(one, dict) for one in listed)):
        raise DocumentError(f"{name} is no list of questions and answers: {_SHAPE}.")
    title = (raw.get("title") or raw.get("tytuł")) if isinstance(raw, dict) else None
    made = [entries.entry(one, place) for place, one in enumerate(listed, start=1)]
    return _text(made, name, title if isinstance(title, str) else name, "entry")


def _text(made: Sequence[FaqEntry | entries.Fault], name: str, title: str, kind: str) -> Text:
    good = tuple(one for one in made if isinstance(one, FaqEntry))
    notes = entries.told([one for one in made if isinstance(one, entries.Fault)], name, kind)
    if not made:
        raise DocumentError(f"{name} has no entries: {_SHAPE}.")
    if not good:
        raise DocumentError(f"{name} has no entry that can be read: {_SHAPE}. {' '.join(notes)}")
    spoken = language(" ".join(one.answer for one in good))
    return Text(title=title, faq=good, kind=Kind.FAQ, language=spoken, notes=notes)
