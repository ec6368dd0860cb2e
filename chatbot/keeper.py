"""Periodic work on the queue: opening hours, leases, customers who left, places. One process at a time does it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError

from chatbot import keys, metrics
from chatbot.audit import Audit
from chatbot.commit import Step, Store, commit
from chatbot.errors import ChatError, NotFound
from chatbot.events import Hub
from chatbot.handoff import Clock, Handoffs
from chatbot.limits import Limits
from chatbot.messages import new_id
from chatbot.record import Records
from chatbot.states import Event, State, move
from chatbot.tickets import CLAIMED, QUEUED, Tickets
from chatbot.trial import Trials

log = structlog.get_logger()

LOCK_ROUNDS = 5
"""The lock outlives so many rounds, so that a dead holder is replaced soon."""


@dataclass(slots=True)
class Keeper:
    """``run`` until cancelled."""

    redis: Store
    records: Records
    tickets: Tickets
    handoffs: Handoffs
    hub: Hub
    audit: Audit
    limits: Limits
    clock: Clock
    _me: str = field(default_factory=lambda: new_id("k"))
    _consoles: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, int] = field(default_factory=dict)
    _opened: bool | None = None
    _trials: Trials = field(init=False)
    _watched: int = 0

    def __post_init__(self) -> None:
        self._trials = Trials(self.redis, self.clock)

    @contextlib.contextmanager
    def console(self, user: str) -> Iterator[None]:
        """While the block runs, the agent's console is open and the agent counts as present."""
        self._consoles[user] += 1
        try:
            yield
        finally:
            self._consoles[user] -= 1

    async def run(self) -> None:
        while True:
            try:
                await self._sign_of_life()
                if await self._holds_lock():
                    await self.round()
            except (RedisError, OSError) as error:
                log.warning("keeper.store_away", error=type(error).__name__)
            except ChatError as error:
                log.warning("keeper.refused", error=str(error))
            await asyncio.sleep(self.limits.keeper_seconds)

    async def round(self) -> None:
        """All of the periodic work once."""
        before, opened = self._opened, self.handoffs.open_now()
        for id_ in await self._worth_a_look(all_of_them=opened is not before):
            try:
                await self._look_after(id_, closing=bool(before) and not opened)
            except NotFound:
                continue
            except ChatError as error:  # one ticket holds up no other
                log.warning("keeper.refused", ticket=id_, error=str(error))
        self._opened = opened  # only now: a round that was broken off looks at all of them again
        await self._announce()
        await self._watch()

    async def _watch(self) -> None:
        """A second adapter that does harm is taken back."""
        now = self.clock()
        if now - self._watched >= self.limits.watch_seconds * 1000:
            self._watched = now
            await self._trials.watch(self.audit)

    async def _worth_a_look(self, *, all_of_them: bool) -> list[str]:
        """Tickets whose time may have come; once after a start, and whenever the doors open or close, all."""
        ids = [one.decode() for one in await self.redis.zrange(keys.TICKETS, 0, -1)]
        if all_of_them:
            return ids
        now, found = self.clock(), []
        async with self.redis.pipeline(transaction=False) as pipe:
            for id_ in ids:
                pipe.hmget(keys.ticket(id_), ["state", "lease", "created"])
            for id_, (state, lease, created) in zip(ids, await pipe.execute(), strict=True):
                over = state == CLAIMED.encode() and int(lease or 0) < now
                old = now - int(created or 0) > self.limits.abandoned_hours * 3_600_000
                if over or old:
                    found.append(id_)
        return found

    async def _look_after(self, id_: str, *, closing: bool = False) -> None:
        ticket = await self.tickets.get(id_)
        if ticket.state == CLAIMED and ticket.lease < self.clock():
            if await self.redis.exists(keys.present(ticket.claimed_by)):
                await self.tickets.renew(ticket.claimed_by)
            else:
                await self.tickets.requeue(id_)
        if ticket.state != QUEUED:
            return
        meta = await self.records.meta(ticket.conversation)
        if meta.state is State.OFF_HOURS and self.handoffs.open_now():
            step = self.handoffs.guard(Step(), meta).add(self.handoffs.moved(meta, move(meta.state, Event.OPEN)))
            step.write("HSET", keys.ticket(id_), "place", 0)  # the expected wait is announced again
            await commit(self.redis, step)
        if closing and ticket.place:
            await commit(self.redis, Step().field(keys.ticket(id_), "state", QUEUED).write(
                "HSET", keys.ticket(id_), "place", 0))  # the place is announced again, with when humans are back
        if not self.handoffs.open_now():
            return  # nobody leaves a queue that doesn't move
        seen, moved = await self.redis.hmget(keys.conversation(meta.id), ["seen", "state_at"])
        last = max(int(seen or 0), int(moved or 0), ticket.created, ticket.promised)
        away = self.clock() - last > self.limits.abandoned_hours * 3_600_000
        if away and self.handoffs.worked(last, self.limits.abandoned_open_hours):
            await self.tickets.abandon(id_)

    async def _announce(self) -> None:
        """Tell waiting customers that they have moved up; those far back only now and then."""
        opened = self.handoffs.open_now()
        waiting = await self.tickets.waiting()
        metrics.TICKETS.set(len(waiting))
        async with self.redis.pipeline(transaction=False) as pipe:
            for id_ in waiting:
                pipe.hmget(keys.ticket(id_), ["place", "conversation", "state", "promised"])
            found = await pipe.execute()
        for position, (id_, ticket) in enumerate(zip(waiting, found, strict=True), start=1):
            place, conversation, state, promised = (value.decode() if value else "" for value in ticket)
            near = position <= self.limits.places_announced or abs(position - int(place or 0)) >= 10
            if place == str(position) or not near or state != QUEUED:
                continue
            with contextlib.suppress(NotFound):
                meta = await self.records.meta(conversation)
                step = self.handoffs.guard(Step(), meta).field(keys.ticket(id_), "state", QUEUED)
                step.write("HSET", keys.ticket(id_), "place", position)
                step.add(self.records.event(meta, "queue", await self.handoffs.place(position, opened=opened,
                                                             promised=int(promised or 0))))
                await commit(self.redis, step)

    async def _sign_of_life(self) -> None:
        """Note which agents and customers have a page open here."""
        for user in +self._consoles:
            await self.redis.set(keys.present(user), 1, ex=keys.PRESENCE)
        now, open_here = self.clock(), self.hub.names
        noted = {name: at for name, at in self._seen.items() if name in open_here and now - at < keys.PRESENCE * 1000}
        for name in open_here:
            if name != keys.DESK and name not in noted:
                key = keys.conversation(name)
                await commit(self.redis, Step().exists(key).write("HSET", key, "seen", now))
                noted[name] = now
        self._seen = noted

    async def _holds_lock(self) -> bool:
        seconds = max(1, int(self.limits.keeper_seconds * LOCK_ROUNDS))
        if await self.redis.set(keys.KEEPER, self._me, nx=True, ex=seconds):
            return True
        if await self.redis.get(keys.KEEPER) == self._me.encode():
            await self.redis.expire(keys.KEEPER, seconds)
            return True
        return False
