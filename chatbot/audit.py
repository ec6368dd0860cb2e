"""Who did what: an append-only list in the store, each entry bound to the one before it by its hash.

Whoever may write to the store could forge a whole new chain; so every ANCHOR_EVERY-th entry, and each hour's last, is
also written to DATA_DIR/audit-anchors.txt (number and hash), which the check compares. Copy that file to where nobody
who runs the service can change it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot import keys
from chatbot.commit import TRIES, Step, Store, commit
from chatbot.errors import Busy
from chatbot.handoff import Clock

GENESIS = "0" * 64
ANCHORS = "audit-anchors.txt"
ANCHOR_EVERY = 100
"""Entries; the schedule of `chatbot.retention` writes one each hour besides."""
SEEN_AGAIN_MS = 3600 * 1000
SHOWN_AT_ONCE = 50
"""Tickets named in one entry."""
SERVICE = "the service"
"""Who did what nobody asked for; no account has a name with a space (`chatbot.staff.USER`)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``subject`` is an id (a ticket, a document, an account), never a text. ``figures``: numbers that decided, by
    name."""

    number: int
    at: int
    by: str
    action: str
    subject: str
    hash: str
    figures: Mapping[str, float] = field(default_factory=dict)


class Audit:
    def __init__(self, redis: Store, clock: Clock, anchors: Path) -> None:
        self._redis = redis
        self._clock = clock
        self._anchors = anchors
        self._seen: dict[tuple[str, str], int] = {}
        self._writing = asyncio.Lock()
        """Each entry hangs on the one before: many at once would only make each other begin again."""

    async def note(
        self, by: str, action: str, subject: str = "", *, figures: Mapping[str, float] | None = None,
        beside: Step | None = None,
    ) -> bool:
        """Write an entry; with ``beside``, in one step with what it tells of. False, and nothing is written, where one
        of that step's checks fails: somebody was faster."""
        beside = beside or Step()
        async with self._writing:
            for _ in range(TRIES):
                number, before = await self._head()
                entry = {"number": number + 1, "at": self._clock(), "by": by, "action": action, "subject": subject,
                         **({"figures": dict(figures)} if figures else {})}
                hash_ = chained(before, entry)
                step = Step(list(beside.checks), list(beside.names), list(beside.writes))
                step.field(keys.AUDIT_HEAD, "hash", before if number else "")
                step.write("XADD", keys.AUDIT, "*", "e", json.dumps(entry, ensure_ascii=False), "h", hash_)
                step.write("HSET", keys.AUDIT_HEAD, "hash", hash_, "number", number + 1)
                failed = await commit(self._redis, step)
                if failed is None:
                    if (number + 1) % ANCHOR_EVERY == 0:
                        await asyncio.to_thread(self._anchor, number + 1, hash_)
                    return True
                if failed in beside.names:
                    return False
            raise Busy("try_again", retry_after=1)

    async def seen(self, by: str, action: str, subjects: Iterable[str]) -> None:
        """Note that somebody was shown these, each once an hour: a list that is looked at again says nothing new."""
        now = self._clock()
        self._seen = {key: at for key, at in self._seen.items() if now - at < SEEN_AGAIN_MS}
        new = [one for one in subjects if (by, one) not in self._seen]
        for start in range(0, len(new), SHOWN_AT_ONCE):
            await self.note(by, action, " ".join(new[start:start + SHOWN_AT_ONCE]))
        self._seen |= {(by, one): now for one in new}

    async def anchor(self) -> None:
        """Write the present end of the chain to the anchors."""
        number, hash_ = await self._head()
        if number:
            await asyncio.to_thread(self._anchor, number, hash_)

    def _anchor(self, number: int, hash_: str) -> None:
        descriptor = os.open(self._anchors, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{number} {hash_}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _anchored(self) -> dict[int, str]:
        try:
            rows = [line.split() for line in self._anchors.read_text(encoding="ascii").splitlines()]
        except FileNotFoundError:
            return {}
        return {int(row[0]): row[1] for row in rows if len(row) == 2}

    async def read(self, limit: int = 200) -> list[Entry]:
        """Newest first."""
        found = await self._redis.xrevrange(keys.AUDIT, count=limit)
        return [Entry(**json.loads(fields[b"e"]), hash=fields[b"h"].decode()) for _, fields in found]

    async def broken_at(self) -> int | None:
        """Number of the first entry that doesn't fit the one before it, or is missing; None when the chain is whole."""
        before, expected = GENESIS, 0
        anchored = await asyncio.to_thread(self._anchored)
        for _, fields in await self._redis.xrange(keys.AUDIT):
            entry, expected = json.loads(fields[b"e"]), expected + 1
            if entry["number"] != expected or chained(before, entry) != fields[b"h"].decode():
                return expected
            before = fields[b"h"].decode()
            if anchored.pop(expected, before) != before:
                return expected
        if anchored:
            return expected + 1  # entries that were there once
        number, head = await self._head()
        return None if (number, head) == (expected, before) else expected + 1

    async def _head(self) -> tuple[int, str]:
        hash_, number = await self._redis.hmget(keys.AUDIT_HEAD, ["hash", "number"])
        return (int(number), hash_.decode()) if hash_ else (0, GENESIS)


def chained(before: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256((before + json.dumps(entry, ensure_ascii=False, sort_keys=True)).encode()).hexdigest()
