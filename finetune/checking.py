"""`python -m finetune check` and `split`: whether data may be used, and how it is divided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from finetune import arguments as arguments_of_file
from finetune import checked, gate, records
from finetune.commands import DEMO, Config
from finetune.errors import GateError
from finetune.gating.limits import Aim
from finetune.gating.refusal import Refusal
from finetune.gating.row import Sheet
from finetune.record import Record
from finetune.run import prepare
from ingestion import settings as settings_of
from ingestion.command import Json, out, print_json, translated

Files = Annotated[list[Path] | None, typer.Argument(help="Files of records. Default: what --config trains on.")]
Measured = Annotated[list[Path] | None, typer.Option(help="More files whose questions must not be trained on.")]

HeldOut = Annotated[list[Path] | None, typer.Option(help="Files of records to judge by. Default: FILES are split.")]


@translated
def check(
    files: Files = None,
    config: Config = DEMO,
    aim: Annotated[Aim, typer.Option(help="What files of records are for.")] = Aim.ANSWERS,
    held_out: HeldOut = None,
    measured: Measured = None,
    gates: Annotated[bool, typer.Option("--gates", help="Only show the table of gates.")] = False,
    as_json: Json = False,
) -> None:
    """Whether the data may be trained on. Exit 1 with the reasons where it may not."""
    if gates:
        _show_gates(as_json)
        return
    settings, _ = settings_of.load()
    if files:
        found, held = _records(files), _records(held_out or ())
        sheet = checked.of_records(found, aim, settings, measured=measured or (), held_out=held)
        result: dict[str, Any] = {"left_out": len(sheet.left_out), "sets": [str(file) for file in files]}
    else:
        arguments = arguments_of_file.load(config)
        data = prepare(arguments)
        sheet = checked.of_run(data, arguments, settings, measured=measured or ())
        result = {"left_out": data.left_out, "sets": [one.model_dump() for one in data.sets]}
    refusals = gate.refusals(sheet)
    result = {"train": len(sheet.train), "held_out": len(sheet.held_out), **result,
              "refused": [str(one) for one in refusals], "gates": sorted({one.gate for one in refusals})}
    if as_json:
        print_json(result)
    else:
        _show(sheet, result, refusals)
    if refusals:
        raise GateError(f"The data is refused by {', '.join(result['gates'])}. Mend the examples and check again.")


@translated
def split(config: Config = DEMO, as_json: Json = False) -> None:
    """Which source clauses are trained on and which are held out. The side never changes when examples are added."""
    data = prepare(arguments_of_file.load(config))
    result = {
        "train": sorted({sample.key for sample in data.train}),
        "held_out": sorted({sample.key for sample in data.held_out}),
    }
    if as_json:
        print_json(result)
    else:
        out.print(f"{len(result['train'])} clauses to train on, {len(result['held_out'])} held out:")
        out.print("\n".join(result["held_out"]), markup=False, highlight=False)


def _records(files: Sequence[Path]) -> list[Record]:
    return [record for file in files for record in records.read(file)]


def _show(sheet: Sheet, result: dict[str, Any], refusals: list[Refusal]) -> None:
    out.print(f"{len(sheet.train)} rows to train on, {len(sheet.held_out)} held out, {result['left_out']} left out.")
    if counted := [row for row in sheet.rows if row.tokens]:
        tokens = sum(row.tokens or 0 for row in counted)
        trained = sum(row.trained or 0 for row in counted)
        out.print(f"{tokens} tokens, {trained / tokens:.1%} of them learnt.")
    for refusal in refusals:
        out.print(f"refused  {refusal}", markup=False, highlight=False)
    if not refusals:
        out.print("No gate refuses it.")


def _show_gates(as_json: bool) -> None:
    rows = [{"gate": one.name, "refuses": one.refuses, "limit": one.limit} for one in gate.GATES]
    if as_json:
        print_json({"gates": rows})
        return
    table = Table("gate", "refuses", "its number")
    for row in rows:
        table.add_row(*row.values())
    out.print(table)
