"""How a command waits for its jobs, with progress bars, and tells what became of each document."""

from __future__ import annotations

from typing import Any

import redis
import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from ingestion import running
from ingestion.command import err, out, print_json
from ingestion.jobs import JobState, Outcome
from ingestion.settings import Settings

GOOD = ("indexed", "unchanged", "removed", "rolled back", "gone", "forgotten", "dated", "approved", "ended")
"""Statuses that leave nothing for a person to do."""


def finish(chosen: Settings, store: redis.Redis, ids: list[str]) -> list[JobState]:
    if not ids:
        return []
    count = TextColumn("{task.completed}/{task.total}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), count)
    with Progress(*columns, console=err, transient=True) as bars:
        all_of_it = bars.add_task("documents", total=len(ids))
        shown: dict[str, Any] = {}

        def tell(states: Any) -> None:
            bars.update(all_of_it, completed=sum(state.ended for state in states))
            for state in states:
                if state.state == "running" and state.of:
                    if state.job not in shown:
                        shown[state.job] = bars.add_task(state.source)
                    bars.update(shown[state.job], description=f"{state.step} {state.source[-50:]}",
                                completed=state.done, total=state.of)
                elif state.job in shown:
                    bars.remove_task(shown.pop(state.job))

        return running.finish(chosen, store, ids, tell)


def outcomes(states: list[JobState]) -> list[Outcome]:
    """Of jobs that are about several documents each."""
    return [outcome for state in states for outcome in (state.outcomes or (outcome_of(state),))]


def outcome_of(state: JobState) -> Outcome:
    if state.outcomes:
        return state.outcomes[0]
    return Outcome(source=state.source, document="", status="failed", reason=state.reason)


def report(rows: list[Outcome], json: bool) -> None:
    if json:
        print_json({"documents": [row.model_dump() for row in rows]})
    else:
        for row in rows:
            line = f"{row.status:>14}  {row.source or row.document}  {row.version or ''}  {row.chunks} chunks"
            out.print(line + (f"  {row.reason}" if row.reason else ""), markup=False, highlight=False, soft_wrap=True)
    bad = [row for row in rows if row.status not in GOOD]
    if bad:
        err.print(f"{len(bad)} of {len(rows)} failed; the first: {bad[0].reason}", markup=False, soft_wrap=True)
        raise typer.Exit(1)
