"""What a webhook is told of a ticket, as it is when it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chatbot.errors import NotFound
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.record import Records
from chatbot.tickets import Tickets
from chatbot.webhooks.delivery import Delivery
from chatbot.webhooks.outbox import Type

MESSAGES = 50
"""Newest messages that go along where texts do."""


async def payload(one: Delivery, records: Records, tickets: Tickets, *, with_text: bool) -> str:
    """JSON. A ticket that was erased since is told as that, with its id alone."""
    data: dict[str, Any] = {"ticket": one.ticket}
    type_ = one.type
    if type_ not in (Type.TEST, Type.ERASED):
        try:
            data = await _ticket(one.ticket, records, tickets, with_text=with_text)
        except (NotFound, KeyDestroyed, SealDamaged):
            type_ = Type.ERASED
    return json.dumps({"type": type_.value, "timestamp": iso(one.at), "data": data}, ensure_ascii=False)


async def _ticket(id_: str, records: Records, tickets: Tickets, *, with_text: bool) -> dict[str, Any]:
    ticket = await tickets.get(id_)
    meta = await records.meta(ticket.conversation)
    data: dict[str, Any] = {
        "ticket": ticket.id, "conversation": ticket.conversation, "state": ticket.state, "reason": ticket.reason,
        "reasons": list(ticket.reasons), "topic": ticket.topic or None, "team": ticket.team,
        "language": ticket.language, "priority_minutes": ticket.priority, "created_at": iso(ticket.created),
        "promised_at": iso(ticket.promised) if ticket.promised else None, "claimed_by": ticket.claimed_by or None,
        "customer": records.customer(meta) or None, "console": f"/console#{ticket.id}",
    }
    if with_text:
        data["question"] = records.open(meta, ticket.question)
        data["messages"] = [{"message": one.id, "author": one.author, "text": one.text, "at": iso(one.at)}
                            for one in await records.transcript(meta, MESSAGES)]
    return data


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")
