"""What every reader gives: a talk of a customer with people who answered, or the fault of the row it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from finetune.errors import ExamplesError
from finetune.record import Passage, Role
from ingestion.errors import ProductError
from ingestion.sources.charset import decode


@dataclass(frozen=True, slots=True)
class Talk:
    """``where`` names its row. ``said``: roles with texts, in order. ``customer``: the other system's id of the person.
    ``rejected``: an answer the last one was better than. ``system``: a system message, kept as it is. ``context``:
    answers that are not to be learnt."""

    where: str
    said: tuple[tuple[Role, str], ...]
    id: str = ""
    customer: str = ""
    language: str = ""
    rejected: str | None = None
    action: str | None = None
    passages: tuple[Passage, ...] = ()
    system: str | None = None
    context: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fault:
    """``where``: file, row and, for a table, column."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


Found = Talk | Fault


def text_of(path: Path) -> str:
    """Raises ExamplesError."""
    try:
        return decode(path.read_bytes()).removeprefix("\ufeff")
    except OSError as error:
        raise ExamplesError(f"{path} can't be read ({error.strerror}). Name a file.") from error
    except ProductError as error:
        raise ExamplesError(f"{path}: {error}") from error


def json_of(path: Path) -> Any:
    """A JSON document, or the list of a JSON Lines file's. Raises ExamplesError naming line and column."""
    text = text_of(path)
    try:
        return json.loads(text)
    except ValueError as whole:
        found = []
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    found.append(json.loads(line))
                except ValueError as error:
                    at = getattr(error, "colno", 1)
                    if number == 1:
                        raise ExamplesError(f"{path} is no JSON ({whole}) and no JSON Lines.") from error
                    raise ExamplesError(f"{path}, line {number}, column {at}: it is no JSON ({error}).") from error
        return found


def objects(value: Any, names: tuple[str, ...], where: str) -> Iterator[tuple[str, dict[str, Any] | Fault]]:
    """The objects of a list, of a single object, or of the list under the first of ``names``; each with its place."""
    if isinstance(value, dict):
        name = next((one for one in names if isinstance(value.get(one), list)), None)
        value = value[name] if name else [value]
        where = f"{where}, {name}" if name else where
    for number, one in enumerate(value if isinstance(value, list) else [value], start=1):
        place = f"{where}, row {number}"
        yield place, one if isinstance(one, dict) else Fault(place, f"an object is expected, not {type(one).__name__}")


def plain(html: Any) -> str:
    """A body's text: tags taken out, line breaks kept."""
    text = str(html or "")
    if "<" not in text:
        return text.strip()
    soup = BeautifulSoup(text, "lxml")
    for tag in soup.find_all(["br", "p", "div", "li"]):
        tag.append("\n")
    return "\n".join(line.strip() for line in soup.get_text().splitlines() if line.strip())
