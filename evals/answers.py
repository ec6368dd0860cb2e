"""`python -m evals answers`: labelled cases through the whole path, counted by the contract's measure."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chatbot.answering import open_parts
from chatbot.thresholds import with_limit
from evals import remote_judge
from evals.case import read
from evals.corpus import indexed
from evals.figures import whole
from evals.harms import Judge, judges
from evals.judging import judge
from evals.metrics import Outcome, scored
from evals.proposals import remembered
from evals.remote_judge import Judged
from evals.run import run
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import UsageError


@translated
def answers(
    cases: Annotated[Path, typer.Option(help="Labelled cases, JSON Lines.")],
    passages: Annotated[
        Path | None, typer.Option(help="Passages, JSON Lines, indexed for this run; default: what is indexed now.")
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="Adapter's name or folder, or 'none'; default: ADAPTER.")] = None,
    risk: Annotated[
        float | None,
        typer.Option(help="Take the loosest threshold with this risk on these very cases."),
    ] = None,
    by_model: Annotated[bool, typer.Option("--judge", help="Let JUDGE_URL's model judge the replies as well.")] = False,
    details: Annotated[Path | None, typer.Option(help="Write every case with its reply and judgement here.")] = None,
    json: Json = False,
) -> None:
    """Ask every case and count what came of it."""
    if risk is not None and not 0 < risk < 1:
        raise UsageError(f"--risk {risk} must lie between 0 and 1.")
    labelled = read(cases)
    settings = announced_settings()
    if adapter is not None:
        settings = settings.model_copy(update={"adapter": adapter})
    with indexed(passages, settings) if passages else nullcontext(settings) as running:
        with err.status("Opening model and index…"):
            parts = open_parts(running, remembered(running))
        outcomes = run(labelled, parts, date.today())
        if risk is not None:
            threshold = at_risk(outcomes, risk)
            err.print(f"p_wrong at most {threshold:.4f} keeps the risk at {risk} on these cases")
            parts = replace(parts, thresholds=with_limit(parts.thresholds, threshold))
            outcomes = run(labelled, parts, date.today())
    verdicts = remote_judge.judged(outcomes, settings) if by_model else {}
    if details:
        measures = judges(parts.company.style)
        rows = (_row(one) | {"harms": _harmed(one, measures)} | _judged(verdicts.get(one.case.id)) for one in outcomes)
        details.write_text("\n".join(json_module.dumps(row, ensure_ascii=False) for row in rows) + "\n")
    figures = whole(outcomes, parts.company) | {"threshold": round(parts.thresholds.p_wrong, 4)}
    if by_model:
        figures["judge"] = remote_judge.figures(outcomes, verdicts, settings.judge_model or settings.llm_model or "")
    if json:
        print_json(figures)
    else:
        _show(figures)


def at_risk(outcomes: Sequence[Outcome], risk: float) -> float:
    """The loosest threshold whose empirical risk on these outcomes is at most ``risk``; 0 when none is."""
    best, wrong = 0.0, 0
    for sent, (doubt, right) in enumerate(sorted(scored(outcomes)), start=1):
        wrong += not right
        if wrong / sent <= risk:
            best = doubt
    return best


def _row(outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer
    row: dict[str, Any] = {"id": outcome.case.id, "question": outcome.case.question, "expected": outcome.case.expected}
    if answer is None:
        return row | {"error": outcome.error}
    said = answer.text if outcome.replied else answer.draft
    return row | {
        "kind": answer.kind.value,
        "mode": answer.mode.value if answer.mode else None,
        "text": answer.text,
        "draft": answer.draft,
        "cited": [f"{c.document} {c.clause}" for c in (*answer.citations, *answer.draft_citations)],
        "relevant": list(outcome.case.relevant),
        "right": outcome.right,
        "why": judge(said, outcome.case.answers).reason,
        "p_wrong": round(answer.verdict.p_wrong, 4),
        "reasons": [reason.value for reason in answer.verdict.reasons],
        "signals": {name: round(value, 4) for name, value in answer.signals.items()},
        "ms": round(answer.took_ms),
    }


def _judged(verdict: Judged | None) -> dict[str, Any]:
    return {"judge": {name: value for name, value in asdict(verdict).items() if name != "case"}} if verdict else {}


def _harmed(outcome: Outcome, measures: Mapping[str, Judge]) -> dict[str, str]:
    """The harms that happened, each with its reason."""
    found = {name: measure(outcome) for name, measure in measures.items()}
    return {name: score.reason for name, score in found.items() if score.value}


def _show(figures: dict[str, Any]) -> None:
    table = Table("figure", "value", "95%")
    for name, value in figures.items():
        if name not in ("curve", "harms", "intervals"):
            ends = figures["intervals"].get(name)
            table.add_row(name, str(value), f"{ends[0]} – {ends[1]}" if ends else "")
    for name, harm in figures["harms"].items():
        table.add_row(f"harm: {name}", f"{harm['mean']} of {harm['n']}", f"{harm['low']} – {harm['high']}")
    out.print(table)
