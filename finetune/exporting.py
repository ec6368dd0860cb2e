"""`python -m finetune export`: what customers agreed to give, as a file of records to be reviewed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from chatbot.limits import Limits
from chatbot.privacy.sealing import Sealer
from chatbot.privacy.wrapping import wrapping
from chatbot.record import Records
from chatbot.subjects import FOLDER, Subjects
from finetune import masking, records
from finetune.export import Exported
from finetune.export import export as exported
from ingestion import settings as settings_of
from ingestion.command import Json, out, parse_day, print_json, translated
from ingestion.settings import Settings
from ingestion.store import connect_async

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Default: DATA_DIR/training/export-DAY.jsonl")]
SHOWN = 20
"""Refused records shown to people; --json has all."""


@translated
def export(
    output: Output = None,
    since: Annotated[str | None, typer.Option(help="Only what was said since this day (2026-11-01).")] = None,
    as_json: Json = False,
) -> None:
    """Closed conversations whose customer agreed, and agents' corrections: masked, and refused where masking fails."""
    settings, _ = settings_of.load()
    begin = _day(since)
    found = asyncio.run(_read(settings, begin))
    path = output or settings.data_dir / FOLDER / f"export-{datetime.now(UTC).date().isoformat()}.jsonl"
    subjects = Subjects(settings.data_dir)
    with subjects.locked():
        records.write(path, found.records)
    inside = path.absolute().is_relative_to(subjects.folder)
    if not inside:
        subjects.note_export(frozenset(one for record in found.records for one in record.subjects), path)
    result: dict[str, Any] = {
        "file": str(path), "records": len(found.records),
        "by_origin": dict(Counter(record.origin.value for record in found.records)),
        "refused": [{"where": one.where, "reason": one.reason} for one in found.refused], "skipped": found.skipped,
    }  # fmt: skip
    if as_json:
        print_json(result)
        return
    out.print(f"{len(found.records)} records in {path} {result['by_origin']}", markup=False, highlight=False)
    out.print(f"Left out: {found.skipped}", markup=False, highlight=False)
    for one in found.refused[:SHOWN]:
        out.print(f"refused  {one.where}: {one.reason}", markup=False, highlight=False)
    if not inside:
        out.print("It lies outside the training folder: an erasure can only name it, not clean it.")
    out.print(f"Review them: python -m finetune review {path}", markup=False, highlight=False)


async def _read(settings: Settings, since: int) -> Exported:
    masker = await asyncio.to_thread(masking.opened, settings)
    async with connect_async(settings) as redis:
        store = Records(redis, Sealer(settings.data_dir, wrapping(settings)), Limits())
        return await exported(store, Subjects(settings.data_dir), masker, time.time_ns() // 1_000_000, since)


def _day(since: str | None) -> int:
    day = parse_day(since, "--since")
    return 0 if day is None else int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
