"""`python -m evals routing`: which category and team conversations are sent to, beside the topics' words alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from chatbot import adapter
from chatbot.model.hints import open_hints
from chatbot.routing import SUPPORT, Route, open_router
from chatbot.topics import topic_of
from evals.case import Case, read
from ingestion import company as companies
from ingestion.command import Json, announced_settings, out, print_json, translated
from ingestion.company import Company
from ingestion.errors import ModelError, UsageError

CASES = Path(__file__).parent / "cases" / "routing.jsonl"


@translated
def routing(
    cases: Annotated[Path, typer.Option(help="Labelled cases with `topic`, JSON Lines.")] = CASES,
    adapter_name: Annotated[str | None, typer.Option("--adapter", help="Adapter's name or folder.")] = None,
    intents: Annotated[Path | None, typer.Option(
        help="A set in CLINC150's form instead: the same router, learnt on its train part.")] = None,
    part: Annotated[str, typer.Option(help="Of that set: the part that is counted.")] = "val",
    each: Annotated[int | None, typer.Option(min=1, help="Of that set: so many questions of an intent.")] = None,
    json: Json = False,
) -> None:
    """Accuracy and macro F1 of category and team; of a set of intents, what lies outside them too."""
    settings = announced_settings()
    if intents is not None:
        from evals.intents import measured

        found = measured(intents, part, settings, each)
        if json:
            print_json(found)
        else:
            _show(found)
        return
    if adapter_name is not None:
        settings = settings.model_copy(update={"adapter": adapter_name})
    company = companies.load(settings.company)
    labelled = [case for case in read(cases) if case.topic]
    if not labelled:
        raise UsageError(f"--cases {cases} has no case with a `topic`. Name one that has, or --intents.")
    known = {topic.name for topic in company.topics}
    if strange := {case.topic for case in labelled} - known:
        raise UsageError(f"--cases {cases}: {min(map(str, strange))!r} is no topic of {company.name}.")
    router = open_router(adapter.find(settings), company, open_hints(settings))
    if router is None:
        raise ModelError(f"ADAPTER={settings.adapter} carries no routing. Run: python -m finetune route")
    learnt = figures(labelled, lambda case: router.route(said(case)), company)
    words = figures(labelled, lambda case: by_words(case, company), company)
    result = {"cases": len(labelled), **learnt, "words_alone": words}
    if json:
        print_json(result)
        return
    table = Table("figure", "learnt", "words alone")
    for name in ("accuracy", "macro_f1", "team_accuracy", "team_macro_f1"):
        table.add_row(name, str(learnt[name]), str(words[name]))
    out.print(table)


def _show(found: dict[str, Any]) -> None:
    table = Table("figure", "value")
    for name, value in found.items():
        table.add_row(name, str(value))
    out.print(table)


def said(case: Case) -> list[str]:
    """The customer's words of a case, oldest first."""
    return [*(turn.text for turn in case.history if turn.author == "customer"), case.question]


def by_words(case: Case, company: Company) -> Route:
    """What the topics' words alone say."""
    topic = topic_of(" ".join(said(case)), company)
    return Route(topic.name, topic.team, 1.0) if topic else Route(None, SUPPORT, 0.0)


def figures(labelled: Sequence[Case], route: Callable[[Case], Route], company: Company) -> dict[str, Any]:
    """Shares from 0 to 1. ``by_category``: F1 of each."""
    teams = {topic.name: topic.team for topic in company.topics}
    found = [route(case) for case in labelled]
    right = [str(case.topic) for case in labelled]
    categories = f1(right, [one.category or "" for one in found])
    by_team = f1([teams[one] for one in right], [one.team for one in found])
    return {
        "accuracy": _share([one.category == wanted for one, wanted in zip(found, right, strict=True)]),
        "macro_f1": _mean(categories),
        "team_accuracy": _share([one.team == teams[wanted] for one, wanted in zip(found, right, strict=True)]),
        "team_macro_f1": _mean(by_team),
        "by_category": categories,
    }


def f1(right: Sequence[str], found: Sequence[str]) -> dict[str, float]:
    """F1 of each label that is right somewhere."""
    hits = Counter(a for a, b in zip(right, found, strict=True) if a == b)
    wanted, said_ = Counter(right), Counter(found)
    return {one: round(2 * hits[one] / (wanted[one] + said_[one]), 4) for one in sorted(wanted)}


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / max(len(hits), 1), 4)


def _mean(values: dict[str, float]) -> float:
    return round(sum(values.values()) / max(len(values), 1), 4)
