"""Pages as the tests' cast has them open: an event stream that is read in the background and can be cut and resumed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

DEADLINE = 10.0


@dataclass
class Seen:
    id: str
    type: str
    data: dict[str, Any]


@dataclass
class Page:
    """What one open tab has seen. ``last`` is what it would resume from."""

    http: httpx.AsyncClient
    path: str
    headers: dict[str, str]
    seen: list[Seen] = field(default_factory=list)
    last: str | None = None
    _task: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self) -> Page:
        self._task = asyncio.create_task(self._read())
        return self

    async def cut(self) -> None:
        """The connection breaks."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                await self._task
            self._task = None

    async def until(self, holds: Callable[[Seen], bool]) -> Seen:
        """The first event that is as wished; AssertionError after the deadline."""
        async with asyncio.timeout(DEADLINE):
            while True:
                self._news.clear()
                found = next((one for one in self.seen if holds(one)), None)
                if found is not None:
                    return found
                if self._task is not None and self._task.done():
                    self._task.result()
                await self._news.wait()

    def messages(self) -> list[dict[str, Any]]:
        return [one.data for one in self.seen if one.type == "message"]

    async def _read(self) -> None:
        headers = dict(self.headers)
        if self.last:
            headers["Last-Event-ID"] = self.last
        async with self.http.stream("GET", self.path, headers=headers, timeout=None) as answer:
            assert answer.status_code == 200, await answer.aread()
            async for event in events(answer):
                self.seen.append(event)
                self.last = event.id or self.last
                self._news.set()
        self._news.set()


async def events(answer: httpx.Response) -> AsyncIterator[Seen]:
    """The events of a server-sent stream."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Seen(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}
        else:
            fields = {}
