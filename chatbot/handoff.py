"""Moves of the state machine as commands for one atomic step: the conversation's state, the ticket, the customer's
message and the console's event are written together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from chatbot import hours, keys, priority
from chatbot.answer import Reason
from chatbot.commit import Commands, Step
from chatbot.limits import Limits
from chatbot.messages import new_id
from chatbot.record import Meta, Records
from chatbot.states import Event, Move, move
from chatbot.texts import say
from chatbot.topics import language_of, topic_of, upset
from chatbot.webhooks.outbox import Type, happened
from ingestion.company import Company, Topic

Clock = Callable[[], int]
"""Milliseconds since 1970."""

SUPPORT = "support"
"""The team of what no topic says otherwise of."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the agent is told of a handover. ``draft`` is the reply that was held back. What isn't known of the topic
    is read from the question's words when the ticket is made."""

    reason: Reason
    question: str = ""
    reasons: tuple[Reason, ...] = ()
    topic: str | None = None
    team: str = SUPPORT
    draft: str = ""
    draft_citations: tuple[dict[str, object], ...] = field(default_factory=tuple)


class Handoffs:
    def __init__(self, records: Records, company: Company, limits: Limits, clock: Clock) -> None:
        self._records = records
        self._company = company
        self._limits = limits
        self._clock = clock

    def today(self) -> date:
        """The company's day."""
        return self._now().astimezone(self._company.hours.zone).date()

    def open_now(self) -> bool:
        return hours.is_open(self._company.hours, self._now())

    def opens_at(self) -> str | None:
        opening = hours.next_opening(self._company.hours, self._now())
        return opening.isoformat() if opening else None

    def worked(self, since: int, hours_: float) -> bool:
        """Whether humans have been at work for so many hours since a moment (ms)."""
        until = hours.after(self._company.hours, datetime.fromtimestamp(since / 1000, UTC), hours_ * 60)
        return until is not None and until <= self._now()

    def guard(self, step: Step, meta: Meta) -> Step:
        """The checks of every move: nobody changed the state, the turn or the ticket since ``meta`` was read."""
        key = keys.conversation(meta.id)
        return step.field(key, "state", meta.state).field(key, "fence", meta.fence).field(key, "ticket", meta.ticket)

    def moved(self, meta: Meta, row: Move, *, reason: Reason | None = None, name: str | None = None,
              promised: int = 0, before: str = "", after: str = "") -> Commands:
        """The conversation in its new state, and the customer's message about it."""
        text = say(meta.language, f"chat.states.{row.text}", name=name or "", opens=self._opens_text(meta.language),
                   when=self.when(meta.language, promised) if promised else "")
        data = {"state": row.target.value, "event": row.event.value,
                "text": " ".join(part for part in (before, text, after) if part)}
        if reason is not None:
            data["reason"] = reason.value
        if name:
            data["name"] = name
        return [("HSET", keys.conversation(meta.id), "state", row.target, "state_at", self._clock()),
                *self._records.event(meta, "state", data)]

    def silence(self, meta: Meta) -> Commands:
        """No turn runs or waits any more; one that runs may not write, and is told to stop."""
        commands: Commands = [
            ("HSET", keys.conversation(meta.id), "busy", "", "turn", "", "parked", "", "fence", meta.fence + 1),
            ("DEL", keys.pending(meta.id)),
            ("PUBLISH", keys.WAKE, f"!{meta.id}"),
        ]
        if meta.turn:
            commands += self._records.event(meta, "done", {"turn": meta.turn})
        return commands

    async def hand_over(self, meta: Meta, case: Case, *, told: bool = False) -> tuple[Commands, str]:
        """Everything of a handover, and the new ticket's id. ``told``: the reason was said in a message already.

        Raises Conflict where the conversation is with a human already.
        """
        opened = self.open_now()
        row = move(meta.state, Event.HAND_OVER if opened else Event.HAND_OVER_CLOSED)
        topic = self._topic(case)
        reasons = _reasons(case)
        ticket, now = new_id("t"), self._clock()
        minutes, promised = priority.boost(reasons, topic), self._promised(topic)
        score = priority.rank(now, minutes, promised)
        before = int(await self._records.redis.zcount(keys.QUEUE, "-inf", score))
        why = "" if told else say(meta.language, f"answering.ticket.{case.reason.value}")
        promise = say(meta.language, "chat.promise", when=self.when(meta.language, promised)) if promised else ""
        commands = self.silence(meta)
        commands += self.moved(meta, row, reason=case.reason, before=why, after=promise)
        commands += [
            ("HSET", keys.conversation(meta.id), "ticket", ticket),
            ("HSET", keys.ticket(ticket), "conversation", meta.id, "state", "queued", "reason", case.reason,
             "reasons", ",".join(reasons), "topic", topic.name if topic else case.topic or "",
             "team", topic.team if topic else case.team, "language", language_of(case.question, meta.language),
             "priority", minutes, "promised", promised, "created", now, "score", score,
             "claimed_by", "", "lease", 0, "place", before + 1,
             "question", self._records.seal(meta, case.question),
             "draft", self._records.seal_json(meta, {"text": case.draft, "citations": list(case.draft_citations)})),
            ("EXPIRE", keys.ticket(ticket), keys.RETENTION),
            ("RPUSH", keys.conversation_tickets(meta.id), ticket),
            ("EXPIRE", keys.conversation_tickets(meta.id), keys.RETENTION),
            ("ZADD", keys.QUEUE, score, ticket), ("ZADD", keys.TICKETS, now, ticket),
            *self.told_desk(ticket, "queued"),
        ]
        commands += self._records.event(meta, "queue", await self.place(before + 1, opened=opened, promised=promised))
        return commands + self._records.lifetime(meta), ticket

    def title(self, topic: str) -> Mapping[Literal["pl", "en"], str]:
        """A topic's name as people read it, by language; empty for none."""
        found = next((one for one in self._company.topics if one.name == topic), None)
        return found.title if found else {}

    def teams(self) -> list[str]:
        """Every team that a topic goes to, and the one for the rest."""
        return sorted({SUPPORT, *(one.team for one in self._company.topics)})

    def when(self, language: str, moment: int) -> str:
        """A moment (ms) as one says it in the company's zone."""
        local = datetime.fromtimestamp(moment / 1000, UTC).astimezone(self._company.hours.zone)
        return hours.said(language, local, self._now())

    def _topic(self, case: Case) -> Topic | None:
        if case.topic:
            return next((one for one in self._company.topics if one.name == case.topic), None)
        return topic_of(case.question, self._company) if case.question else None

    def _promised(self, topic: Topic | None) -> int:
        """By when a human answers (ms), where the company promises that; else 0."""
        minutes = (topic.promise_minutes if topic else None) or self._company.promise_minutes
        until = hours.after(self._company.hours, self._now(), minutes) if minutes else None
        return int(until.timestamp() * 1000) if until else 0

    async def place(self, position: int, *, opened: bool, promised: int = 0) -> dict[str, object]:
        """The data of a `queue` event. ``promised`` (ms): by when an answer was promised; 0: it wasn't."""
        data: dict[str, object] = {"position": position}
        if promised:
            data["promised_at"] = datetime.fromtimestamp(promised / 1000, UTC).isoformat()
        if opened:
            data["expected_wait_minutes"] = await self.expected_wait(position)
        elif opens := self.opens_at():
            data["opens_at"] = opens
        return data

    async def expected_wait(self, position: int) -> int:
        """Minutes until the ticket at that place of the queue (from 1) is claimed."""
        return (await self.expected_waits())(position)

    async def expected_waits(self) -> Callable[[int], int]:
        """The same for any place, as things stand now."""
        redis = self._records.redis
        seconds = await redis.get(keys.HANDLING)
        minutes = float(seconds) / 60 if seconds else self._limits.handling_minutes
        names: set[bytes] = await redis.smembers(keys.STAFF)
        present = await redis.exists(*(keys.present(name.decode()) for name in names)) if names else 0
        return lambda position: hours.expected_wait(position, minutes, int(present))

    def told_desk(self, ticket: str, state: str) -> Commands:
        return told_desk(ticket, state, self._clock())

    async def desk_now(self) -> str:
        """The newest position of the console's events."""
        newest = await self._records.redis.xrevrange(keys.DESK_EVENTS, count=1)
        return newest[0][0].decode() if newest else "0-0"

    def _opens_text(self, language: str) -> str:
        opening = hours.next_opening(self._company.hours, self._now())
        if opening is None:
            return say(language, "chat.hours.unknown")
        return say(language, "chat.hours.opens", when=hours.said(language, opening, self._now()))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)


def told_desk(ticket: str, state: str, at: int) -> Commands:
    """The console's event, and the webhooks': ids only, no personal text. ``at`` in ms."""
    return [("XADD", keys.DESK_EVENTS, "MAXLEN", "~", 1000, "*", "t", "ticket",
             "d", f'{{"ticket":"{ticket}","state":"{state}"}}'),
            ("PUBLISH", keys.WAKE, keys.DESK), *happened(ticket, Type(f"ticket.{state}"), at)]


def _reasons(case: Case) -> tuple[Reason, ...]:
    """With the mood of the question's words, which nobody looks at where a button handed over or a model failed."""
    reasons = tuple(dict.fromkeys((case.reason, *case.reasons)))
    return (*reasons, Reason.MOOD) if Reason.MOOD not in reasons and upset(case.question) else reasons
