"""`python -m finetune import`: other systems' exports as records to be reviewed, masked on the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chatbot.subjects import FOLDER, Subjects
from finetune import masking, records
from finetune.errors import ExamplesError
from finetune.importing import desks, lines, tables
from finetune.importing.records import About, Imported, of_talks
from finetune.importing.talk import Found, json_of
from ingestion import settings as settings_of
from ingestion.command import Json, out, print_json, translated

SHOWN = 20
"""Faults shown to people; --json has all."""


class Kind(StrEnum):
    AUTO = "auto"
    CSV = "csv"
    JSONL = "jsonl"
    ZENDESK = "zendesk"
    FRESHDESK = "freshdesk"
    INTERCOM = "intercom"
    HELPSCOUT = "helpscout"


READERS: dict[Kind, Callable[[Path], Iterator[Found]]] = {
    Kind.CSV: tables.read, Kind.JSONL: lines.read, Kind.ZENDESK: desks.zendesk, Kind.FRESHDESK: desks.freshdesk,
    Kind.INTERCOM: desks.intercom, Kind.HELPSCOUT: desks.helpscout,
}  # fmt: skip
MARKS = ((Kind.INTERCOM, "conversation_parts"), (Kind.HELPSCOUT, "_embedded"), (Kind.HELPSCOUT, "threads"),
         (Kind.ZENDESK, "comments"), (Kind.FRESHDESK, "conversations"))  # fmt: skip
"""A field of a row that only this system's export has."""

Licence = Annotated[str, typer.Option(help="Under what the texts may be used: own, CC-BY-4.0, …")]
Ground = Annotated[str, typer.Option(help="On what ground customers' words may be used; none: the gate refuses them.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Default: DATA_DIR/training/import-NAME.jsonl")]


@translated
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, JSON Lines, or a help desk's export.")],
    licence: Licence,
    consent: Ground = "",
    kind: Annotated[Kind, typer.Option("--from", help="What wrote the file.")] = Kind.AUTO,
    language: Annotated[str, typer.Option(help="Where a text doesn't tell.")] = "pl",
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Bring in examples. Rows that can't be read, and those whose masking fails, are left out and named."""
    settings, _ = settings_of.load()
    subjects = Subjects(settings.data_dir)
    wanted = detected(file) if kind is Kind.AUTO else kind
    about = About(file.name, licence, consent, language)
    found = of_talks(READERS[wanted](file), about, masking.opened(settings), subjects)
    path = output or settings.data_dir / FOLDER / f"import-{file.stem}.jsonl"
    with subjects.locked():
        records.write(path, found.records)
    if as_json:
        print_json({"file": str(path), "from": wanted.value, "records": len(found.records),
                    "faults": [{"where": one.where, "reason": one.reason} for one in found.faults]})
    else:
        _show(path, wanted, found)
    if not found.records:
        raise ExamplesError(f"{file} gave no record. {found.faults[0] if found.faults else 'It has no rows.'}")


def detected(file: Path) -> Kind:
    """By the name's ending, then by the fields of the first row. Raises ExamplesError."""
    if file.suffix.lower() in (".csv", ".tsv"):
        return Kind.CSV
    value = json_of(file)
    for _ in range(2):
        first = next(iter(value), None) if isinstance(value, list) else value
        if not isinstance(first, dict):
            break
        first = first.get("ticket", first) if isinstance(first.get("ticket"), dict) else first
        for kind, field in MARKS:
            listed = first.get(field)
            if field in first and not (field in ("conversations", "threads") and _holds_tickets(listed)):
                return kind
        value = next((one for one in first.values() if isinstance(one, list)), None)
    return Kind.JSONL


def _holds_tickets(listed: object) -> bool:
    """A list of whole conversations rather than the parts of one."""
    first = listed[0] if isinstance(listed, list) and listed else None
    return isinstance(first, dict) and any(field in first for _, field in MARKS)


def _show(path: Path, kind: Kind, found: Imported) -> None:
    out.print(f"{len(found.records)} records of {kind} in {path}", markup=False, highlight=False)
    for one in found.faults[:SHOWN]:
        out.print(f"left out  {one}", markup=False, highlight=False)
    if (more := len(found.faults) - SHOWN) > 0:
        out.print(f"… and {more} more (--json names all).")
    out.print(f"Review them: python -m finetune review {path}", markup=False, highlight=False)
