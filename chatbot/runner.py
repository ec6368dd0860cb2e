"""Runs turns: takes jobs from the stream, has them answered, and sees to it that every turn ends.

The answerer is a function from question to sentences and one answer; whatever it does, hang, raise, stop early or talk
nonsense, the turn ends before its deadline: with the answer, or with a human.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatbot import keys, metrics
from chatbot.answer import Answer, Question, Reason, Sentence
from chatbot.commit import Store
from chatbot.events import Hub
from chatbot.group import group
from chatbot.handoff import Clock
from chatbot.limits import Limits
from chatbot.messages import new_id
from chatbot.privacy.vault import Vault
from chatbot.turns import Claim, Job, Stale, Turns

log = structlog.get_logger()

Answerer = Callable[[Question, Vault], AsyncIterator[Sentence | Answer]]
"""Yields sentences that passed their checks, then exactly one Answer."""

POLL_MS = 1000
"""A blocking read of the stream; also how soon the runner sees that it must stop."""
PAUSE_SECONDS = 0.5
"""Before the store is tried again."""
CLOSING_SECONDS = 2.0
"""What an answerer may take to clean up after it was cancelled."""


@dataclass(slots=True)
class Runner:
    """``run`` until cancelled; ``stop`` lets running turns finish. ``alone``: no other process answers on this store,
    so what is pending at the start is a dead process's and is claimed at once."""

    redis: Store
    turns: Turns
    hub: Hub
    limits: Limits
    clock: Clock
    alone: bool = True
    answerer: Answerer | None = None
    consumer: str = field(default_factory=lambda: f"{socket.gethostname()}-{new_id('p')}")
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(init=False)
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.limits.turns_running)

    @property
    def running(self) -> int:
        return len(self._running)

    async def run(self) -> None:
        ready = False
        while not self._stopping:
            try:
                if not ready:
                    await self._prepare()
                    ready = True
                if self.answerer is None:
                    await asyncio.sleep(PAUSE_SECONDS / 5)
                    continue
                await self._round()
            except (RedisError, OSError) as error:
                log.warning("turns.store_away", error=type(error).__name__, retry_s=PAUSE_SECONDS)
                ready = False
                await asyncio.sleep(PAUSE_SECONDS)

    async def stop(self, seconds: float) -> None:
        """Take no more turns; wait for the running ones. What doesn't finish is claimed by the next process."""
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running.values(), timeout=seconds)
        for task in self._running.values():
            task.cancel()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=CLOSING_SECONDS)

    async def _prepare(self) -> None:
        await group(self.redis, keys.TURNS, keys.ANSWERERS)
        if self.alone:
            self.alone = False
            await self._reclaim(0, self.limits.turns_waiting * 2)
        # What we had claimed when the store went away.
        found = await self.redis.xreadgroup(keys.ANSWERERS, self.consumer, {keys.TURNS: "0"})
        for _, entries in found or ():
            for entry, fields in entries:
                if fields and entry.decode() not in self._running:
                    self._start(_job(entry, fields))

    async def _round(self) -> None:
        """Renew, reclaim what others dropped, then wait for a new turn."""
        await self._renew()
        free = self.limits.turns_running - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running.values(), timeout=self.limits.lease_seconds / 5,
                               return_when=asyncio.FIRST_COMPLETED)
            return
        await self._reclaim(int(self.limits.lease_seconds * 1000), free)
        free = self.limits.turns_running - len(self._running)
        if free <= 0:
            return
        found = await self.redis.xreadgroup(keys.ANSWERERS, self.consumer, {keys.TURNS: ">"}, count=free, block=POLL_MS)
        for _, entries in found or ():
            for entry, fields in entries:
                self._start(_job(entry, fields))

    async def _renew(self) -> None:
        if self._running:
            await self.redis.xclaim(keys.TURNS, keys.ANSWERERS, self.consumer, 0, list(self._running), justid=True)

    async def _reclaim(self, idle_ms: int, count: int) -> None:
        _, entries, *_ = await self.redis.xautoclaim(keys.TURNS, keys.ANSWERERS, self.consumer, idle_ms, count=count)
        for entry, fields in entries:
            if fields and entry.decode() not in self._running:
                self._start(_job(entry, fields))

    def _start(self, job: Job) -> None:
        task = asyncio.create_task(self._turn(job), name=f"turn {job.conversation}")
        self._running[job.entry] = task
        task.add_done_callback(lambda _: self._running.pop(job.entry, None))

    async def _turn(self, job: Job) -> None:
        async with self._slots:
            began = time.monotonic()
            outcome = await self._outcome(job)
        metrics.TURNS.labels(outcome).inc()
        metrics.TURN_SECONDS.observe(time.monotonic() - began)

    async def _outcome(self, job: Job) -> str:
        try:
            claim = await self.turns.claim(job)
            if claim is None:
                return "nothing_left"
            try:
                outcome = await self._answered(claim)
            except Stale:
                outcome = "stale"
            if outcome in ("stale", "cancelled"):
                await self.turns.remove_if_over(job)
            return outcome
        except (RedisError, OSError) as error:
            # The job stays pending and is claimed again when its lease is over: the turn isn't lost.
            log.warning("turn.store_away", conversation=job.conversation, error=type(error).__name__)
            return "store_away"

    async def _answered(self, claim: Claim) -> str:
        """The turn to its end; says how it ended."""
        if claim.tries > self.limits.turn_tries:
            await self.turns.give_up(claim, Reason.MODEL_DOWN)
            return "gave_up"
        if self.clock() - claim.job.at > self.limits.wait_seconds * 1000:
            await self.turns.give_up(claim, Reason.OVERLOAD)
            return "overload"
        answering = asyncio.create_task(self._answer(claim))
        try:
            with self.hub.on_stop(claim.meta.id, answering.cancel):
                await asyncio.wait({answering}, timeout=self.limits.turn_seconds)
            in_time = answering.done()
        finally:
            answering.cancel()
        if not in_time:
            await asyncio.wait({answering}, timeout=CLOSING_SECONDS)
            log.error("turn.deadline", conversation=claim.meta.id, seconds=self.limits.turn_seconds)
            await self.turns.give_up(claim, Reason.MODEL_DOWN)
            return "deadline"
        if answering.cancelled():
            return "cancelled"
        error = answering.exception()
        if error is None:
            return answering.result()
        if isinstance(error, Stale | RedisError | OSError):
            raise error
        log.error("turn.failed", conversation=claim.meta.id, error=type(error).__name__, exc_info=error)
        await self.turns.give_up(claim, Reason.MODEL_DOWN)
        return "failed"

    async def _answer(self, claim: Claim) -> str:
        assert self.answerer is not None
        began = time.monotonic()
        first = True
        pieces = self.answerer(claim.question, claim.vault)
        try:
            async for piece in pieces:
                if isinstance(piece, Answer):
                    await self.turns.end(claim, piece)
                    return str(piece.kind.value)
                await self.turns.say(claim, piece)
                if first:
                    metrics.FIRST_SENTENCE_SECONDS.observe(time.monotonic() - began)
                    first = False
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
        raise RuntimeError("The answerer ended without an answer: it must yield exactly one Answer, last.")


def _job(entry: bytes, fields: dict[bytes, bytes]) -> Job:
    text: dict[str, Any] = {name.decode(): value.decode() for name, value in fields.items()}
    return Job(entry.decode(), text["c"], text["m"], int(text["at"]))
