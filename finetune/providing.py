"""`python -m finetune to-provider` and `validate`: files for a provider's own fine-tuning, and are they valid?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from chatbot.subjects import Subjects
from finetune import checked, gate, records
from finetune.errors import GateError
from finetune.gating.limits import Aim
from finetune.providers import FORMATS
from finetune.providers.files import check, export
from finetune.providers.format import Format
from ingestion import company as companies
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated
from ingestion.errors import UsageError

Name = Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")]
Validation = Annotated[bool, typer.Option("--validation", help="It is the provider's validation file: its own limits.")]
ESTIMATED = "estimated on the safe side, two characters each"
SHOWN = 20
"""Refused rows shown to people; --json has all."""


@translated
def to_provider(
    format_: Name,
    files: Annotated[list[Path], typer.Argument(help="Files of reviewed records.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    form: Annotated[Literal["served", "said"], typer.Option(help=(
        "served: as the service will ask the tuned model (LLM_URL); said: the messages as they were."))] = "served",
    validation: Validation = False,
    as_json: Json = False,
) -> None:
    """Write records for a provider. The gates must let them pass; rows the format can't say are refused and named."""
    known = _format(format_)
    settings, _ = settings_of.load()
    company = companies.load(settings.company)
    found = [record for file in files for record in records.read(file)]
    sheet = checked.of_records(found, Aim.PROVIDER, settings, serving="" if form == "served" else None)
    if refusals := gate.refusals(sheet):
        raise GateError(f"The records are refused: {'; '.join(map(str, refusals))}.")
    written = export(found, known, output, company.name, as_served=form == "served", validation=validation)
    subjects = Subjects(settings.data_dir)
    kept = set(written.ids)
    if people := frozenset(one for record in found if record.id in kept for one in record.subjects):
        subjects.note_export(people, output)
    result: dict[str, Any] = {
        "format": known.name, "file": str(output), "rows": written.rows,
        "refused": [{"id": one.id, "reason": one.reason} for one in written.refused],
        "faults": [str(one) for one in written.faults],
        "notices": known.notices(datetime.now(UTC).date()), "tokens": ESTIMATED,
    }  # fmt: skip
    if as_json:
        print_json(result)
    else:
        _show(result)
    if written.faults or not written.rows:
        raise GateError(f"{output} is not fit to be uploaded: {'; '.join(map(str, written.faults)) or 'it is empty'}.")


@translated
def validate(
    format_: Name,
    file: Annotated[Path, typer.Argument(help="Any file, ours or not.")],
    validation: Validation = False,
    as_json: Json = False,
) -> None:
    """Whether a provider would take a file. Exit 1 with every fault named by its row."""
    known = _format(format_)
    faults = check(file, known, validation=validation)
    notices = known.notices(datetime.now(UTC).date())
    if as_json:
        print_json({"format": known.name, "file": str(file), "valid": not faults, "notices": notices,
                    "faults": [{"row": one.row, "reason": one.reason} for one in faults]})
    else:
        for line in (*notices, *map(str, faults[:SHOWN])):
            out.print(line, markup=False, highlight=False)
        if not faults:
            out.print(f"{file} is a valid file for {known.title}.", markup=False, highlight=False)
    if faults:
        raise GateError(f"{file} has {len(faults)} faults for {known.name}, the first: {faults[0]}.")


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}. Name one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def _show(result: dict[str, Any]) -> None:
    out.print(f"{result['rows']} rows in {result['file']}, tokens {result['tokens']}.", markup=False, highlight=False)
    for one in result["refused"][:SHOWN]:
        out.print(f"refused  {one['id']}: {one['reason']}", markup=False, highlight=False)
    if (more := len(result["refused"]) - SHOWN) > 0:
        out.print(f"… and {more} more (--json names all).")
    for notice in result["notices"]:
        err.print(notice, markup=False, highlight=False)
