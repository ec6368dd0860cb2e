"""Having the store's append-only file written anew, so that what was erased leaves it too.

It costs as much as the store is large, and customers may ask for it: those who ask while one is on its way share the
next, so that many at once cost two.
"""

from __future__ import annotations

import asyncio
import time

import structlog
from redis.exceptions import ResponseError

from chatbot.commit import Store

log = structlog.get_logger()

SECONDS = 45.0
"""Longest wait for the append-only file to be written anew: what was erased must be unreadable within 60 s."""
PAUSE = 0.05


class Rewriting:
    def __init__(self, redis: Store) -> None:
        self._redis = redis
        self._running = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None

    async def done(self) -> None:
        """Returns once the file has been written anew by a rewrite that began after this call."""
        if self._next is None:
            self._next = asyncio.create_task(self._one(), name="rewriting")
        await asyncio.shield(self._next)

    async def _one(self) -> None:
        async with self._running:
            self._next = None  # what is erased from here on is not in this one
            await self._rewritten()

    async def _rewritten(self) -> None:
        """One that another process has begun may be older than what was erased, so another is asked for."""
        until = time.monotonic() + SECONDS
        asked = False
        while time.monotonic() < until:
            if not asked:
                try:
                    await self._redis.bgrewriteaof()
                    asked = True
                except ResponseError as error:
                    if "in progress" not in str(error):
                        log.info("erasure.rewrite", answer=str(error))  # a server that keeps no such file
                        return
            await asyncio.sleep(PAUSE)
            state = await self._redis.info("persistence")
            if asked and not state.get("aof_rewrite_in_progress") and not state.get("aof_rewrite_scheduled"):
                return
        log.warning("erasure.rewrite_late", seconds=SECONDS)
