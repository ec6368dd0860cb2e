"""What the console reads: the queue, one ticket whole, colleagues. The moves are in `chatbot.tickets`."""

from __future__ import annotations

from typing import Any

from chatbot import keys
from chatbot.commit import Store
from chatbot.corrections import NOT_ASKED
from chatbot.errors import NotFound
from chatbot.handoff import Clock, Handoffs
from chatbot.record import Meta, Records
from chatbot.staff import Staff
from chatbot.texts import say
from chatbot.tickets import QUEUED, Ticket, Tickets

SHOWN = 200
"""Tickets in one list; more than a team of fifty has in hand."""


class Desk:
    def __init__(self, records: Records, tickets: Tickets, handoffs: Handoffs, staff: Staff, clock: Clock) -> None:
        self._records = records
        self._redis: Store = records.redis
        self._moves = tickets
        self._handoffs = handoffs
        self._staff = staff
        self._clock = clock

    async def tickets(self, limit: int = SHOWN) -> list[dict[str, Any]]:
        """Open tickets: those in hand first, then the queue in its order."""
        waiting = await self._moves.waiting()
        all_open = [one.decode() for one in await self._redis.zrange(keys.TICKETS, 0, -1)]
        queued = set(waiting)
        order = [one for one in all_open if one not in queued] + waiting
        shown = []
        for position, id_ in enumerate(order[:limit], start=1 - (len(order) - len(waiting))):
            try:
                ticket = await self._moves.get(id_)
                meta = await self._records.meta(ticket.conversation)
            except NotFound:
                await self._forget(id_)
                continue
            row = self.shown(ticket, meta)
            if ticket.state == QUEUED:
                row |= {"position": position,
                        "expected_wait_minutes": await self._handoffs.expected_wait(max(position, 1))}
            shown.append(row)
        return shown

    def shown(self, ticket: Ticket, meta: Meta) -> dict[str, Any]:
        """``topic_title`` and the texts are by language; ``promised_at`` is in ms."""
        return {
            "ticket": ticket.id, "conversation": ticket.conversation, "state": ticket.state, "reason": ticket.reason,
            "reason_text": say("pl", f"answering.reason.{ticket.reason}"), "reasons": list(ticket.reasons),
            "topic": ticket.topic or None, "topic_title": self._handoffs.title(ticket.topic), "team": ticket.team,
            "language": ticket.language, "priority": ticket.priority, "promised_at": ticket.promised or None,
            "waiting_s": max(0, (self._clock() - ticket.created) // 1000), "claimed_by": ticket.claimed_by or None,
            "claimed_name": ticket.claimed_name or None, "question": self._records.open(meta, ticket.question),
            "off_hours": meta.state.value == "off_hours",
        }

    async def detail(self, ticket: Ticket) -> dict[str, Any]:
        """With the transcript, the notes, and the bot's draft as a suggestion."""
        meta = await self._records.meta(ticket.conversation)
        draft = self._records.open_json(meta, ticket.draft) if ticket.draft else {"text": ""}
        notes = await self._redis.lrange(keys.notes(ticket.id), 0, -1)
        return {
            **self.shown(ticket, meta),
            "transcript": [one.shown() for one in await self._records.transcript(meta)],
            "suggestion": draft if draft["text"] else None,
            "notes": [self._records.open_json(meta, one) for one in notes],
            "customer": self._records.customer(meta) or None, "consent": meta.consent or NOT_ASKED,
            "contract_date": meta.contract_date.isoformat() if meta.contract_date else None,
        }

    async def colleagues(self, but: str) -> list[dict[str, Any]]:
        """Everybody else who may take a ticket, with whether their console is open now."""
        accounts = [one for one in await self._staff.accounts() if one.user != but]
        present = [bool(await self._redis.exists(keys.present(one.user))) for one in accounts]
        return [{"user": one.user, "name": one.name, "present": there}
                for one, there in zip(accounts, present, strict=True)]

    async def _forget(self, id_: str) -> None:
        """A ticket whose conversation is gone."""
        await self._redis.zrem(keys.TICKETS, id_)
        await self._redis.zrem(keys.QUEUE, id_)
