"""Labelled cases through the service's own path, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from rich.progress import track

from chatbot.answer import Answer, Question
from chatbot.answering import Parts, answer
from chatbot.model.seam import Turn
from chatbot.privacy.vault import Vault
from evals.case import Case
from evals.metrics import Outcome
from ingestion.command import err
from ingestion.errors import ProductError


def run(cases: Sequence[Case], parts: Parts, today: date) -> list[Outcome]:
    """One outcome per case, in order, with progress on standard error. A crash is an outcome, not an end."""
    return asyncio.run(_run(cases, parts, today))


async def _run(cases: Sequence[Case], parts: Parts, today: date) -> list[Outcome]:
    return [await _one(case, parts, today) for case in track(cases, "Asking", console=err, transient=True)]


async def _one(case: Case, parts: Parts, today: date) -> Outcome:
    history = tuple(Turn(message.author, message.text) for message in case.history)
    question = Question(case.question, case.as_of or today, case.as_of is not None, history)
    result = None
    before = getattr(parts.model, "replayed_ms", 0.0)
    try:
        async for item in answer(question, parts, Vault()):
            if isinstance(item, Answer):
                result = item
    except ProductError as error:
        return Outcome(case, None, f"{type(error).__name__}: {error}")
    return Outcome(case, result, replayed_ms=getattr(parts.model, "replayed_ms", 0.0) - before)
