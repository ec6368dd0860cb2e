"""Examples whose questions a model elsewhere writes (LLM_URL): per clause, per FAQ entry, per topic that is a person's.

Nothing it writes counts before it is checked: a question must be short, Polish, without personal data and unlike every
other, and the same model, asked as the service asks it, must answer it with a sentence it was written for, or give up
where nothing answers it. What is dropped is counted by reason; what crashed is kept apart from it. The answers are
ours: quotes of the clause in frames people wrote; only a question back is the model's own.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.grounding import squeeze
from chatbot.model import remote
from chatbot.model.seam import Action, Task
from chatbot.model.shapes import Message
from chatbot.privacy import canary
from chatbot.topics import language_of
from finetune.gating.likeness import alike
from finetune.gating.limits import LIMITS
from finetune.gating.row import plain
from finetune.masking import Masking, left
from finetune.record import Provenance, Record
from finetune.synthesis.compose import Composer, Sources
from finetune.synthesis.make import answering
from ingestion.documents import Chunk
from ingestion.errors import ModelError
from ingestion.polish import clean, sentences

WORDING = yaml.safe_load((Path(__file__).parent / "teach-v1.yaml").read_text(encoding="utf-8"))
SECONDS = 60.0
"""For one answer of the model."""
AT_ONCE = 4
"""Requests under way: what small accounts at providers allow."""
WORDS = (2, 40)
"""Of a question."""
REPLY_WORDS = 30
"""Of a question back."""
GIVEN_UP = 3
"""Requests that crash in a row before no more are made: the server is down, or the key is wrong."""
A_CLAUSE, AN_ENTRY, A_TOPIC = 2, 2, 4
"""Questions asked for of each."""

T = TypeVar("T", bound=BaseModel)


class Chat(Protocol):
    """What is needed of `chatbot.model.server.Server`."""

    model: str

    async def chat(self, messages: Sequence[Message], *, seconds: float, json: bool = True) -> str: ...


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Answered(_Said):
    question: str
    sentences: list[int] = Field(min_length=1)


class _Unclear(_Said):
    question: str
    reply: str


class _Clause(_Said):
    answered: list[_Answered] = []
    unanswered: list[str] = []
    unclear: list[_Unclear] = []


class _Entry(_Said):
    paraphrases: list[str] = []


class _Topic(_Said):
    messages: list[str] = []


@dataclass(slots=True)
class Taught:
    """``dropped``: made, but not taken, by reason. ``crashed``: requests without an answer that can be read."""

    records: list[Record] = field(default_factory=list)
    asked: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)


class Teacher:
    """``known``: questions that no new one may be like (those made by rule, those that results are judged on)."""

    def __init__(
        self, chat: Chat, sources: Sources, licence: str, masker: Masking, known: frozenset[str], today: date
    ) -> None:
        self._chat, self._sources, self._masker, self._today = chat, sources, masker, today
        self._make = Composer(sources, licence)
        self._known = set(known)
        self._crashes = 0
        self.taught = Taught()
        company = sources.company
        self._system = WORDING["system"].format(company=company.name, about=company.about["pl"])

    def jobs(self, clauses: int | None = None) -> list[Callable[[], Awaitable[None]]]:
        """One for each clause (the first ``clauses``), FAQ entry and topic that goes to a person."""
        chunks = list(self._make.chunks.values())[:clauses]
        topics = [one for one in self._sources.company.topics if one.policy == "human"]
        return [*(partial(self._clause, one) for one in chunks),
                *(partial(self._entry, one) for one in self._sources.faq[:clauses]),
                *(partial(self._topic, one.name, one.title.get("pl", one.name)) for one in topics)]

    async def work(self, jobs: Sequence[Callable[[], Awaitable[None]]]) -> AsyncIterator[int]:
        """Do them, and say after each how many are done. Ends early where the server crashes again and again."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(job: Callable[[], Awaitable[None]]) -> None:
            async with places:
                if self._crashes < GIVEN_UP:
                    await job()

        for done, ended in enumerate(asyncio.as_completed([one(job) for job in jobs]), start=1):
            await ended
            yield done

    async def _clause(self, chunk: Chunk) -> None:
        own = sentences(chunk.text)
        numbered = "\n".join(f"[{at}] {squeeze(clean(text))}" for at, text in enumerate(own, start=1))
        said = await self._ask(_Clause, "clause", numbered, A_CLAUSE)
        for one in said.answered if said else ():
            wanted = {at - 1 for at in one.sentences if 1 <= at <= len(own)}
            if wanted and self._takes(one.question):
                await self._answered(one.question, chunk, wanted, "clause, by model")
        for text in said.unanswered if said else ():
            if self._takes(text):
                await self._unanswered(text, chunk)
        for vague in said.unclear if said else ():
            if self._takes(vague.question) and self._asks_back(vague.reply):
                shown = [chunk, *self._make.near(vague.question, without=chunk)]
                self._keep(self._make.record(vague.question, Action.ASK, squeeze(vague.reply), shown,
                                             "asks back, by model", provenance=self._provenance("asks back")))

    async def _entry(self, entry: Chunk) -> None:
        best, quoted = answering(entry, self._make)
        if best is None:
            return
        said = await self._ask(_Entry, "faq", "\n".join(map(squeeze, entry.questions)), AN_ENTRY)
        own = [squeeze(one) for one in sentences(best.text)]
        for text in said.paraphrases if said else ():
            if self._takes(text):
                await self._answered(text, best, {at for at, one in enumerate(own) if one in quoted}, "faq, by model")

    async def _topic(self, name: str, title: str) -> None:
        said = await self._ask(_Topic, "topic", title, A_TOPIC)
        for text in said.messages if said else ():
            if self._takes(text):
                self._keep(self._make.record(
                    text, Action.HAND_OVER, self._make.pick("escalate", text), self._make.near(text),
                    f"must escalate, by model: {name}", provenance=self._provenance("must escalate")))

    async def _answered(self, asked: str, chunk: Chunk, wanted: set[int], how: str) -> None:
        """Kept where the model, asked as in service, quotes a sentence that the question was written for."""
        own = sentences(chunk.text)
        found = await self._answer(asked, [chunk, *self._make.near(asked, without=chunk)])
        if found is None:
            return
        chosen = wanted & {at for at in found if at < len(own)}
        if chosen:
            quoted = [own[at] for at in sorted(chosen)]
            self._keep(self._make.quoting(asked, chunk, quoted, how, self._provenance(how)))
        else:
            self.taught.dropped["not answered by what it was written for"] += 1

    async def _unanswered(self, asked: str, chunk: Chunk) -> None:
        shown = [chunk, *self._make.near(asked, without=chunk)]
        found = await self._answer(asked, shown)
        if found is None:
            return
        if found:
            self.taught.dropped["answerable after all"] += 1
        else:
            self._keep(self._make.record(asked, Action.HAND_OVER, self._make.pick("hand_over", asked), shown,
                                         "unanswerable, by model", provenance=self._provenance("unanswerable")))

    async def _answer(self, asked: str, shown: Sequence[Chunk]) -> set[int] | None:
        """Which sentences of the passages the model quotes, asked as the service asks it; None: it crashed."""
        pairs = [(one.clause or one.title, text) for one in shown for text in sentences(one.text)]
        task = Task(asked, tuple(text for _, text in pairs), tuple(label for label, _ in pairs),
                    company=self._sources.company.name, canary=canary.new())  # fmt: skip
        system = remote.INSTRUCTIONS.format(company=task.company, language=remote.LANGUAGES["pl"], canary=task.canary)
        text = await self._said(system, remote.question(task, secrets.token_hex(remote.FENCE_BYTES)))
        if text is None:
            return None
        try:
            return set(remote.parse(text, len(task.sentences)).sentences)
        except ModelError as error:
            self.taught.crashed.append(str(error))
            return None

    async def _ask(self, kind: type[T], name: str, data: str, n: int) -> T | None:
        fence = secrets.token_hex(remote.FENCE_BYTES)
        text = await self._said(self._system, WORDING[name].format(n=n, data=f"<{fence}>\n{data}\n</{fence}>"))
        if text is None:
            return None
        try:
            return kind.model_validate(json.loads(text[text.find("{"):text.rfind("}") + 1]))
        except (ValueError, ValidationError):
            self.taught.crashed.append(f"{name}: what came is not the JSON asked for: {text[:60]!r}")
            return None

    async def _said(self, system: str, user: str) -> str | None:
        self.taught.asked += 1
        try:
            text = await self._chat.chat((Message("system", system), Message("user", user)), seconds=SECONDS)
        except ModelError as error:
            self._crashes += 1
            self.taught.crashed.append(str(error))
            return None
        self._crashes = 0
        return text

    def _takes(self, asked: str) -> bool:
        """Whether a question may be used at all; why not is counted. One that is taken makes those like it unfit."""
        why = self._unfit(asked)
        if why:
            self.taught.dropped[why] += 1
        else:
            self._known.add(plain(asked))
        return not why

    def _unfit(self, asked: str) -> str:
        if "\n" in asked.strip() or not WORDS[0] <= len(asked.split()) <= WORDS[1]:
            return "too short, or too long"
        if language_of(asked) != "pl":
            return "not in Polish"
        if left(asked, self._masker):
            return "personal data in it"
        return "like another" if alike([plain(asked)], self._known, LIMITS) else ""

    def _asks_back(self, reply: str) -> bool:
        fits = (squeeze(reply).endswith("?") and len(reply.split()) <= REPLY_WORDS and language_of(reply) == "pl"
                and not any(one.isdigit() for one in reply))  # fmt: skip
        if not fits:
            self.taught.dropped["no question back"] += 1
        return fits

    def _keep(self, record: Record) -> None:
        self.taught.records.append(record)

    def _provenance(self, how: str) -> Provenance:
        return Provenance("synthesised", f"{self._chat.model}, {WORDING['version']}: {how}", self._today.isoformat())
