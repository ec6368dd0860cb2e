"""One event on its way to one webhook, kept in the store until it arrived or was given up: pending, delivered, failed.

A try is begun by raising its number, which only one process can; what a slow or dead process has to say of an older try
is not written.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from chatbot import keys
from chatbot.commit import Commands, Step, Store, commit
from chatbot.errors import NotFound
from chatbot.handoff import Clock
from chatbot.webhooks.limits import Limits
from chatbot.webhooks.outbox import Type


class State(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """``event`` is what the receiver knows it by: the same in every try. Times in ms. ``said``: what came of the last
    try, for people."""

    id: str
    webhook: str
    event: str
    type: Type
    ticket: str
    at: int
    state: State
    tries: int
    due: int
    said: str


class Deliveries:
    def __init__(self, redis: Store, limits: Limits, clock: Clock) -> None:
        self._redis = redis
        self._limits = limits
        self._clock = clock

    def planned(self, event: str, webhook: str, type_: Type, ticket: str, at: int) -> tuple[str, Commands]:
        """The key and the commands of a new one, due now."""
        id_ = f"{event}.{webhook}"
        key = keys.delivery(id_)
        return key, [
            ("HSET", key, "webhook", webhook, "event", event, "type", type_.value, "ticket", ticket, "at", at,
             "state", State.PENDING.value, "tries", 0, "due", self._clock(), "said", ""),
            ("EXPIRE", key, self._limits.kept), ("ZADD", keys.DELIVERIES, self._clock(), id_),
            ("ZADD", keys.webhook_log(webhook), at, id_),
            ("ZREMRANGEBYRANK", keys.webhook_log(webhook), 0, -self._limits.listed - 1),
            ("EXPIRE", keys.webhook_log(webhook), self._limits.kept),
        ]

    async def due(self, of_one: int) -> list[Delivery]:
        """Those whose time has come, the longest waiting first; at most so many to one webhook, so that the backlog of
        a slow receiver stands before no other's."""
        taken: Counter[str] = Counter()
        found = []
        for id_ in await self._redis.zrangebyscore(keys.DELIVERIES, 0, self._clock()):
            webhook = id_.decode().rpartition(".")[2]
            if taken[webhook] >= of_one:
                continue
            try:
                found.append(await self.get(id_.decode()))
                taken[webhook] += 1
            except NotFound:
                await self._redis.zrem(keys.DELIVERIES, id_)
        return found

    async def get(self, id_: str) -> Delivery:
        """Raises NotFound."""
        kept: dict[bytes, bytes] = await self._redis.hgetall(keys.delivery(id_))
        if not kept:
            raise NotFound("no_delivery")
        text = {name.decode(): value.decode() for name, value in kept.items()}
        return Delivery(id_, text["webhook"], text["event"], Type(text["type"]), text["ticket"], int(text["at"]),
                        State(text["state"]), int(text["tries"]), int(text["due"]), text["said"])

    async def log(self, webhook: str) -> list[Delivery]:
        """The newest first."""
        found = []
        for id_ in await self._redis.zrevrange(keys.webhook_log(webhook), 0, -1):
            try:
                found.append(await self.get(id_.decode()))
            except NotFound:
                continue
        return found

    async def begin(self, one: Delivery) -> bool:
        """Take the next try; False when another process has."""
        again = self._clock() + int(self._limits.lease * 1000)
        step = self._as_seen(one).write("HSET", keys.delivery(one.id), "tries", one.tries + 1, "due", again)
        return await commit(self._redis, step.write("ZADD", keys.DELIVERIES, again, one.id)) is None

    async def succeeded(self, begun: Delivery, said: str) -> None:
        await self._end(begun, State.DELIVERED, said)

    async def failed(self, begun: Delivery, said: str, *, for_good: bool = False) -> None:
        """To be tried again later, unless there were tries enough."""
        done = begun.tries - 1
        if for_good or done >= len(self._limits.retries):
            await self._end(begun, State.FAILED, said)
            return
        pause = self._limits.retries[done] * (1 + random.random() * self._limits.jitter)
        due = self._clock() + int(pause * 1000)
        step = self._as_seen(begun).write("HSET", keys.delivery(begun.id), "due", due, "said", said)
        await commit(self._redis, step.write("ZADD", keys.DELIVERIES, due, begun.id))

    async def again(self, webhook: str, id_: str) -> None:
        """All tries anew, from now. Raises NotFound, also for another webhook's delivery."""
        one = await self.get(id_)
        if one.webhook != webhook:
            raise NotFound("no_delivery")
        step = self._as_seen(one).write("HSET", keys.delivery(id_), "state", State.PENDING.value, "tries", 0,
                                        "due", self._clock())
        await commit(self._redis, step.write("ZADD", keys.DELIVERIES, self._clock(), id_))

    async def _end(self, begun: Delivery, state: State, said: str) -> None:
        step = self._as_seen(begun).write("HSET", keys.delivery(begun.id), "state", state.value, "said", said,
                                          "due", self._clock())
        await commit(self._redis, step.write("ZREM", keys.DELIVERIES, begun.id))

    def _as_seen(self, one: Delivery) -> Step:
        key = keys.delivery(one.id)
        return Step().field(key, "tries", one.tries).field(key, "state", one.state.value)
