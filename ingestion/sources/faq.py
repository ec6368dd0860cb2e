"""Curated questions and answers: YAML, JSON or CSV, each entry checked."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ingestion.documents import FaqEntry, Kind, Text
from ingestion.errors import DocumentError
from ingestion.polish import clean
from ingestion.sources.charset import decode
from ingestion.sources.language import language

_SHAPE = "an entry is {question, answer}, with optional paraphrases, rests_on, topic"
_COLUMNS = {
    "question": ("question", "pytanie"),
    "answer": ("answer", "odpowiedź", "odpowiedz"),
    "paraphrases": ("paraphrases", "parafrazy"),
    "rests_on": ("rests_on", "podstawa"),
    "topic": ("topic", "temat"),
}
_SEPARATOR = "|"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    question: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    paraphrases: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    topic: str | None = None

    @field_validator("paraphrases", "rests_on", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return () if value is None else (value,) if isinstance(value, str) else value


_FORMULA = re.compile(r"\s*=\s*[+-]?\s*(?:[A-Za-z][\w.]*\s*\(|\$?[A-Za-z]{1,3}\$?\d)")


def read_yaml(data: bytes, name: str) -> Text:
    """A list of entries, or a mapping with ``entries``, perhaps a ``title``. Raises DocumentError naming the entry."""
    try:
        return _text(yaml.safe_load(clean(decode(data))), name)
    except yaml.YAMLError as error:
        raise DocumentError(f"{name} is not valid YAML ({' '.join(str(error).split())}).") from error


def read_json(data: bytes, name: str) -> Text:
    try:
        return _text(json.loads(clean(decode(data))), name)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{name} is not valid JSON ({error}).") from error


def rows(data: bytes, name: str) -> list[list[str]]:
    """A CSV file's rows; comma, semicolon or tab."""
    text = clean(decode(data))
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DocumentError(f"{name} is not valid CSV ({error}).") from error


def without_formulas(found: list[list[str]]) -> tuple[list[list[str]], int]:
    """The rows with formulas ("=HYPERLINK(…)", "=SUM(A1:A3)") as empty cells, and how many there were."""
    counted = sum(bool(_FORMULA.match(cell)) for row in found for cell in row)
    return [["" if _FORMULA.match(cell) else cell for cell in row] for row in found], counted


def from_rows(found: list[list[str]], name: str) -> Text | None:
    """FAQ entries of a table whose first row names the columns 'question' and 'answer'; None for any other table."""
    if not found:
        return None
    header = [cell.strip().lower() for cell in found[0]]
    places = {
        field: header.index(alias) for field, aliases in _COLUMNS.items() for alias in aliases if alias in header
    }
    if "question" not in places or "answer" not in places:
        return None
    entries = []
    for row in found[1:]:
        entry: dict[str, Any] = {field: row[place] for field, place in places.items() if place < len(row)}
        for field in ("paraphrases", "rests_on"):
            entry[field] = [part.strip() for part in entry.get(field, "").split(_SEPARATOR) if part.strip()]
        entry["topic"] = entry.get("topic", "").strip() or None
        entries.append(entry)
    return _text(entries, name)


def _text(raw: Any, name: str) -> Text:
    title = name
    if isinstance(raw, dict) and isinstance(raw.get("entries"), list):
        title = str(raw.get("title") or name)
        raw = raw["entries"]
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        raise DocumentError(f"{name} is no list of questions and answers: {_SHAPE}.")
    if not raw:
        raise DocumentError(f"{name} has no entries: {_SHAPE}.")
    found = tuple(_entry(entry, place, name) for place, entry in enumerate(raw, start=1))
    return Text(title=title, faq=found, kind=Kind.FAQ, language=language(" ".join(entry.answer for entry in found)))


def _entry(raw: dict[str, Any], place: int, name: str) -> FaqEntry:
    try:
        entry = _Entry.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        asked = str(raw.get("question") or "")[:60]
        raise DocumentError(f"{name}, entry {place} ({asked!r}): {where}: {first['msg']}; {_SHAPE}.") from error
    return FaqEntry(entry.question, entry.answer, entry.paraphrases, entry.rests_on, entry.topic)
