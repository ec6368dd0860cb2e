"""`python -m evals compare`: is a better prompt enough, is retrieval, or does the adapter pay? On the same cases."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chatbot.answering import open_parts
from evals import remote_judge
from evals.case import read
from evals.comparison import Compared, compared, verdict
from evals.configs import CONFIGS, Bench
from evals.corpus import indexed
from evals.drafts import Once
from evals.proposals import remembered
from evals.report import Page
from evals.writing import writer
from ingestion import company as companies
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.errors import UsageError
from ingestion.settings import Settings

PAGE = "report.html"


@translated
def compare(
    cases: Annotated[Path, typer.Option(help="Labelled cases, JSON Lines.")],
    passages: Annotated[
        Path | None, typer.Option(help="Passages, JSON Lines, indexed for this run; default: what is indexed now.")
    ] = None,
    configs: Annotated[str, typer.Option(help=f"Of {', '.join(CONFIGS)}; comma-separated.")] = "prompt,rag,adapter,"
    "rag+adapter",
    adapter: Annotated[str | None, typer.Option(help="Adapter's name or folder; default: ADAPTER.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N cases.")] = None,
    by_model: Annotated[bool, typer.Option("--judge", help="Let JUDGE_URL's model judge the replies as well.")] = False,
    to: Annotated[Path, typer.Option(help="Folder for the page and the JSON beside it.")] = Path("report"),
    language: Annotated[str, typer.Option(help="Of the page: pl or en.")] = "pl",
    json: Json = False,
) -> None:
    """Write the decision report: a page with plots, and the same as JSON beside it."""
    chosen = [name.strip() for name in configs.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in CONFIGS]:
        raise UsageError(f"--configs names {', '.join(unknown)}: there are {', '.join(CONFIGS)}.")
    if language not in ("pl", "en"):
        raise UsageError(f"--language {language} is not there: there are pl and en.")
    labelled = read(cases)[:limit]
    settings = announced_settings()
    if adapter is not None:
        settings = settings.model_copy(update={"adapter": adapter})
    company = companies.load(settings.company)
    with indexed(passages, settings) if passages else nullcontext(settings) as running:
        parts = open_parts(running, remembered(running))
        bench = Bench(replace(parts, search=Once(parts.search)), writer(running.model_copy(update={"adapter": "none"})),
                      writer(running), date.today())
        found: dict[str, Compared] = {}
        for name in chosen:
            err.print(f"{name}…")
            found[name] = compared(name, CONFIGS[name](labelled, bench), company)
            if by_model:
                found[name] = _judged(found[name], settings)
    judged = verdict(found, company.goals)
    page = Page(company, found, judged, language)
    told = document(found, page, cases.name, running.adapter)
    to.mkdir(parents=True, exist_ok=True)
    (to / PAGE).write_text(page.whole(date.today()), encoding="utf-8")
    (to / "report.json").write_text(json_module.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    err.print(f"The report is in {to / PAGE}.")
    if json:
        print_json(told)
    else:
        _show(found, page)


def _judged(one: Compared, settings: Settings) -> Compared:
    """The set-up with what the judge elsewhere says of its replies beside its figures."""
    verdicts = remote_judge.judged(one.outcomes, settings)
    told = remote_judge.figures(one.outcomes, verdicts, settings.judge_model or settings.llm_model or "")
    return replace(one, figures={**one.figures, "judge": told})


def document(found: Mapping[str, Compared], page: Page, cases: str, adapter: str) -> dict[str, Any]:
    return {
        "cases": cases,
        "adapter": adapter,
        "configs": {name: dict(one.figures) for name, one in found.items()},
        "verdict": {"key": page.verdict.key, "best": page.verdict.best, "gain": asdict(page.verdict.gain),
                    "text": " ".join(page.sentences())} if page.verdict else None,
        "goals": page.company.goals.model_dump(),
    }  # fmt: skip


def _show(found: Mapping[str, Compared], page: Page) -> None:
    table = Table("set-up", "right", "coverage", "risk", "forced", "auroc", "p50 ms", "p95 ms", "cost of 1,000")
    for name, one in found.items():
        f = one.figures
        table.add_row(name, page.between(f["right"], f["right_interval"]), page.share(f["coverage"]),
                      page.share(f["risk"]), page.share(f["forced_right"]), str(f["auroc"]), str(f["ms_p50"]),
                      str(f["ms_p95"]), str(f["cost"]["total"]))
    out.print(table)
    for sentence in page.sentences():
        out.print(sentence, highlight=False)


