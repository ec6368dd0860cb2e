"""`python -m evals approve` and `rollback`: which adapter answers customers, on what grounds, and the way back."""

from __future__ import annotations

import asyncio
import getpass
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chatbot import adapter, appointed
from chatbot.adapter import Approval, Right
from chatbot.adapters import erased
from chatbot.answer import Mode
from chatbot.answering import open_parts, thresholds_of
from chatbot.appointed import Appointed
from chatbot.calibration import Rule
from chatbot.model.network import led
from chatbot.service import build
from evals.case import Case, read
from evals.comparison import Compared, compared
from evals.configs import Bench, rag, rag_adapter
from evals.corpus import indexed
from evals.drafts import Once
from evals.gates import Gate, forgetting_of, gates, nobody_erased, right_to_generate
from evals.proposals import remembered
from evals.writing import writer
from ingestion import company as companies
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import ProductError, UsageError
from ingestion.settings import Settings
from ingestion.store import connect_async


@translated
def approve(
    name: Annotated[str, typer.Argument(help="The adapter's name or folder.")],
    cases: Annotated[list[Path], typer.Option(help="Labelled cases; may be given more than once.")],
    passages: Annotated[Path | None, typer.Option(help="Passages to answer from; default: what is indexed.")] = None,
    generated: Annotated[bool, typer.Option(help="Also measure whether it may write freely.")] = False,
    json: Json = False,
) -> None:
    """Measure an adapter beside the one in service; where every gate holds, write that down and put it into service."""
    settings = announced_settings()
    labelled = tuple(case for path in cases for case in read(path))
    candidate = settings.model_copy(update={"adapter": name})
    folder = adapter.find(candidate)
    if folder is None:
        raise UsageError("'none' is no adapter. To serve without one, set ADAPTER=none.")
    company = companies.load(settings.company)
    with indexed(passages, settings) if passages else nullcontext(settings) as running:
        theirs, _ = measured(running, labelled, generated=False)
        ours, written = measured(running.model_copy(update={"adapter": name}), labelled, generated=generated,
                                 approved=thresholds_of(running).modes.get(Mode.CURATED))
    manifest = adapter.read(folder)
    found = [nobody_erased(erased(folder)),
             *gates(ours, theirs, company.goals, forgetting_of(manifest.model_dump(mode="json")),
                    writes=generated or not led(folder))]
    in_service = appointed.read(settings.data_dir).adapter
    told: dict[str, Any] = {
        "adapter": manifest.name, "against": in_service, "approved": all(gate.passed for gate in found),
        "gates": [{"name": gate.name, "passed": gate.passed, "why": gate.why} for gate in found],
    }  # fmt: skip
    rights = dict(manifest.rights)
    if written is not None:
        earned, why = right_to_generate(ours, written)
        rights[Mode.GENERATED] = Right(earned=earned, on=date.today(), why=why)
        told["generated"] = {"earned": earned, "why": why}
    if told["approved"]:
        by = getpass.getuser()
        figures = {key: ours.figures[key] for key in ("cases", "right", "risk", "coverage", "forced_right", "auroc",
                                                      "grounded", "abstain_f1", "threshold", "harms")}
        grounds = "; ".join(f"{gate.name}: {gate.why}" for gate in found)
        adapter.write(folder, manifest.model_copy(update={
            "evaluation": {**manifest.evaluation, "approval": figures}, "rights": rights,
            "approval": Approval(by=by, on=date.today(), grounds=grounds)}))
        _appoint(settings, name, by, "approved")
    if json:
        print_json(told)
    else:
        _show(manifest.name, in_service, found)
    if not told["approved"]:
        failed = [gate for gate in found if not gate.passed]
        raise ProductError(f"{manifest.name} is not approved: " + "; ".join(f"{g.name}: {g.why}" for g in failed)
                           + ". The adapter in service stays; train it further, or measure it on more cases.")
    err.print(f"{manifest.name} is in service: a running one loads it in seconds. python -m evals rollback takes it "
              "back.")


@translated
def rollback(json: Json = False) -> None:
    """Put the adapter that was in service before this one back."""
    settings = announced_settings()
    history = appointed.read(settings.data_dir)
    before = history.before
    if before is None:
        raise ProductError(f"{history.adapter} was there from the beginning: there is nothing to roll back to.")
    _appoint(settings, before, getpass.getuser(), "rolled back")
    if json:
        print_json({"adapter": before, "was": history.adapter})
    else:
        out.print(f"{before} is in service: a running one loads it within seconds. It was {history.adapter}.")


def measured(settings: Settings, cases: tuple[Case, ...], *, generated: bool, approved: Rule | None = None
             ) -> tuple[Compared, Compared | None]:
    """The service with this adapter on these cases; and the same model writing freely, if asked. ``approved``: the rule
    by which FAQ answers are given in place of this adapter's own, as no adapter says them."""
    company = companies.load(settings.company)
    parts = open_parts(settings, remembered(settings))
    if approved is not None:
        parts = replace(parts, thresholds=replace(parts.thresholds,
                                                  modes={**parts.thresholds.modes, Mode.CURATED: approved}))
    write = writer(settings)
    bench = Bench(replace(parts, search=Once(parts.search)), write, write, date.today())
    quoted = compared("rag+adapter", rag_adapter(cases, bench), company)
    return quoted, compared("generated", rag(cases, bench), company) if generated else None


def _appoint(settings: Settings, name: str, by: str, why: str) -> None:
    """Into service, and into the audit trail."""
    appointed.appoint(settings.data_dir, Appointed(adapter=name, since=datetime.now(UTC), by=by, why=why))
    asyncio.run(_note(settings, by, "adapter.approve" if why == "approved" else "adapter.rollback", name))


async def _note(settings: Settings, by: str, action: str, subject: str) -> None:
    async with connect_async(settings) as redis:
        await build(settings, companies.load(settings.company), redis).audit.note(by, action, subject)


def _show(name: str, in_service: str, found: list[Gate]) -> None:
    table = Table("gate", "holds", "why", title=f"{name} against {in_service}, which is in service")
    for gate in found:
        table.add_row(gate.name, "yes" if gate.passed else "NO", gate.why)
    out.print(table)
