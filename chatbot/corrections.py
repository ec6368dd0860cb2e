"""What agents sent instead of the bot's words: the raw material of the next adapter.

Nothing here is masked or reviewed: whoever trains on it masks it, asks for `Correction.consent`, and has it reviewed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from chatbot import keys
from chatbot.answer import AnswerKind
from chatbot.commit import Commands, Step
from chatbot.errors import NotFound
from chatbot.messages import AI, CUSTOMER, Message
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.record import Meta, Records

HELD_BACK = "held_back"
SENT = "sent"
NONE = ""

CONSENT_GIVEN = "given"
CONSENT_REFUSED = "refused"
NOT_ASKED = "not_asked"

HISTORY = 8
"""Messages before the question that are kept with it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One ticket's. ``draft`` is what the bot wanted to say or said; ``draft_was`` tells which: ``held_back`` (the
    customer never saw it), ``sent`` (they saw it and still needed a human) or empty (there was none). ``citations`` are
    its passages, as messages show them. ``sent`` are the agent's messages, the first one first; ``edited`` is the place
    among them of the one that began as the bot's draft. ``consent`` is the customer's to training: given, refused or
    not_asked, as of now. ``at`` is in ms."""

    ticket: str
    conversation: str
    owner: str
    at: int
    language: str
    question: str
    history: tuple[tuple[str, str], ...]
    draft: str
    draft_was: str
    citations: tuple[dict[str, Any], ...]
    reasons: tuple[str, ...]
    topic: str
    by: str
    sent: tuple[str, ...]
    edited: int | None
    consent: str

    @property
    def best(self) -> str:
        """The agent's answer: the edited draft, else the longest message ("Dzień dobry" is none)."""
        return self.sent[self.edited] if self.edited is not None else max(self.sent, key=len)


async def read(records: Records, since: int = 0) -> AsyncIterator[Correction]:
    """Every correction made or added to since a time (ms), the oldest first. What was erased meanwhile is left out."""
    for name in await records.redis.zrangebyscore(keys.CORRECTIONS, since, "+inf"):
        found = await one(records, name.decode())
        if found is not None:
            yield found


async def one(records: Records, ticket: str) -> Correction | None:
    """A ticket's correction; None where there is none (any more)."""
    kept: dict[bytes, bytes] = await records.redis.hgetall(keys.correction(ticket))
    if not kept:
        return None
    try:
        meta = await records.meta(kept[b"conversation"].decode())
        data = records.open_json(meta, kept[b"data"])
    except (NotFound, KeyDestroyed, SealDamaged):
        return None
    return Correction(
        ticket=ticket, conversation=meta.id, owner=meta.owner, at=int(kept[b"at"]), language=data["language"],
        question=data["question"], history=tuple((author, text) for author, text in data["history"]),
        draft=data["draft"], draft_was=data["draft_was"], citations=tuple(data["citations"]),
        reasons=tuple(data["reasons"]), topic=data["topic"], by=data["by"], sent=tuple(data["sent"]),
        edited=data["edited"], consent=meta.consent or NOT_ASKED)


@dataclass(frozen=True, slots=True)
class About:
    """What of a ticket goes into its correction. ``held_back`` is the draft with its citations, empty without one."""

    ticket: str
    question: str
    reasons: tuple[str, ...]
    topic: str
    language: str
    held_back: dict[str, Any]


async def add(
    records: Records, meta: Meta, about: About, by: str, text: str, *, edited: bool, now: int
) -> tuple[Step, Commands]:
    """The checks and writes that keep one more message of the agent's."""
    key = keys.correction(about.ticket)
    count, sealed = await records.redis.hmget(key, ["count", "data"])
    data = records.open_json(meta, sealed) if sealed else await _begun(records, meta, about, by)
    if edited and data["edited"] is None:
        data["edited"] = len(data["sent"])
    data["sent"].append(text)
    check = Step().field(key, "count", count or "")
    return check, [
        ("HSET", key, "conversation", meta.id, "owner", meta.owner, "at", now, "count", len(data["sent"]),
         "data", records.seal_json(meta, data)),
        ("EXPIRE", key, keys.RETENTION), ("ZADD", keys.CORRECTIONS, now, about.ticket)]


async def _begun(records: Records, meta: Meta, about: About, by: str) -> dict[str, Any]:
    said = await records.transcript(meta)
    asked = max((n for n, one in enumerate(said) if one.author == CUSTOMER and one.text == about.question), default=0)
    draft, was, citations = about.held_back.get("text", ""), HELD_BACK, about.held_back.get("citations", [])
    if not draft:
        replied = _last_reply(said)
        draft, was = (replied.text, SENT) if replied else ("", NONE)
        citations = list(replied.citations) if replied else []
    return {"question": about.question, "draft": draft, "draft_was": was, "citations": citations,
            "history": [[one.author, one.text] for one in said[:asked][-HISTORY:]], "reasons": list(about.reasons),
            "topic": about.topic, "language": about.language, "by": by, "sent": [], "edited": None}


def _last_reply(said: list[Message]) -> Message | None:
    """The bot's last answer before any human wrote, if its last word was one."""
    bot = [one for one in said if one.author == AI]
    return bot[-1] if bot and bot[-1].kind == AnswerKind.REPLY else None
