"""From files to the sheet that the gates look at: rows, who must not be in it, and what personal data is left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from chatbot import prompts
from chatbot.model import bundled
from chatbot.model.encoding import Encoder
from chatbot.subjects import Subjects
from finetune import examples, masking, records, split
from finetune.arguments import REPOSITORY, Arguments, located
from finetune.errors import ExamplesError
from finetune.gating.counting import counted
from finetune.gating.limits import Aim
from finetune.gating.row import Row, Sheet, of_record, plain
from finetune.masking import Masking
from finetune.record import Record
from finetune.samples import REMOVED, Sample
from ingestion.settings import Settings

TAKEN = ("origin", "basis", "licence", "pii", "use", "review", "subjects", "paired")
CASES = REPOSITORY / "evals" / "cases"
HELD_OUT = 0.15
"""Share of source clauses that a set of records is held back for judging, unless a run says otherwise."""


class Sides(Protocol):
    """What is needed of `finetune.run.Data`."""

    @property
    def train(self) -> Sequence[Sample]: ...
    @property
    def held_out(self) -> Sequence[Sample]: ...


def of_records(
    found: Sequence[Record], aim: Aim, settings: Settings, masker: Masking | None = None, serving: str | None = "",
    measured: Sequence[Path] = (), held_out: Sequence[Record] = (),
) -> Sheet:
    """A set of records, split as training would (a provider gets all of it), or as the caller has split it."""
    if held_out:
        given = Sheet(tuple(map(of_record, found)), tuple(map(of_record, held_out)), aim=aim, serving=serving)
        return _filled(given, settings, masker, measured)
    share = 0.0 if aim is Aim.PROVIDER else HELD_OUT
    sides = split.split(found, lambda one: one.clauses or (one.id,), lambda one: one.subjects, share)
    sheet = Sheet(tuple(map(of_record, sides.train)), tuple(map(of_record, sides.held_out)),
                  tuple(map(of_record, sides.left_out)), aim, serving=serving)
    return _filled(sheet, settings, masker, measured)


def of_run(
    data: Sides, arguments: Arguments, settings: Settings, masker: Masking | None = None, measured: Sequence[Path] = ()
) -> Sheet:
    """What a run would train on, counted in its own tokens. Loads the base model's tokenizer alone."""
    from transformers import AutoTokenizer

    base = bundled.base(settings.model_copy(update={"base_model": arguments.base_model}))
    encoder = Encoder(AutoTokenizer.from_pretrained(base.location), prompts.load(arguments.prompt))
    known = _rights(arguments)
    train, held_out = (_with_rights(side, counted(side, encoder, arguments.max_tokens), known)
                       for side in (data.train, data.held_out))
    return _filled(Sheet(train, held_out), settings, masker, measured)


def questions(paths: Sequence[Path]) -> frozenset[str]:
    """Plain questions of files of cases, queries or records (JSON Lines)."""
    found = set()
    for path in paths:
        for number, line in records.lines(path):
            try:
                row = json.loads(line)
                found.add(plain(row.get("question") or next(
                    (one["content"] for one in reversed(row.get("messages", ())) if one["role"] == "user"), "")))
            except (ValueError, AttributeError, KeyError) as error:
                raise ExamplesError(f"{path}, line {number}: no question can be read from it ({error}).") from error
    return frozenset(found - {""})


def _filled(sheet: Sheet, settings: Settings, masker: Masking | None, measured: Sequence[Path]) -> Sheet:
    masker = masker or masking.opened(settings)
    texts = {(text, " ".join(row.shown)) for row in sheet.rows for text in row.spoken}
    return replace(
        sheet,
        measured=questions([*sorted(CASES.glob("*.jsonl")), *measured]),
        forgotten=Subjects(settings.data_dir).forgotten(),
        leftover=masking.leftover(texts, masker),
    )


def _rights(arguments: Arguments) -> dict[str, dict[str, Any]]:
    """By an example's id, what its row takes over: of a record all that is known of it, else its set's licence."""
    found: dict[str, dict[str, Any]] = {}
    for data in arguments.data:
        path = located(data.path)
        if records.holds_records(path):
            for record in records.read(path):
                row = of_record(record)
                found[record.id] = {name: getattr(row, name) for name in TAKEN}
        else:
            found |= {example.id: {"licence": data.licence} for example in examples.read([path])}
    return found


def _with_rights(
    samples: Sequence[Sample], rows: Sequence[Row], known: Mapping[str, dict[str, Any]]
) -> tuple[Row, ...]:
    pairs = zip(samples, rows, strict=True)
    return tuple(replace(row, **known.get(sample.id.removesuffix(REMOVED), {})) for sample, row in pairs)
