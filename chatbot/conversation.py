"""The customer's side of a conversation: begin it, write, ask for a human, rate, read on, have it erased."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from chatbot import access, keys
from chatbot.answer import Reason
from chatbot.budget import Budgets
from chatbot.commit import TRIES, Commands, Step, commit
from chatbot.corrections import CONSENT_GIVEN, CONSENT_REFUSED
from chatbot.errors import BadInput, Busy, NotFound, TooMany, Unauthorised
from chatbot.handoff import Case, Clock, Handoffs
from chatbot.limits import Limits
from chatbot.messages import CUSTOMER, Message, digest, new_id
from chatbot.record import Meta, Records
from chatbot.states import HUMAN, Event, State, allowed, move
from chatbot.topics import agrees, wants_human
from chatbot.trial import Trials, rated


@dataclass(frozen=True, slots=True)
class Begun:
    conversation: str
    token: str


class Conversations:
    def __init__(self, records: Records, handoffs: Handoffs, budgets: Budgets, limits: Limits, clock: Clock) -> None:
        self._records = records
        self._redis = records.redis
        self._handoffs = handoffs
        self._budgets = budgets
        self._limits = limits
        self._clock = clock
        self._full_until = 0

    async def begin(self, identity: access.Identity, language: str) -> Begun:
        """A new conversation. The token is shown once and kept only as a hash."""
        conversation, token = new_id("c"), access.new_token()
        owner = self._records.owner(identity, conversation)
        await asyncio.to_thread(self._records.make_key, owner)
        contract = identity.contract_date.isoformat() if identity.contract_date else ""
        step = Step().absent(keys.conversation(conversation)).add([
            ("HSET", keys.conversation(conversation), "token", digest(token), "owner", owner, "language", language,
             "customer", self._records.seal_customer(owner, identity.customer), "contract_date", contract,
             "created", self._clock(), "state", State.BOT,
             "fence", 0, "busy", "", "turn", "", "tries", 0, "ticket", ""),
            ("EXPIRE", keys.conversation(conversation), keys.RETENTION),
            ("SADD", keys.owner(owner), conversation),
        ])
        if await commit(self._redis, step):
            raise Busy("try_again", retry_after=self._limits.retry_after)
        return Begun(conversation, token)

    async def admitted(self, conversation: str, token: str) -> Meta:
        """The one guarded way to a conversation for a customer. Raises Unauthorised, also for one that isn't there."""
        try:
            meta = await self._records.meta(conversation)
        except NotFound as error:
            raise Unauthorised("token") from error
        access.check_token(token, meta.token)
        return await self._resumed(meta) if meta.parked else meta

    async def _resumed(self, meta: Meta) -> Meta:
        """The customer is back: what was put aside while they were gone is answered now."""
        key = keys.conversation(meta.id)
        step = Step().field(key, "parked", 1).field(key, "busy", meta.busy).write("HSET", key, "parked", "")
        await commit(self._redis, step.add(turn(meta.id, meta.busy, self._clock())))
        return await self._records.meta(meta.id)

    async def post(self, meta: Meta, client_id: str, text: str) -> str:
        """Store the message, its turn and its event in one step; its id once that is on disk.

        The same client id and text again give the same id. Raises ClientIdReused for another text, TooMany or Busy
        when a bound is reached, BadInput for an empty or too long text.
        """
        self._check(client_id, text)
        full = self._clock() < self._full_until
        if full and meta.state not in HUMAN and not meta.busy and not self._calls_human(meta, text, full=True):
            raise Busy("full", retry_after=self._limits.retry_after)
        sent_key = keys.sent(meta.id, digest(client_id))
        message = Message(new_id("m"), CUSTOMER, text, self._clock(), client_id=client_id)
        for attempt in range(TRIES):
            if (known := await self._records.sent(meta, sent_key, text)) is not None:
                return known
            if attempt == 0:
                await self._budgets.spend("messages", meta.id, self._limits.messages_per_minute)
            else:
                meta = await self._records.meta(meta.id)
            if self._calls_human(meta, text, full=full):
                step = await self._calling(meta, message)
            else:
                step = await self._posting(meta, message)
            step.absent(sent_key).add(self._records.mark_sent(meta, sent_key, message))
            failed = await commit(self._redis, step)
            if failed is None:
                return message.id
            if failed == "full":
                self._full_until = self._clock() + int(self._limits.full_seconds * 1000)
                full = True
                if self._calls_human(meta, text, full=True):
                    continue
                raise Busy("full", retry_after=self._limits.retry_after)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def hand_over(self, meta: Meta) -> State:
        """The customer wants a human. Harmless when one is already called. Returns the new state."""
        for _ in range(TRIES):
            if meta.state in HUMAN:
                return meta.state
            question = next((one.text for one in reversed(await self._records.transcript(meta, 20))
                             if one.author == CUSTOMER), "")
            commands, _ticket = await self._handoffs.hand_over(meta, Case(Reason.CUSTOMER_ASKED, question))
            if await commit(self._redis, self._handoffs.guard(Step(), meta).add(commands)) is None:
                return (await self._records.meta(meta.id)).state
            meta = await self._records.meta(meta.id)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def decline(self, meta: Meta) -> None:
        """The customer prefers the bot to the human it offered. Raises Conflict where none was offered."""
        for _ in range(TRIES):
            moved = self._handoffs.moved(meta, move(meta.state, Event.DECLINE))
            if await commit(self._redis, self._handoffs.guard(Step(), meta).add(moved)) is None:
                return
            meta = await self._records.meta(meta.id)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def consent(self, meta: Meta, *, training: bool) -> None:
        """Whether the conversation, once nobody can be told from it, may teach the assistant. May change any time."""
        key = keys.conversation(meta.id)
        said = CONSENT_GIVEN if training else CONSENT_REFUSED
        step = Step().exists(key).write("HSET", key, "consent", said, "consent_at", self._clock())
        if await commit(self._redis, step):
            raise NotFound("no_conversation")

    async def rate(self, meta: Meta, message: str, rating: str, comment: str) -> None:
        """A thumb. Down, while the bot speaks, offers a human. Raises NotFound for a message that isn't an answer."""
        if not any(one.id == message and one.author != CUSTOMER for one in await self._records.transcript(meta)):
            raise NotFound("no_message")
        key = keys.ratings(meta.id)
        adapter = await self._records.redis.hget(keys.conversation(meta.id), "adapter")
        trial, first = await Trials(self._records.redis, self._clock).now(), not await self._records.redis.exists(key)
        kept = self._records.seal_json(meta, {"rating": rating, "comment": comment, "at": self._clock()})
        for _ in range(TRIES):
            step = self._handoffs.guard(Step(), meta)
            step.write("HSET", key, message, kept).write("EXPIRE", key, keys.RETENTION)
            if adapter is not None:
                step.add(rated(trial, meta.id, adapter.decode(), rating == "down", first))
            if rating == "down" and allowed(meta.state, Event.OFFER):
                step.add(self._handoffs.moved(meta, move(meta.state, Event.OFFER)))
            if await commit(self._redis, step) is None:
                return
            meta = await self._records.meta(meta.id)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    def _calls_human(self, meta: Meta, text: str, *, full: bool) -> bool:
        """Whether the message calls a human by itself: a yes to the one that was offered, or the wish for one in words
        that would otherwise wait behind a turn, or be refused because there is no place for another."""
        if meta.state in HUMAN:
            return False
        return (meta.state is State.OFFERED and agrees(text)) or ((full or bool(meta.busy)) and wants_human(text))

    async def _calling(self, meta: Meta, message: Message) -> Step:
        """The message and the handover in one step."""
        asked = next((one.text for one in reversed(await self._records.transcript(meta, 20))
                      if one.author == CUSTOMER), "")
        question = asked if agrees(message.text) else message.text
        commands, _ = await self._handoffs.hand_over(meta, Case(Reason.CUSTOMER_ASKED, question))
        step = self._handoffs.guard(Step(), meta).field(keys.conversation(meta.id), "busy", meta.busy)
        return step.add(self._records.say(meta, message)).add(commands)

    async def _posting(self, meta: Meta, message: Message) -> Step:
        """The message in whatever state the conversation is: to the bot, to its queue, or to a human."""
        key = keys.conversation(meta.id)
        step = Step().field(key, "state", meta.state).field(key, "busy", meta.busy).field(key, "ticket", meta.ticket)
        step.add(self._records.say(meta, message))
        if meta.state in HUMAN:
            return step.add(self._handoffs.told_desk(meta.ticket, "message"))
        if allowed(meta.state, Event.WRITE):
            step.add(self._handoffs.moved(meta, move(meta.state, Event.WRITE)))
        if meta.busy:
            waiting = int(await self._redis.llen(keys.pending(meta.id)))
            if waiting >= self._limits.turns_pending:
                raise TooMany("pending", retry_after=self._limits.retry_after)
            return step.write("RPUSH", keys.pending(meta.id), message.id)
        step.shorter(keys.TURNS, self._limits.turns_waiting)
        step.write("HSET", key, "busy", message.id, "tries", 0)
        return step.add(turn(meta.id, message.id, message.at))

    def _check(self, client_id: str, text: str) -> None:
        if not text.strip():
            raise BadInput("empty")
        if len(text) > self._limits.message_chars:
            raise BadInput("too_long", limit=self._limits.message_chars)
        if not client_id or len(client_id) > self._limits.client_id_chars:
            raise BadInput("client_id", limit=self._limits.client_id_chars)


def turn(conversation: str, message: str, at: int) -> Commands:
    """The job that has a message answered."""
    return [("XADD", keys.TURNS, "*", "c", conversation, "m", message, "at", at)]
