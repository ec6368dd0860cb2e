"""Who did what: an append-only list in the store, each entry bound to the one before it by its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from chatbot import keys
from chatbot.commit import TRIES, Step, Store, commit
from chatbot.errors import Busy
from chatbot.handoff import Clock

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """``subject`` is an id (a ticket, a document, an account), never a text."""

    number: int
    at: int
    by: str
    action: str
    subject: str
    hash: str


class Audit:
    def __init__(self, redis: Store, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def note(self, by: str, action: str, subject: str = "") -> None:
        for _ in range(TRIES):
            number, before = await self._head()
            entry = {"number": number + 1, "at": self._clock(), "by": by, "action": action, "subject": subject}
            hash_ = chained(before, entry)
            step = Step().field(keys.AUDIT_HEAD, "hash", before if number else "")
            step.write("XADD", keys.AUDIT, "*", "e", json.dumps(entry, ensure_ascii=False), "h", hash_)
            step.write("HSET", keys.AUDIT_HEAD, "hash", hash_, "number", number + 1)
            if await commit(self._redis, step) is None:
                return
        raise Busy("try_again", retry_after=1)

    async def read(self, limit: int = 200) -> list[Entry]:
        """Newest first."""
        found = await self._redis.xrevrange(keys.AUDIT, count=limit)
        return [Entry(**json.loads(fields[b"e"]), hash=fields[b"h"].decode()) for _, fields in found]

    async def broken_at(self) -> int | None:
        """Number of the first entry that doesn't fit the one before it, or is missing; None when the chain is whole."""
        before, expected = GENESIS, 0
        for _, fields in await self._redis.xrange(keys.AUDIT):
            entry, expected = json.loads(fields[b"e"]), expected + 1
            if entry["number"] != expected or chained(before, entry) != fields[b"h"].decode():
                return expected
            before = fields[b"h"].decode()
        number, head = await self._head()
        return None if (number, head) == (expected, before) else expected + 1

    async def _head(self) -> tuple[int, str]:
        hash_, number = await self._redis.hmget(keys.AUDIT_HEAD, ["hash", "number"])
        return (int(number), hash_.decode()) if hash_ else (0, GENESIS)


def chained(before: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256((before + json.dumps(entry, ensure_ascii=False, sort_keys=True)).encode()).hexdigest()
