"""The events of a conversation: one stream each, read by any number of pages, resumed without a hole or a double.

Writers add to the stream in their own atomic step and wake readers by one pub/sub channel. A process holds a single
connection for that, whatever the number of open streams; a reader asks the store only when it was woken.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatbot import keys
from chatbot.commit import Commands, Store
from chatbot.errors import ChatError
from chatbot.limits import Limits

log = structlog.get_logger()

POSITION = re.compile(r"^\d{1,15}-\d{1,10}$")
START = "0-0"
BATCH = 100
"""Events read at once: a reader that lags holds so many in memory."""
RECONNECT_SECONDS = 0.5
ASK_SECONDS = 0.5
"""Other processes have so long to say that they have the conversation's page; a publication takes a millisecond."""

Encode = Callable[[str], bytes]
Decode = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class Event:
    """``id`` is the position in the stream; empty for what is not kept (gap)."""

    id: str
    type: str
    data: dict[str, Any]


def append(
    stream: str, wake: str, type_: str, data: dict[str, Any], kept: int, encode: Encode
) -> Commands:
    """The commands that add one event and wake its readers, for a step."""
    payload = encode(json.dumps(data, ensure_ascii=False))
    return [("XADD", stream, "MAXLEN", "~", kept, "*", "t", type_, "d", payload),
            ("PUBLISH", keys.WAKE, wake)]


class Hub:
    """Wakes this process's readers and stops its turns. One per process; ``run`` until cancelled."""

    def __init__(self, redis: Store, limits: Limits) -> None:
        self._redis = redis
        self._limits = limits
        self._readers: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._stops: dict[str, set[Callable[[], object]]] = defaultdict(set)
        self._heard: dict[str, asyncio.Event] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self.on_gone: Callable[[str], Awaitable[object]] | None = None
        """Called when a conversation's last page has been gone for a while."""
        self.closing = False
        self.ready = asyncio.Event()

    @property
    def streams(self) -> int:
        return sum(len(readers) for readers in self._readers.values())

    def streams_of(self, name: str) -> int:
        return len(self._readers.get(name, ()))

    @property
    def names(self) -> frozenset[str]:
        """Conversations with an open stream here."""
        return frozenset(self._readers)

    async def run(self) -> None:
        """Listen; after a lost connection listen again and wake everybody, because something may have been missed."""
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(keys.WAKE)
                    self.ready.set()
                    self._wake_all()
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                        if message is not None:
                            self._hear(message["data"])
            except (RedisError, OSError) as error:
                log.warning("events.listen", error=type(error).__name__, retry_s=RECONNECT_SECONDS)
                await asyncio.sleep(RECONNECT_SECONDS)

    def close(self) -> None:
        """End every open stream: the service stops. Pages come back by themselves and resume."""
        self.closing = True
        self._wake_all()

    @contextlib.contextmanager
    def on_stop(self, conversation: str, stop: Callable[[], object]) -> Iterator[None]:
        """Call ``stop`` when the conversation's running turn must end at once."""
        self._stops[conversation].add(stop)
        try:
            yield
        finally:
            self._stops[conversation].discard(stop)
            if not self._stops[conversation]:
                del self._stops[conversation]

    async def follow(
        self, stream: str, name: str, after: str | None, decode: Decode, *, seal_lost: tuple[type[Exception], ...] = ()
    ) -> AsyncGenerator[Event | None, None]:
        """Events after the position ``after`` (None: from the beginning), and then each new one.

        A position that the stream no longer reaches back to, or that isn't its own, gives one ``gap`` first and then
        all there is. None when nothing came for a while: still there. Ends when the stream is deleted under it, or the
        service stops.
        """
        woken = asyncio.Event()
        self._readers[name].add(woken)
        try:
            position = after if after and POSITION.match(after) else START
            if (after is not None and position == START != after) or await self._gone(stream, position):
                yield Event("", "gap", {})
                position = START
            while not self.closing:
                woken.clear()
                entries = await self._redis.xrange(stream, min=f"({position}", count=BATCH)
                for id_, fields in entries:
                    position = id_.decode()
                    try:
                        data = json.loads(decode(fields[b"d"]))
                    except seal_lost:
                        return
                    yield Event(position, fields[b"t"].decode(), data)
                if not entries and position != START and not await self._redis.exists(stream):
                    return
                if len(entries) == BATCH:
                    continue
                try:
                    async with asyncio.timeout(self._limits.heartbeat_seconds):
                        await woken.wait()
                except TimeoutError:
                    yield None
        finally:
            self._readers[name].discard(woken)
            if not self._readers[name]:
                del self._readers[name]
                if self.on_gone is not None and not self.closing:
                    self._do(self._gone_for_good(name, self.on_gone))

    async def _gone(self, stream: str, position: str) -> bool:
        """Whether events after ``position`` were trimmed away (perhaps: the store doesn't say where), or the position
        is ahead of the stream, so another's or of a store that was set back."""
        if not await self._redis.exists(stream):
            return position != START
        info = await self._redis.xinfo_stream(stream)
        first = info["first-entry"][0].decode() if info["first-entry"] else START
        trimmed = int(info["entries-added"]) > int(info["length"])
        before = _order(position) < _order(first)
        return (before and trimmed) or _order(position) > _order(info["last-generated-id"].decode())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _gone_for_good(self, name: str, then: Callable[[str], Awaitable[object]]) -> None:
        """After a while, if no page here or at another process has come back, say so."""
        await asyncio.sleep(self._limits.disconnect_seconds)
        if name in self._readers or self.closing or name in self._heard:
            return
        heard = self._heard[name] = asyncio.Event()
        try:
            await self._redis.publish(keys.WAKE, f"?{name}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), ASK_SECONDS)
            if not heard.is_set() and name not in self._readers and not self.closing:
                await then(name)
        except (RedisError, OSError, ChatError) as error:
            log.warning("events.left", error=type(error).__name__)  # the turn runs on: only work is lost by that
        finally:
            del self._heard[name]

    async def _answer(self, name: str) -> None:
        """Another process asks whether somebody reads here."""
        try:
            await self._redis.publish(keys.WAKE, f"+{name}")
        except (RedisError, OSError) as error:
            log.warning("events.answer", error=type(error).__name__)  # its turn is put aside and resumed here

    def _hear(self, data: bytes) -> None:
        name = data.decode()
        if name.startswith("?"):
            if name[1:] in self._readers:
                self._do(self._answer(name[1:]))
            return
        if name.startswith("+"):
            if name[1:] in self._heard:
                self._heard[name[1:]].set()
            return
        if name.startswith("!"):
            for stop in tuple(self._stops.get(name[1:], ())):
                stop()
            return
        for reader in self._readers.get(name, ()):
            reader.set()

    def _wake_all(self) -> None:
        for readers in self._readers.values():
            for reader in readers:
                reader.set()


def _order(position: str) -> tuple[int, int]:
    ms, _, number = position.partition("-")
    return int(ms), int(number)
