"""The admin's duties to people: give somebody all that is held on them, erase them, what is masked as the company's own
number, how long things are kept. Customers' ids come in bodies, never in an address that a proxy would log."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chatbot.access import CUSTOMER_CHARS
from chatbot.api.depends import Admin, TheService
from chatbot.people import split
from chatbot.privacy.patterns import Patterns
from chatbot.privacy.thresholds import PATTERNS
from ingestion.company import NumberPattern

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Person(_Body):
    """``customer`` is the id that the company signs."""

    customer: str = Field(min_length=1, max_length=CUSTOMER_CHARS)


class Numbers(_Body):
    patterns: tuple[NumberPattern, ...] = Field(max_length=PATTERNS)


@router.post("/people/export")
async def export(body: Person, session: Admin, service: TheService) -> dict[str, Any]:
    """Everything held on a customer: conversations, tickets, corrections, training records, and where the company's
    documents name them."""
    found = await service.erasure.export(body.customer)
    await service.audit.note(session.account.user, "person.export", service.records.subject(body.customer))
    return found


@router.post("/people/erase")
async def erase(body: Person, session: Admin, service: TheService) -> dict[str, Any]:
    """Counts of what went; and what somebody must see to: adapters to train again, exported files, documents that name
    the person. It can't be undone."""
    erased = await service.erasure.customer(body.customer)
    await service.audit.note(session.account.user, "person.erase", service.records.subject(body.customer))
    return split(erased)


@router.get("/retention")
async def retention(session: Admin, service: TheService) -> dict[str, Any]:
    """How long things are kept (days), and what the last round took away."""
    return {"retention_days": service.settings.retention_days, "upload_days": service.settings.upload_days,
            "last": service.retention.last}


@router.get("/patterns")
async def patterns(session: Admin, service: TheService) -> dict[str, Any]:
    """What is masked as the company's own number: by its profile, and as saved here."""
    return await asyncio.to_thread(_shown, service.patterns)


@router.put("/patterns")
async def save(body: Numbers, session: Admin, service: TheService) -> dict[str, Any]:
    """Replace the saved patterns. Each is tried first; one that is no use is refused, and nothing changes."""
    await asyncio.to_thread(service.patterns.save, body.patterns)
    await service.audit.note(session.account.user, "patterns.save", str(len(body.patterns)))
    return await asyncio.to_thread(_shown, service.patterns)


def _shown(known: Patterns) -> dict[str, Any]:
    return {"profile": [one.model_dump() for one in known.profile], "saved": [one.model_dump() for one in known.saved]}
