"""What the console reads: the queue, one ticket whole, colleagues. The moves are in `chatbot.tickets`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog

from chatbot import keys
from chatbot.commit import Store
from chatbot.corrections import NOT_ASKED
from chatbot.handoff import Clock, Handoffs
from chatbot.messages import CUSTOMER
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.record import Meta, Records
from chatbot.staff import Staff
from chatbot.texts import say
from chatbot.tickets import CLAIMED, QUEUED, Ticket, Tickets

log = structlog.get_logger()

SHOWN = 200
"""Waiting tickets in one list, and as many in others' hands; nobody reads further down."""


@dataclass(frozen=True, slots=True)
class Listed:
    """``tickets`` as the console shows them; ``counts``: how many there are of each group, shown or not."""

    tickets: list[dict[str, Any]]
    counts: dict[str, int]


class Desk:
    def __init__(self, records: Records, tickets: Tickets, handoffs: Handoffs, staff: Staff, clock: Clock) -> None:
        self._records = records
        self._redis: Store = records.redis
        self._moves = tickets
        self._handoffs = handoffs
        self._staff = staff
        self._clock = clock

    async def tickets(self, user: str = "", limit: int = SHOWN) -> Listed:
        """All that are in the user's hands, the front of the queue, and some in others' hands, each up to ``limit``:
        however many are in hand, the next to be claimed is there."""
        order = await self._moves.waiting()
        places = {id_: place for place, id_ in enumerate(order, start=1)}
        open_ = [one.decode() for one in await self._redis.zrange(keys.TICKETS, 0, -1)]
        held = await self._known([one for one in open_ if one not in places])
        mine = [one for one in held if one.claimed_by == user]
        others = [one for one in held if one.claimed_by != user]
        chosen = [*mine, *others[:limit], *await self._known(order[:limit])]
        wait = await self._handoffs.expected_waits()
        found = await self._records.metas([one.conversation for one in chosen])
        for ticket, meta in zip(chosen, found, strict=True):
            if meta is None:
                await self._forget(ticket.id)
        known = [(ticket, meta) for ticket, meta in zip(chosen, found, strict=True) if meta is not None]
        rows = []
        for (ticket, meta), last in zip(known, await self._records.last_said([meta for _, meta in known]), strict=True):
            try:
                row = self.shown(ticket, meta)
            except (KeyDestroyed, SealDamaged) as error:  # being erased, or damaged: the others' tickets stay readable
                log.warning("desk.unreadable", ticket=ticket.id, error=type(error).__name__)
                continue
            row["unanswered"] = ticket.state == CLAIMED and last is not None and last.author == CUSTOMER
            if ticket.state == QUEUED and (place := places.get(ticket.id)):
                row |= {"position": place, "expected_wait_minutes": wait(place)}
            rows.append(row)
        return Listed(rows, {"waiting": len(order), "mine": len(mine), "others": len(others)})

    async def _known(self, ids: list[str]) -> list[Ticket]:
        found = dict(zip(ids, await self._moves.several(ids), strict=True))
        for id_ in [one for one, ticket in found.items() if ticket is None]:
            await self._forget(id_)
        return [ticket for ticket in found.values() if ticket is not None]

    def shown(self, ticket: Ticket, meta: Meta) -> dict[str, Any]:
        """``topic_title`` and the texts are by language; ``promised_at`` is in ms. ``waiting_s``: until it was claimed,
        or now."""
        until = ticket.claimed_at if ticket.state == CLAIMED and ticket.claimed_at else self._clock()
        return {
            "ticket": ticket.id, "conversation": ticket.conversation, "state": ticket.state, "reason": ticket.reason,
            "reason_text": say("pl", f"answering.reason.{ticket.reason}"), "reasons": list(ticket.reasons),
            "topic": ticket.topic or None, "topic_title": self._handoffs.title(ticket.topic), "team": ticket.team,
            "language": ticket.language, "priority": ticket.priority, "promised_at": ticket.promised or None,
            "waiting_s": max(0, (until - ticket.created) // 1000), "claimed_by": ticket.claimed_by or None,
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
