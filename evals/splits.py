"""`python -m evals splits`: how often a calibrated risk is exceeded on cases that calibration didn't see."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from chatbot.answer import Mode
from chatbot.answering import open_parts
from evals.case import read
from evals.drafts import Drafted, draft, judged_anew, load, save
from evals.proposals import remembered
from evals.rules import Judge, Sent, halves, judges, measured
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import UsageError


@dataclass(slots=True)
class Tally:
    """Over all splits. A split in which the mode was refused counts in ``refused`` only."""

    refused: int = 0
    exceeded: int = 0
    risks: list[float] = field(default_factory=list)
    coverages: list[float] = field(default_factory=list)

    def add(self, refused: bool, sent: Sent, risk: float) -> None:
        if refused:
            self.refused += 1
            return
        self.exceeded += sent.risk > risk
        self.risks.append(sent.risk)
        self.coverages.append(sent.coverage)

    def figures(self) -> dict[str, Any]:
        done = len(self.risks)
        return {
            "calibrated": done,
            "refused": self.refused,
            "exceeded": self.exceeded,
            "exceeded_share": round(self.exceeded / done, 4) if done else None,
            "risk_mean": round(statistics.fmean(self.risks), 4) if done else None,
            "coverage_mean": round(statistics.fmean(self.coverages), 4) if done else None,
        }


@translated
def splits(
    cases: Annotated[list[Path] | None, typer.Option(help="Labelled cases; may be given more than once.")] = None,
    drafts: Annotated[Path | None, typer.Option(help="Drafts kept by --save-drafts, in place of cases.")] = None,
    save_drafts: Annotated[Path | None, typer.Option(help="Keep what was drafted here.")] = None,
    risk: Annotated[float, typer.Option(help="The stated risk.")] = 0.05,
    confidence: Annotated[float, typer.Option(help="Of the bound on that risk.")] = 0.95,
    splits: Annotated[int, typer.Option(min=1, help="Random halves that are tried.")] = 200,
    by_clause: Annotated[bool, typer.Option(help="Keep cases on one clause in one half: new subjects.")] = False,
    json: Json = False,
) -> None:
    """Calibrate on a random half of the cases and count what is wrong of what would be sent on the other half."""
    known = drafted(cases, drafts, save_drafts)
    told = tried(known, risk, confidence, splits, by_group=by_clause)
    if json:
        print_json(told)
        return
    table = Table("", "calibrated", "refused", "exceeded", "share", "mean risk", "mean coverage",
                  title=f"risk {risk}, confidence {confidence}, {splits} splits of {len(known)} cases")
    for name, figures in told["modes"].items() | {"all": told["all"]}.items():
        table.add_row(name, *(str(figures[key]) for key in ("calibrated", "refused", "exceeded", "exceeded_share",
                                                            "risk_mean", "coverage_mean")))
    out.print(table)


def drafted(cases: Sequence[Path] | None, drafts: Path | None, keep: Path | None = None) -> list[Drafted]:
    """Drafts from a file, judged by the labels of these cases if they are given; else drafts of these cases by the
    service as it is set."""
    labelled = [case for path in cases or () for case in read(path)]
    if drafts is not None:
        return judged_anew(load(drafts), labelled) if labelled else load(drafts)
    if not labelled:
        raise UsageError("Give --cases (once or more), or --drafts.")
    settings = announced_settings()
    with err.status("Opening index…"):
        parts = open_parts(settings, remembered(settings))
    found = draft(labelled, parts, date.today())
    if keep is not None:
        save(found, keep)
    return found


def tried(
    drafts: Sequence[Drafted], risk: float, confidence: float, splits: int, *, by_group: bool
) -> dict[str, Any]:
    tallies = {mode: Tally() for mode in (Mode.CURATED, Mode.QUOTED)}
    whole = Tally()
    for seed in track(range(splits), "Splitting", console=err, transient=True):
        mine, other = halves(drafts, seed, by_group=by_group)
        found = judges(mine, risk, confidence)
        told = measured(other, found)
        for mode, tally in tallies.items():
            tally.add(found[mode].choice is None, told[mode], risk)
        whole.add(all(judge.choice is None for judge in found.values()), together(told, len(other)), risk)
    return {
        "cases": len(drafts), "splits": splits, "risk": risk, "confidence": confidence,
        "halves": "by clause" if by_group else "by case",
        "modes": {mode.value: tally.figures() for mode, tally in tallies.items()},
        "all": whole.figures(),
    }  # fmt: skip


def together(told: dict[Mode, Sent], cases: int) -> Sent:
    return Sent(cases, sum(one.sent for one in told.values()), sum(one.wrong for one in told.values()))


__all__ = ["Judge", "drafted", "splits", "tried"]
