"""CSV with a question and an answer a row; columns are found by their Polish or English names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from chatbot.model.seam import Action
from finetune.errors import ExamplesError
from finetune.importing.talk import Fault, Found, Talk, text_of
from finetune.record import Passage, Role
from ingestion.polish import fold

COLUMNS: dict[str, tuple[str, ...]] = {
    "question": ("question", "pytanie", "customer message", "wiadomosc klienta", "description", "opis"),
    "answer": ("answer", "odpowiedz", "reply", "agent reply", "odpowiedz konsultanta", "agent response"),
    "rejected": ("rejected", "odrzucona", "draft", "szkic"),
    "language": ("language", "jezyk"),
    "action": ("action", "dzialanie"),
    "customer": ("customer", "klient", "requester id", "contact id", "customer id"),
    "id": ("id", "ticket id", "numer zgloszenia"),
    "passage": ("passage", "zapis", "fragment"),
    "document": ("document", "dokument"),
    "clause": ("clause", "paragraf", "punkt"),
}
"""Ours → names in files, folded. ``question`` and ``answer`` must be there."""

DELIMITERS = ",;\t|"


def read(path: Path) -> Iterator[Found]:
    """Raises ExamplesError where a column is missing, naming it and those there are."""
    text = text_of(path)
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ExamplesError(f"{path} is no CSV ({error}). Save it as CSV with quotes round texts.") from error
    if not rows:
        raise ExamplesError(f"{path} is empty.")
    places = {ours: at for at, name in enumerate(rows[0]) for ours, names in COLUMNS.items() if _named(name) in names}
    for needed in ("question", "answer"):
        if needed not in places:
            there = ", ".join(filter(None, rows[0])) or "none"
            raise ExamplesError(f"{path}, row 1: there is no column {needed!r}. It may be called "
                                f"{', '.join(COLUMNS[needed])}; there are {there}.")
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            yield _talk(f"{path.name}, row {number}", row, rows[0], places)


def _talk(where: str, row: list[str], head: list[str], places: dict[str, int]) -> Found:
    if len(row) != len(head):
        return Fault(where, f"it has {len(row)} columns and the first row has {len(head)}")

    def cell(name: str) -> str:
        return row[places[name]].strip() if name in places else ""

    for name in ("question", "answer"):
        if not cell(name):
            return Fault(f"{where}, column {head[places[name]]!r}", "it is empty")
    if cell("action") and cell("action") not in set(Action):
        known = ", ".join(Action)
        return Fault(f"{where}, column {head[places['action']]!r}", f"{cell('action')!r} is none of {known}")
    passages = (Passage(cell("passage"), cell("document"), cell("clause")),) if cell("passage") else ()
    return Talk(where, ((Role.USER, cell("question")), (Role.ASSISTANT, cell("answer"))), cell("id"), cell("customer"),
                cell("language"), cell("rejected") or None, cell("action") or None, passages)


def _named(name: str) -> str:
    return " ".join(fold(name).lower().replace("_", " ").split())
