"""The agent's side: the queue, a claim with one winner, notes, replies, and giving the conversation back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot import corrections, keys, priority
from chatbot.answer import Reason
from chatbot.commit import TRIES, Step, commit
from chatbot.errors import BadInput, Busy, Conflict, Forbidden, NotFound
from chatbot.handoff import Clock, Handoffs
from chatbot.limits import Limits
from chatbot.messages import HUMAN, Message, digest, new_id
from chatbot.record import Meta, Records
from chatbot.staff import Account, Role
from chatbot.states import Event, move

QUEUED = "queued"
CLAIMED = "claimed"
RETURNED = "returned"
CLOSED = "closed"

HANDLING_WEIGHT = 0.1
"""Of the newest ticket in the moving average: about the last twenty count."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    conversation: str
    state: str
    reason: str
    reasons: tuple[str, ...]
    topic: str
    team: str
    language: str
    priority: int
    promised: int
    created: int
    score: int
    claimed_by: str
    claimed_name: str
    claimed_at: int
    lease: int
    place: int
    question: bytes
    draft: bytes


class Tickets:
    def __init__(self, records: Records, handoffs: Handoffs, limits: Limits, clock: Clock) -> None:
        self._records = records
        self._redis = records.redis
        self._handoffs = handoffs
        self._limits = limits
        self._clock = clock

    async def get(self, ticket: str) -> Ticket:
        """Raises NotFound."""
        found: dict[bytes, bytes] = await self._redis.hgetall(keys.ticket(ticket))
        if not found:
            raise NotFound("no_ticket")
        return _ticket(ticket, found)

    async def several(self, ids: Sequence[str]) -> list[Ticket | None]:
        """Many at once, in one round trip; None for one that isn't there."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for one in ids:
                pipe.hgetall(keys.ticket(one))
            found = await pipe.execute()
        return [_ticket(one, kept) if kept else None for one, kept in zip(ids, found, strict=True)]

    async def waiting(self) -> list[str]:
        """Ids in the order of the queue."""
        return [one.decode() for one in await self._redis.zrange(keys.QUEUE, 0, -1)]

    async def claim(self, id_: str, by: Account) -> Ticket:
        """Exactly one agent gets it; claiming one's own again is harmless. Raises Conflict for the others."""
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            if ticket.state == CLAIMED and ticket.claimed_by == by.user:
                return ticket
            if ticket.state != QUEUED:
                raise Conflict("claimed", name=ticket.claimed_name) if ticket.claimed_by else Conflict("ticket_over")
            now = self._clock()
            step = self._guard(ticket, meta)
            step.write("HSET", keys.ticket(id_), "state", CLAIMED, "claimed_by", by.user,
                       "claimed_name", by.name, "claimed_at", now, "lease", self._lease())
            step.write("ZREM", keys.QUEUE, id_)
            step.add(self._handoffs.moved(meta, move(meta.state, Event.CLAIM), name=by.name))
            step.add(self._handoffs.told_desk(id_, CLAIMED))
            if await commit(self._redis, step) is None:
                return await self.get(id_)
        raise Busy("try_again", retry_after=1)

    async def reply(self, id_: str, by: Account, client_id: str, text: str, *, from_suggestion: bool = False) -> str:
        """A human message to the customer. The same client id again is harmless for a day.

        It is kept beside what the bot said or wanted to say (`chatbot.corrections`); ``from_suggestion``: it began as
        the bot's draft.
        """
        if not text.strip():
            raise BadInput("empty")
        if len(text) > self._limits.message_chars:
            raise BadInput("too_long", limit=self._limits.message_chars)
        if not client_id or len(client_id) > self._limits.client_id_chars:
            raise BadInput("client_id", limit=self._limits.client_id_chars)
        message = Message(new_id("m"), HUMAN, text, self._clock(), name=by.name, client_id=client_id)
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            sent = keys.sent(meta.id, digest(f"{by.user}:{client_id}"))
            if (known := await self._records.sent(meta, sent, text)) is not None:
                return known
            self._check_holder(ticket, by)
            step = self._guard(ticket, meta).absent(sent)
            step.add(self._records.mark_sent(meta, sent, message))
            step.write("HSET", keys.ticket(id_), "lease", self._lease())
            step.add(self._records.say(meta, message))
            checks, kept = await corrections.add(self._records, meta, self._about(ticket, meta), by.user, text,
                                                 edited=from_suggestion, now=message.at)
            step.checks += checks.checks
            step.names += checks.names
            step.add(kept)
            step.add(self._handoffs.told_desk(id_, "message"))
            if await commit(self._redis, step) is None:
                return message.id
        raise Busy("try_again", retry_after=1)

    async def note(self, id_: str, by: Account, text: str) -> None:
        """For colleagues only; the customer never sees it."""
        if not text.strip():
            raise BadInput("empty")
        if len(text) > self._limits.message_chars:
            raise BadInput("too_long", limit=self._limits.message_chars)
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            note = self._records.seal_json(meta, {"by": by.name, "text": text, "at": self._clock()})
            step = self._guard(ticket, meta).write("RPUSH", keys.notes(id_), note)
            step.write("EXPIRE", keys.notes(id_), keys.RETENTION).add(self._handoffs.told_desk(id_, "note"))
            if await commit(self._redis, step) is None:
                return
        raise Busy("try_again", retry_after=1)

    async def give_back(self, id_: str, by: Account, text: str | None) -> None:
        """To the bot, with a last message if the agent wishes."""
        await self._finish(id_, by, Event.RETURN, RETURNED, text)

    async def close(self, id_: str, by: Account) -> None:
        await self._finish(id_, by, Event.CLOSE, CLOSED, None)

    async def requeue(self, id_: str, *, by: Account | None = None, team: str | None = None) -> None:
        """Back to the queue at its old place: the agent went away, or passes it on (to ``team``)."""
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            if by is not None:
                self._check_holder(ticket, by)
            elif ticket.state != CLAIMED or ticket.lease > self._clock():
                return
            step = self._queued_again(ticket, meta, ticket.score, team=team or ticket.team)
            step.add(self._handoffs.moved(meta, move(meta.state, Event.LEAVE)))
            if await commit(self._redis, step) is None:
                return
        raise Busy("try_again", retry_after=1)

    async def postpone(self, id_: str, by: Account, promised: int) -> None:
        """Back to the queue until a promised time (ms), which the customer is told. Raises BadInput for one that is
        past or too far."""
        if not self._clock() < promised < self._clock() + int(self._limits.promise_days * 24 * 3_600_000):
            raise BadInput("promise_past", days=f"{self._limits.promise_days:g}")
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            self._check_holder(ticket, by)
            step = self._queued_again(ticket, meta, priority.postponed(promised), promised=promised)
            step.add(self._handoffs.moved(meta, move(meta.state, Event.POSTPONE), promised=promised))
            if await commit(self._redis, step) is None:
                return
        raise Busy("try_again", retry_after=1)

    async def pass_to(self, id_: str, by: Account, to: Account) -> None:
        """To a colleague whose console is open. Raises Conflict when it isn't."""
        if not await self._redis.exists(keys.present(to.user)):
            raise Conflict("agent_away", name=to.name)
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            self._check_holder(ticket, by)
            step = self._guard(ticket, meta)
            step.write("HSET", keys.ticket(id_), "claimed_by", to.user, "claimed_name", to.name, "lease", self._lease())
            step.add(self._handoffs.moved(meta, move(meta.state, Event.PASS), name=to.name))
            step.add(self._handoffs.told_desk(id_, "passed"))
            if await commit(self._redis, step) is None:
                return
        raise Busy("try_again", retry_after=1)

    async def withdraw(self, meta: Meta) -> None:
        """The waiting customer no longer wants a human. Raises Conflict where nobody waits."""
        for _ in range(TRIES):
            row = move(meta.state, Event.WITHDRAW)
            ticket = await self.get(meta.ticket)
            step = self._over(ticket, meta, CLOSED).add(self._handoffs.moved(meta, row))
            if await commit(self._redis, step) is None:
                return
            meta = await self._records.meta(meta.id)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def abandon(self, id_: str) -> None:
        """The customer is taken to have left."""
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            if ticket.state != QUEUED:
                return
            step = self._over(ticket, meta, CLOSED).add(self._handoffs.moved(meta, move(meta.state, Event.ABANDON)))
            if await commit(self._redis, step) is None:
                return

    async def renew(self, user: str) -> None:
        """The agent is there: the leases of what they hold begin anew."""
        ids = [one.decode() for one in await self._redis.zrange(keys.TICKETS, 0, -1)]
        for ticket in await self.several(ids):
            if ticket is not None and ticket.claimed_by == user:
                key = keys.ticket(ticket.id)
                step = Step().field(key, "state", CLAIMED).field(key, "claimed_by", user)
                await commit(self._redis, step.write("HSET", key, "lease", self._lease()))

    async def _finish(self, id_: str, by: Account, event: Event, state: str, text: str | None) -> None:
        if text and len(text) > self._limits.message_chars:
            raise BadInput("too_long", limit=self._limits.message_chars)
        for _ in range(TRIES):
            ticket, meta = await self._open(id_)
            if ticket.state in (RETURNED, CLOSED):
                raise Conflict("ticket_over")
            if not (event is Event.CLOSE and ticket.state == QUEUED):
                self._check_holder(ticket, by)
            step = self._over(ticket, meta, state)
            if text and text.strip():
                step.add(self._records.say(meta, Message(new_id("m"), HUMAN, text, self._clock(), name=by.name)))
            step.add(self._handoffs.moved(meta, move(meta.state, event), name=by.name))
            if await commit(self._redis, step) is None:
                if ticket.claimed_at:
                    await self._learn_handling((self._clock() - ticket.claimed_at) / 1000)
                return
        raise Busy("try_again", retry_after=1)

    def _over(self, ticket: Ticket, meta: Meta, state: str) -> Step:
        step = self._guard(ticket, meta)
        step.write("HSET", keys.ticket(ticket.id), "state", state, "closed_at", self._clock())
        step.write("HSET", keys.conversation(meta.id), "ticket", "")
        step.write("ZREM", keys.QUEUE, ticket.id).write("ZREM", keys.TICKETS, ticket.id)
        return step.add(self._handoffs.told_desk(ticket.id, state))

    def _guard(self, ticket: Ticket, meta: Meta) -> Step:
        key = keys.ticket(ticket.id)
        return self._handoffs.guard(Step(), meta).field(key, "state", ticket.state).field(
            key, "claimed_by", ticket.claimed_by)

    def _check_holder(self, ticket: Ticket, by: Account) -> None:
        if ticket.state in (RETURNED, CLOSED):
            raise Conflict("ticket_over")
        if ticket.state != CLAIMED:
            raise Conflict("not_claimed")
        if ticket.claimed_by != by.user and by.role is not Role.ADMIN:
            raise Forbidden("not_yours", name=ticket.claimed_name)

    async def _open(self, id_: str) -> tuple[Ticket, Meta]:
        ticket = await self.get(id_)
        return ticket, await self._records.meta(ticket.conversation)

    def _queued_again(
        self, ticket: Ticket, meta: Meta, score: int, *, team: str | None = None, promised: int = 0
    ) -> Step:
        step = self._guard(ticket, meta).field(keys.ticket(ticket.id), "lease", ticket.lease)
        step.write("HSET", keys.ticket(ticket.id), "state", QUEUED, "claimed_by", "", "claimed_name", "", "lease", 0,
                   "place", 0, "team", team or ticket.team, "score", score, "promised", promised or ticket.promised)
        step.write("ZADD", keys.QUEUE, score, ticket.id)
        return step.add(self._handoffs.told_desk(ticket.id, QUEUED))

    def _about(self, ticket: Ticket, meta: Meta) -> corrections.About:
        draft = self._records.open_json(meta, ticket.draft) if ticket.draft else {}
        return corrections.About(ticket.id, self._records.open(meta, ticket.question), ticket.reasons, ticket.topic,
                                 ticket.language, draft)

    async def _learn_handling(self, seconds: float) -> None:
        before = await self._redis.get(keys.HANDLING)
        mean = float(before) if before else self._limits.handling_minutes * 60
        await self._redis.set(keys.HANDLING, round(mean + HANDLING_WEIGHT * (seconds - mean), 1))

    def _lease(self) -> int:
        return self._clock() + int(self._limits.lease_minutes * 60_000)


def _ticket(id_: str, found: dict[bytes, bytes]) -> Ticket:
    def text(name: str) -> str:
        return found.get(name.encode(), b"").decode()

    return Ticket(
        id=id_, conversation=text("conversation"), state=text("state"), reason=text("reason") or Reason.CUSTOMER_ASKED,
        reasons=tuple(one for one in text("reasons").split(",") if one), topic=text("topic"), team=text("team"),
        language=text("language"), priority=int(text("priority") or 0),
        promised=int(text("promised") or 0), created=int(text("created")),
        score=int(text("score")), claimed_by=text("claimed_by"),
        claimed_name=text("claimed_name"), claimed_at=int(text("claimed_at") or 0),
        lease=int(text("lease") or 0), place=int(text("place") or 0),
        question=found.get(b"question", b""), draft=found.get(b"draft", b""),
    )
