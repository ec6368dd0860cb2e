"""The admin's API: documents and jobs, adapters, thresholds, playground, accounts, audit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from chatbot.api.depends import Admin, TheService

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])


@router.get("/audit")
async def audit(session: Admin, service: TheService, limit: int = 200) -> dict[str, Any]:
    """Newest first; ``broken_at`` is the first entry that doesn't fit the chain."""
    entries = await service.audit.read(min(max(limit, 1), 1000))
    return {"entries": [asdict(entry) for entry in entries], "broken_at": await service.audit.broken_at()}
