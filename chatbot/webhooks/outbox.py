"""What happened to tickets, for the webhooks: written in the same atomic step as the happening itself, so that none is
told of what wasn't stored and none stored is forgotten. Ids only; texts are read when it is sent."""

from __future__ import annotations

from enum import StrEnum

from chatbot import keys
from chatbot.commit import Commands
from chatbot.webhooks.limits import LIMITS


class Type(StrEnum):
    """What a webhook may ask to be told."""

    QUEUED = "ticket.queued"
    CLAIMED = "ticket.claimed"
    PASSED = "ticket.passed"
    MESSAGE = "ticket.message"
    NOTE = "ticket.note"
    RETURNED = "ticket.returned"
    CLOSED = "ticket.closed"
    ERASED = "ticket.erased"
    TEST = "test"


def happened(ticket: str, type_: Type, at: int) -> Commands:
    """``at`` in ms."""
    return [("XADD", keys.OUTBOX, "MAXLEN", "~", LIMITS.waiting, "*", "type", type_.value, "ticket", ticket, "at", at)]
