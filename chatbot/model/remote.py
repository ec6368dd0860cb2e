"""A model on a server: a chat model of any provider that answers in JSON, or our own adapter served by vLLM.

Where LLM_MODEL is the name of the adapter that ADAPTER names (vLLM: ``--enable-lora --lora-modules demo=…``), the
prompt it was trained with goes to the completions endpoint; any other model gets instructions and answers in JSON.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot import adapter, prompts
from chatbot.model.admission import Admission
from chatbot.model.seam import Action, Proposal, Task
from chatbot.model.server import Server
from chatbot.model.shapes import Message
from chatbot.privacy import canary
from chatbot.prompts import Prompt
from ingestion.errors import ModelError
from ingestion.polish import clean
from ingestion.settings import Settings

VERSION = "chat-v1"
INSTRUCTIONS = (prompts.FOLDER / f"{VERSION}.txt").read_text(encoding="utf-8")
FENCE_BYTES = 6
"""Random, of the marks round what is data: 48 bits, so that no text can close its own."""
LANGUAGES = {"pl": "Polish", "en": "English"}


@dataclass(frozen=True, slots=True)
class Limits:
    """``tokens`` of an answer; ``at_once``: requests to the server at a time, more are refused."""

    tokens: int = 256
    at_once: int = 32


LIMITS = Limits()


class _Said(BaseModel):
    """A chat model's answer. Sentences are numbered from 1."""

    model_config = ConfigDict(extra="ignore")

    action: Literal["quote", "ask", "hand_over", "decline"]
    sentences: list[int] = Field(default_factory=list)
    opening: str = ""
    closing: str = ""


class RemoteModel:
    """Gives no probabilities and no scores: `Proposal.probabilities` and ``.scores`` stay empty."""

    def __init__(self, settings: Settings) -> None:
        self.adapter, self._prompt = own_adapter(settings)
        self._server = Server(settings, LIMITS.tokens, chat=self._prompt is None)
        self.name = self._server.model
        self.url = self._server.url
        self._admission = Admission(LIMITS.at_once)

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        with self._admission:
            return await (self._chat(task, seconds) if self._prompt is None
                          else self._complete(task, self._prompt, seconds))

    async def _chat(self, task: Task, seconds: float) -> Proposal:
        return parse(await self._server.chat(messages(task), seconds=seconds), len(task.sentences))

    async def _complete(self, task: Task, prompt: Prompt, seconds: float) -> Proposal:
        text = await self._server.complete(prompt.render(task).text, seconds=seconds)
        written = prompt.read(text, len(task.sentences))
        return Proposal(written.action, written.sentences, written.opening, written.closing)


def messages(task: Task) -> list[Message]:
    """What a chat model is sent; the marks of its fences are drawn anew each time."""
    language = LANGUAGES.get(task.language, task.language)
    system = INSTRUCTIONS.format(
        company=task.company or "the company", language=language, canary=task.canary or canary.new()
    )
    turns = [Message("user" if turn.author == "customer" else "assistant", turn.text) for turn in task.history]
    return [Message("system", system), *turns, Message("user", question(task, secrets.token_hex(FENCE_BYTES)))]


def question(task: Task, fence: str) -> str:
    """The question and the numbered sentences, as a chat model sees them: one line each, between fences that nobody
    who wrote them could foresee."""
    numbered = (
        f"[{number}] ({_line(label)}) {_line(sentence)}"
        for number, (label, sentence) in enumerate(zip(task.labels, task.sentences, strict=True), start=1)
    )
    return "\n".join((f"Sentences <{fence}>", *numbered, f"</{fence}>", "", f"Question <{fence}>",
                      _line(task.question), f"</{fence}>"))  # fmt: skip


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def parse(text: str, sentences: int) -> Proposal:
    """The proposal in a chat model's answer, also inside a Markdown fence. Raises ModelError for anything else.

    Numbers of sentences that don't exist are dropped; a quote of nothing becomes a hand-over.
    """
    start, stop = text.find("{"), text.rfind("}")
    try:
        said = _Said.model_validate(json.loads(text[start : stop + 1]))
    except (ValueError, ValidationError) as error:
        raise ModelError(f"The model's answer is not the JSON it was asked for: {text[:80]!r}.") from error
    chosen = tuple(sorted({number - 1 for number in said.sentences if 1 <= number <= sentences}))[:3]
    action = Action(said.action)
    if action is Action.QUOTE and not chosen:
        return Proposal(Action.HAND_OVER)
    return Proposal(action, chosen if action is Action.QUOTE else (), said.opening.strip(), said.closing.strip())


def own_adapter(settings: Settings) -> tuple[str | None, Prompt | None]:
    """Name and prompt of the adapter that LLM_MODEL is, where it is the one that ADAPTER names; else (None, None)."""
    folder = adapter.find(settings)
    if folder is None:
        return None, None
    manifest = adapter.read(folder)
    if manifest.name != settings.llm_model:
        return None, None
    adapter.check_prompt(manifest)
    return manifest.name, prompts.load(manifest.prompt.version)
