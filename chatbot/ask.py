"""`python -m chatbot ask`: the widget's answer on the command line; no ticket and no conversation come of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chatbot.answer import Answer, Question, Sentence
from chatbot.privacy.vault import Vault
from ingestion import company as companies
from ingestion.command import Json, announced_settings, err, out, parse_day, print_json, translated
from ingestion.errors import UsageError

if TYPE_CHECKING:
    from chatbot.answering import Parts

LONGEST_QUESTION = 2_000
"""Characters; as in the widget."""


@translated
def ask(
    question: Annotated[str, typer.Argument(help="What a customer would type.")],
    as_of: Annotated[str | None, typer.Option(help="Day whose rules apply, YYYY-MM-DD; default: today.")] = None,
    json: Json = False,
) -> None:
    """Answer one question as the widget would."""
    if not question.strip() or len(question) > LONGEST_QUESTION:
        raise UsageError(f"A question has 1 to {LONGEST_QUESTION} characters; this one has {len(question.strip())}.")
    settings = announced_settings()
    zone = companies.load(settings.company).hours.zone
    asked = Question(question, parse_day(as_of, "--as-of") or datetime.now(zone).date(), as_of is not None)
    from chatbot.answering import open_parts  # torch and Presidio take seconds: not before the words are checked

    with err.status("Opening model and index…"):
        parts = open_parts(settings)
    result = asyncio.run(collect(asked, parts, quiet=json))
    if json:
        print_json(as_json(result))
        return
    for number, citation in enumerate(result.citations, start=1):
        out.print(f"[{number}] {citation.title}, {citation.clause} ({citation.source})", style="dim", markup=False)
    why = ", ".join(reason.value for reason in result.verdict.reasons) or "-"
    out.print(
        f"{result.kind.value} · {result.mode.value if result.mode else '-'} · p_wrong {result.verdict.p_wrong:.2f}"
        f" · reasons: {why} · {result.took_ms:.0f} ms",
        style="dim",
        markup=False,
    )


async def collect(question: Question, parts: Parts, quiet: bool = True) -> Answer:
    """Run one answer to its end; sentences are printed as they come unless ``quiet``."""
    from chatbot.answering import answer

    result: Answer | None = None
    async for item in answer(question, parts, Vault()):
        if isinstance(item, Answer):
            result = item
        elif isinstance(item, Sentence) and not quiet:
            out.print(item.text, markup=False, highlight=False)
    assert result is not None, "answer() ends with an Answer"
    return result


def as_json(result: Answer) -> dict[str, Any]:
    """The contract's shape."""
    return {
        "kind": result.kind.value,
        "text": result.text,
        "citations": [
            {"document": c.document, "version": c.version, "clause": c.clause, "quote": c.quote}
            for c in result.citations
        ],
        "verdict": {
            "action": result.verdict.action.value,
            "p_wrong": round(result.verdict.p_wrong, 4),
            "reasons": [reason.value for reason in result.verdict.reasons],
        },
        "mode": result.mode.value if result.mode else None,
        "model": result.model,
        "adapter": result.adapter,
        "took_ms": round(result.took_ms, 1),
        "first_token_ms": round(result.first_token_ms, 1) if result.first_token_ms is not None else None,
    }
