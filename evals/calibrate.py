"""`python -m evals calibrate`: fit the probability of being wrong and choose the threshold for a stated risk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chatbot import thresholds as tables
from chatbot.answering import open_parts
from chatbot.thresholds import Thresholds
from chatbot.verdict import quoted_doubt
from evals.calibration import FEATURES, cases_needed, choose, fit
from evals.case import read
from evals.metrics import Outcome, scored
from evals.proposals import remembered
from evals.run import run
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import ProductError, UsageError

SEED = 20261122
"""Splits the cases into those that fit the probability and those that choose the threshold."""


@translated
def calibrate(
    cases: Annotated[Path, typer.Option(help="Labelled cases, JSON Lines.")],
    risk: Annotated[float, typer.Option(help="Share of wrong answers among those sent that may not be passed.")] = 0.02,
    confidence: Annotated[float, typer.Option(help="Of the bound on that risk.")] = 0.95,
    write: Annotated[bool, typer.Option(help="Keep the result in DATA_DIR for the service.")] = False,
    json: Json = False,
) -> None:
    """Calibrate the verdict on the documents that are indexed now, or refuse and say how many cases are missing."""
    if not (0 < risk < 1 and 0 < confidence < 1):
        raise UsageError(f"--risk {risk} and --confidence {confidence} must lie between 0 and 1.")
    settings = announced_settings()
    with err.status("Opening model and index…"):
        parts = open_parts(settings, remembered(settings))
    outcomes = run(read(cases), parts, date.today())
    fitting, choosing = halves(outcomes)
    table = fitted(fitting, parts.thresholds)
    points = rescored(choosing, table)
    choice = choose(points, len(choosing), risk, confidence)
    if choice is None:
        need, have = cases_needed(risk, confidence), len(points)
        more = max(0, 2 * need - len(outcomes))
        raise ProductError(
            f"Not calibrated: no threshold holds risk {risk} at confidence {confidence} on {have} drafted answers. "
            f"At least {need} that are all right must pass: add {more} or more cases, or state a higher risk."
        )
    origin = (
        f"calibrated on {len(outcomes)} cases of {cases.name}, {date.today()}: risk {risk}, confidence {confidence}"
    )
    table = replace(
        table,
        risk=risk,
        p_wrong=choice.threshold,
        origin=origin,
    )
    if write:
        tables.save(table, settings.data_dir)
    result = {
        "threshold": round(choice.threshold, 4),
        "risk_bound": round(choice.risk_bound, 4),
        "coverage": round(choice.coverage, 4),
        "n": len(outcomes),
    }
    if json:
        print_json(result)
    else:
        out.print(result)


def halves(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """A seeded split: what fits the probability may not choose the threshold."""
    order = list(outcomes)
    random.Random(SEED).shuffle(order)
    return order[: len(order) // 2], order[len(order) // 2 :]


def fitted(outcomes: Sequence[Outcome], table: Thresholds) -> Thresholds:
    """The table with the weights of p_wrong fitted to these outcomes."""
    rows, wrong = [], []
    for outcome in outcomes:
        if outcome.answer is not None and outcome.answer.signals and scored([outcome]):
            rows.append([outcome.answer.signals[name] for name in FEATURES])
            wrong.append(not outcome.forced_right)
    if len(set(wrong)) < 2:
        raise ProductError(
            f"Not calibrated: {len(wrong)} drafted answers, all right or all wrong, can't be told apart."
        )
    weights = fit(rows, wrong)
    intercept, support, sentence, closeness, margin, kind = map(float, weights)
    return replace(
        table,
        intercept=intercept,
        support=support,
        sentence=sentence,
        closeness=closeness,
        margin=margin,
        kind=kind,
    )


def rescored(outcomes: Sequence[Outcome], table: Thresholds) -> list[tuple[float, bool]]:
    """(p_wrong by this table, right when sent) of every case that a score decides."""
    return [
        (quoted_doubt(outcome.answer.signals, table), outcome.forced_right)
        for outcome in outcomes
        if outcome.answer is not None and outcome.answer.signals and scored([outcome])
    ]
