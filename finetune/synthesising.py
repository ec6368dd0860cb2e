"""`python -m finetune synthesise`: examples from the indexed documents that are in force, the FAQ and the topics."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from chatbot.model.remote import own_adapter
from chatbot.model.server import Server
from chatbot.subjects import FOLDER, Subjects
from finetune import checked, masking, records
from finetune.errors import ExamplesError
from finetune.gating.likeness import alike
from finetune.gating.limits import LIMITS
from finetune.gating.row import plain
from finetune.record import Record
from finetune.synthesis.compose import Sources
from finetune.synthesis.make import Maker
from finetune.synthesis.teacher import Taught, Teacher
from ingestion import chunk_files
from ingestion import company as companies
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated
from ingestion.documents import Chunk
from ingestion.errors import ModelError, UsageError
from ingestion.index.engine import open_engine
from ingestion.settings import Settings

TOKENS = 1_200
"""Longest answer of the model: some six questions as JSON take 400."""
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Default: DATA_DIR/training/synthetic.jsonl")]


@translated
def synthesise(
    licence: Annotated[str, typer.Option(help="Of the documents: own texts train an adapter that stays.")] = "own",
    model: Annotated[bool | None, typer.Option(help="Also let LLM_URL's model write questions, each checked; default: "
                                                    "where LLM_URL is set.")] = None,
    clauses: Annotated[int | None, typer.Option(min=1, help="Ask it about the first so many only.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """A question per clause, paraphrases, unanswerable ones, must-escalate ones, asking back; marked as synthetic."""
    settings, _ = settings_of.load()
    found = sources(settings, date.today())
    made = unmeasured(Maker(found, licence).records())
    told: dict[str, object] = {}
    if model or (model is None and settings.llm_url):
        taught = asyncio.run(_taught(settings, found, licence, made, clauses))
        made, told = [*made, *taught.records], {"model": {
            "name": settings.llm_model, "asked": taught.asked, "made": len(taught.records),
            "dropped": dict(taught.dropped), "crashed": len(taught.crashed), "first_crash": "".join(taught.crashed[:1]),
        }}  # fmt: skip
    if not made:
        raise ExamplesError("No document in the index gives an example. Add documents: python -m ingestion add.")
    path = output or settings.data_dir / FOLDER / "synthetic.jsonl"
    with Subjects(settings.data_dir).locked():
        records.write(path, made)
    kinds = dict(Counter(one.notes[0].partition(":")[0] for one in made))
    if as_json:
        print_json({"file": str(path), "records": len(made), "kinds": kinds,
                    "actions": dict(Counter(str(one.action) for one in made)), **told})
        return
    out.print(f"{len(made)} examples in {path}: {kinds}", markup=False, highlight=False)
    for name, value in told.items():
        out.print(f"{name}: {value}", markup=False, highlight=False)
    out.print(f"Review them: python -m finetune review {path}", markup=False, highlight=False)


async def _taught(
    settings: Settings, found: Sources, licence: str, made: list[Record], clauses: int | None
) -> Taught:
    """What the model behind LLM_URL writes. Raises ModelError where nothing it said could be used at all."""
    if own_adapter(settings)[0] is not None:
        raise UsageError(f"LLM_MODEL={settings.llm_model} is an adapter of ours, which writes no questions. Name a "
                         "chat model, or use --no-model.")
    known = frozenset(plain(one.question) for one in made) | _judged()
    teacher = Teacher(Server(settings, TOKENS), found, licence, masking.opened(settings), known, date.today())
    jobs = teacher.jobs(clauses)
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(f"{settings.llm_model} writes", total=len(jobs))
        async for done in teacher.work(jobs):
            bar.update(task, completed=done)
    taught = teacher.taught
    if taught.crashed and not taught.records:
        raise ModelError(f"The model wrote nothing that can be used: {taught.crashed[0]} Mend it, or use --no-model.")
    return taught


def _judged() -> frozenset[str]:
    """Questions that results are judged on."""
    return checked.questions(sorted(checked.CASES.glob("*.jsonl")))


def unmeasured(made: list[Record]) -> list[Record]:
    """Those whose question results are not judged on."""
    judged = alike((plain(one.question) for one in made), _judged(), LIMITS)
    return [one for one in made if plain(one.question) not in judged]


def sources(settings: Settings, day: date) -> Sources:
    """The clauses and FAQ entries of the index that hold on a day. Raises DocumentError, SettingError."""
    engine = open_engine(settings)
    snapshot = engine.snapshot(engine.current())
    clauses: list[Chunk] = []
    faq: list[Chunk] = []
    for _, version in snapshot.documents.indexed() if snapshot else ():
        if version.replaced or not version.validity.covers(day):
            continue
        chunks = chunk_files.read(settings.data_dir, version)
        faq += [one for one in chunks if one.questions]
        clauses += chunk_files.clauses([one for one in chunks if not one.questions]).values()
    return Sources(clauses, faq, companies.load(settings.company))
