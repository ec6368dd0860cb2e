"""`python -m finetune synthesise`: examples from the indexed documents that are in force, the FAQ and the topics."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chatbot.subjects import FOLDER, Subjects
from finetune import checked, records
from finetune.errors import ExamplesError
from finetune.gating.likeness import alike
from finetune.gating.limits import LIMITS
from finetune.gating.row import plain
from finetune.record import Record
from finetune.synthesis.make import Maker, Sources
from ingestion import chunk_files
from ingestion import company as companies
from ingestion import settings as settings_of
from ingestion.command import Json, out, print_json, translated
from ingestion.documents import Chunk
from ingestion.index.engine import open_engine
from ingestion.settings import Settings

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Default: DATA_DIR/training/synthetic.jsonl")]


@translated
def synthesise(
    licence: Annotated[str, typer.Option(help="Of the documents: own texts train an adapter that stays.")] = "own",
    output: Output = None,
    as_json: Json = False,
) -> None:
    """A question per clause, paraphrases, unanswerable ones, must-escalate ones, asking back; marked as synthetic."""
    settings, _ = settings_of.load()
    made = unmeasured(Maker(sources(settings, date.today()), licence).records())
    if not made:
        raise ExamplesError("No document in the index gives an example. Add documents: python -m ingestion add.")
    path = output or settings.data_dir / FOLDER / "synthetic.jsonl"
    with Subjects(settings.data_dir).locked():
        records.write(path, made)
    kinds = dict(Counter(one.notes[0].partition(":")[0] for one in made))
    if as_json:
        print_json({"file": str(path), "records": len(made), "kinds": kinds,
                    "actions": dict(Counter(str(one.action) for one in made))})
        return
    out.print(f"{len(made)} examples in {path}: {kinds}", markup=False, highlight=False)
    out.print(f"Review them: python -m finetune review {path}", markup=False, highlight=False)


def unmeasured(made: list[Record]) -> list[Record]:
    """Those whose question results are not judged on."""
    cases = checked.questions(sorted(checked.CASES.glob("*.jsonl")))
    judged = alike((plain(one.question) for one in made), cases, LIMITS)
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
