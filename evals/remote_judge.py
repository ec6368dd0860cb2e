"""A model elsewhere as one more judge of the replies that were sent (``--judge``); no figure depends on it.

It says right or not, and supported or not, each with its reason. A judgement that can't be read, or a server that
doesn't answer, is a crash of the judge and counts as neither. The contract's own measure stays beside it, with how
often the two agree and where they don't.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.progress import Progress

from chatbot.model.remote import FENCE_BYTES
from chatbot.model.server import Server
from chatbot.model.shapes import Message
from evals.harms import interval
from evals.judging import judge
from evals.metrics import Outcome
from ingestion.command import err
from ingestion.errors import ModelError, UsageError
from ingestion.settings import Settings

PROMPT = (Path(__file__).parent / "judge-v1.txt").read_text(encoding="utf-8")
VERSION = "judge-v1"
SECONDS = 60.0
"""For one judgement."""
TOKENS = 300
AT_ONCE = 4
SHOWN = 20
"""Disagreements named in the figures; `--details` has all."""


class Chat(Protocol):
    """What is needed of `chatbot.model.server.Server`."""

    model: str

    async def chat(self, messages: Sequence[Message], *, seconds: float, json: bool = True) -> str: ...


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    right: bool
    right_reason: str = Field(min_length=1)
    supported: bool
    supported_reason: str = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Of one case. ``crashed``: why there is no judgement; the others then say nothing."""

    case: str
    right: bool = False
    supported: bool = False
    right_reason: str = ""
    supported_reason: str = ""
    crashed: str = ""


def opened(settings: Settings) -> Server:
    """The judge's server: JUDGE_URL and JUDGE_MODEL, else the model that answers. Raises UsageError without either."""
    if settings.judge_url:
        return Server(settings.model_copy(update={
            "llm_url": settings.judge_url, "llm_model": settings.judge_model, "llm_api": settings.judge_api,
            "llm_api_key": settings.judge_api_key}), TOKENS, renew=lambda: None)  # fmt: skip
    if settings.llm_url:
        err.print(f"JUDGE_URL is not set: {settings.llm_model} judges what it wrote itself.", markup=False)
        return Server(settings, TOKENS)
    raise UsageError("--judge needs a model to ask: set JUDGE_URL and JUDGE_MODEL, or leave --judge out.")


def judged(outcomes: Sequence[Outcome], settings: Settings) -> dict[str, Judged]:
    """By case, of the replies that were sent."""
    return asyncio.run(ask(outcomes, opened(settings)))


async def ask(outcomes: Sequence[Outcome], chat: Chat) -> dict[str, Judged]:
    sent = [one for one in outcomes if one.replied]
    places = asyncio.Semaphore(AT_ONCE)

    async def one(outcome: Outcome) -> Judged:
        async with places:
            return await _one(outcome, chat)

    found: dict[str, Judged] = {}
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(f"{chat.model} judges", total=len(sent))
        for ended in asyncio.as_completed([one(outcome) for outcome in sent]):
            result = await ended
            found[result.case] = result
            bar.advance(task)
    return {outcome.case.id: found[outcome.case.id] for outcome in sent}


def figures(outcomes: Sequence[Outcome], found: dict[str, Judged], model: str) -> dict[str, Any]:
    """Shares of what was judged; ``agrees``: with the contract's measure."""
    both = [(one, found[one.case.id]) for one in outcomes if one.case.id in found and not found[one.case.id].crashed]
    crashed = [one for one in found.values() if one.crashed]
    told: dict[str, Any] = {"model": model, "prompt": VERSION, "judged": len(both), "crashed": len(crashed)}
    if crashed:
        told["first_crash"] = crashed[0].crashed
    if both:
        right = interval([float(verdict.right) for _, verdict in both])
        told |= {
            "right": right.mean, "right_interval": [right.low, right.high],
            "supported": _share([verdict.supported for _, verdict in both]),
            "agrees": _share([one.right == verdict.right for one, verdict in both]),
            "disagree": [{"id": one.case.id, "contract": _measure(one), "judge": verdict.right_reason}
                         for one, verdict in both if one.right != verdict.right][:SHOWN],
        }  # fmt: skip
    return told


async def _one(outcome: Outcome, chat: Chat) -> Judged:
    messages = (Message("system", PROMPT), Message("user", question(outcome, secrets.token_hex(FENCE_BYTES))))
    try:
        text = await chat.chat(messages, seconds=SECONDS)
        said = _Said.model_validate(json.loads(text[text.find("{"):text.rfind("}") + 1]))
    except ModelError as error:
        return Judged(outcome.case.id, crashed=str(error))
    except (ValueError, ValidationError):
        return Judged(outcome.case.id, crashed=f"what came is no judgement: {text[:80]!r}")
    return Judged(outcome.case.id, said.right, said.supported, said.right_reason, said.supported_reason)


def question(outcome: Outcome, fence: str) -> str:
    """All of a case that its judge sees, each part between fences that none of them could foresee."""
    answer = outcome.answer
    assert answer is not None, "only what was sent is judged"
    parts = {
        "Question": outcome.case.question,
        "Accepted answers": "\n".join(f"- {one}" for one in outcome.case.answers) or "(none: it must not be answered)",
        "Passages": "\n\n".join(f"[{number}] {one.text}" for number, one in enumerate(answer.citations, start=1)),
        "Reply": answer.text,
    }
    return "\n\n".join(f"{name} <{fence}>\n{text or '(none)'}\n</{fence}>" for name, text in parts.items())


def _measure(outcome: Outcome) -> str:
    return judge(outcome.answer.text, outcome.case.answers).reason if outcome.answer else ""


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4)
