"""`python -m evals calibrate`: fit the probability of being wrong and choose each mode's limit for a stated risk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from chatbot import adapter, calibration
from chatbot.adapter import Manifest
from chatbot.answer import Mode
from chatbot.calibration import Calibration, Cases
from evals.rows import rows
from evals.rules import Judge, judges, rule
from evals.splits import drafted
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import ProductError, UsageError
from ingestion.settings import Settings


@translated
def calibrate(
    cases: Annotated[list[Path] | None, typer.Option(help="Labelled cases; may be given more than once.")] = None,
    drafts: Annotated[Path | None, typer.Option(help="Drafts kept by --save-drafts, in place of cases.")] = None,
    save_drafts: Annotated[Path | None, typer.Option(help="Keep what was drafted here.")] = None,
    risk: Annotated[float, typer.Option(help="Share of wrong answers among those sent that may not be passed.")] = 0.02,
    confidence: Annotated[float, typer.Option(help="Of the bound on that risk.")] = 0.95,
    write: Annotated[bool, typer.Option(help="Keep the result in DATA_DIR; a running service takes it up.")] = False,
    into_adapter: Annotated[bool, typer.Option(help="Keep it in the adapter's manifest: it travels with it.")] = False,
    json: Json = False,
) -> None:
    """Calibrate the verdict on the documents that are indexed now, or refuse and say how many cases are missing."""
    if not (0 < risk < 1 and 0 < confidence < 1):
        raise UsageError(f"--risk {risk} and --confidence {confidence} must lie between 0 and 1.")
    settings = announced_settings()
    known = drafted(cases, drafts, save_drafts)
    found = judges(known, risk, confidence)
    if all(judge.choice is None for judge in found.values()):
        least = min(judge.missing for judge in found.values())
        refused = (f"Not calibrated: no limit holds risk {risk} at confidence {confidence} on {len(known)} cases. "
                   f"Add about {least} more cases like these, or state a higher risk.")
        if json:
            print_json({"refused": refused, "missing_cases": least, "threshold": None, "n": len(known),
                        "modes": {mode.value: _mode(judge) for mode, judge in found.items()}})
        raise ProductError(refused)
    folder = None if settings.llm_url else adapter.find(settings)
    manifest = adapter.read(folder) if folder else None
    made = _made(known, found, settings, manifest, [*(cases or ()), *([drafts] if drafts else ())], risk, confidence)
    if write:
        err.print(f"Kept in {calibration.write(made, settings.data_dir)}; a running service takes it up in seconds.")
    if into_adapter:
        if folder is None or manifest is None:
            raise UsageError("--into-adapter needs an adapter: ADAPTER is 'none', or LLM_URL is set.")
        adapter.write(folder, manifest.model_copy(update={"calibration": made}))
        err.print(f"Kept in the manifest of {folder}.")
    told = result(found, len(known))
    if json:
        print_json(told)
    else:
        _show(told, risk, confidence)


def result(found: Mapping[Mode, Judge], cases: int) -> dict[str, Any]:
    """The contract's document; ``threshold`` is the quoted mode's (the curated one's where that was refused), and the
    bound is the worst of the modes that send."""
    sending = [judge for judge in found.values() if judge.choice]
    quoted = found[Mode.QUOTED].choice or sending[0].choice
    assert quoted is not None
    sent = sum(judge.choice.sent for judge in sending if judge.choice)
    return {
        "threshold": quoted.threshold,
        "risk_bound": round(max(judge.choice.risk_bound for judge in sending if judge.choice), 4),
        "coverage": round(sent / cases, 4),
        "n": cases,
        "modes": {mode.value: _mode(judge) for mode, judge in found.items()},
    }


def _mode(judge: Judge) -> dict[str, Any]:
    if judge.choice is None:
        return {"threshold": None, "missing_cases": judge.missing}
    return {
        "threshold": judge.choice.threshold,
        "risk_bound": round(judge.choice.risk_bound, 4),
        "coverage": round(judge.choice.coverage, 4),
        "sent": judge.choice.sent,
        "wrong": judge.choice.wrong,
        "n": judge.choice.n,
        "topics": dict(judge.topics),
        "weights": {"intercept": round(judge.fitted.intercept, 3)}
        | {name: round(weight, 3) for name, weight in judge.fitted.weights.items()},
    }


def _made(
    known: Sequence[Any], found: Mapping[Mode, Judge], settings: Settings, manifest: Manifest | None,
    files: Sequence[Path], risk: float, confidence: float,
) -> Calibration:
    doubts = [point.doubt for judge in found.values() for point in judge.points]
    deciles = np.quantile(doubts, np.linspace(0.1, 0.9, 9)) if doubts else ()
    return Calibration(
        on=date.today(),
        origin=f"calibrated on {len(known)} cases, {date.today()}: risk {risk}, confidence {confidence}",
        cases=tuple(Cases(name=path.name, hash=hashlib.sha256(path.read_bytes()).hexdigest(),
                          n=sum(1 for _ in rows(path))) for path in files),
        adapter=manifest.name if manifest else None,
        weights_hash=manifest.weights_hash if manifest else None,
        embedding=settings.embedding_model,
        modes={mode: rule(judge, risk, confidence) for mode, judge in found.items()},
        reference=tuple(round(float(one), 5) for one in deciles),
    )


def _show(told: Mapping[str, Any], risk: float, confidence: float) -> None:
    table = Table("mode", "threshold", "bound of the risk", "sent", "wrong", "of drafts", "coverage", "missing cases",
                  title=f"risk {risk}, confidence {confidence}: {told['coverage']:.1%} of {told['n']} answered")
    for name, mode in told["modes"].items():
        keys = ("threshold", "risk_bound", "sent", "wrong", "n", "coverage", "missing_cases")
        table.add_row(name, *(str(mode.get(key, "")) for key in keys))
    out.print(table)
