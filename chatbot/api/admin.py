"""The admin's API: adapters, thresholds, playground, accounts, audit. Documents are in `chatbot.api.documents`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chatbot import adapter, appointed, drift, keys
from chatbot.adapters import in_service, known, of
from chatbot.api.depends import Admin, TheService
from chatbot.appointed import Appointed
from chatbot.errors import BadInput, Busy
from chatbot.sequential import ALPHA
from chatbot.staff import PASSWORD_MOST, Role
from chatbot.thresholds import load as load_thresholds
from chatbot.thresholds import shown as shown_thresholds
from chatbot.trial import HARMS, LARGEST_SHARE, Trials

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Try(_Body):
    question: str = Field(min_length=1, max_length=2000)
    as_of: date | None = None


class NewAccount(_Body):
    """``name`` is what customers read. A longer password couldn't be signed in with (`chatbot.api.staff`)."""

    user: str
    name: str = Field(min_length=1, max_length=100)
    role: Role = Role.AGENT
    password: str = Field(max_length=PASSWORD_MOST)


@router.get("/adapters")
async def adapters(session: Admin, service: TheService) -> dict[str, Any]:
    """Every adapter with what is known of it and how its answers went; which one answers, and which one should."""
    counts = await service.redis.hgetall(keys.ADAPTER_COUNTS)
    answers: dict[str, dict[str, int]] = {}
    for name, count in counts.items():
        who, _, kind = name.decode().rpartition(" ")
        answers.setdefault(who, {})[kind] = int(count)
    active = service.parts.model.adapter if service.parts else None
    shelf = await asyncio.to_thread(known, service.settings)
    found = [{**asdict(one), "fit": one.fit, "active": active is not None and one.manifest.get("name") == active,
              "answers": answers.get(one.manifest.get("name", one.name), {})} for one in shelf]
    return {"active": active, "adapters": found, "swapping": asdict(service.swapping),
            "service": await asyncio.to_thread(in_service, service.settings)}


@router.post("/adapters/rollback", status_code=202)
async def roll_back(session: Admin, service: TheService) -> dict[str, Any]:
    """Put the adapter that was in service before this one back; it answers within seconds."""
    by = session.account.user
    before = (await asyncio.to_thread(in_service, service.settings))["before"]
    if before is None:
        raise BadInput("no_rollback")
    await asyncio.to_thread(appointed.appoint, service.settings.data_dir, Appointed(
        adapter=before, since=datetime.now(UTC), by=by, why="rolled back"))
    await service.audit.note(by, "adapter.rollback", before)
    return {"adapter": before}


class NewTrial(_Body):
    """``share`` of the conversations goes to ``adapter``."""

    adapter: str = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")
    share: float = Field(gt=0, le=LARGEST_SHARE)


@router.get("/trial")
async def trial(session: Admin, service: TheService) -> dict[str, Any]:
    """The latest trial of a second adapter with its evidence by harm, and what has drifted of the one in service."""
    trials = Trials(service.redis, service.keeper.clock)
    found = await trials.now()
    active = service.parts.model.adapter if service.parts else None
    drifted = drift.told(await trials.drifted(active or "none"))
    told: dict[str, Any] = {"drift": drifted, "active": active, "trial": None, "harms": {}}
    if found is None:
        return told
    evidence = await trials.evidence(found)
    harms = {harm: {"n": worse.n, "share": worse.share, "worse": worse.highest, "better": better.highest,
                    "needed": len(HARMS) / ALPHA} for harm, (worse, better) in evidence.items()}
    return told | {"trial": asdict(found), "harms": harms}


@router.post("/trial", status_code=201)
async def begin_trial(body: NewTrial, session: Admin, service: TheService) -> dict[str, Any]:
    """Give a share of the conversations to a second adapter. It is taken back by itself when it is shown to do harm."""
    active = (service.parts.model.adapter if service.parts else None) or "none"
    folder = adapter.find(service.settings.model_copy(update={"adapter": body.adapter}))
    if folder is not None and not (await asyncio.to_thread(of, folder, service.settings)).fit:
        raise BadInput("trial_unfit", adapter=body.adapter)
    begun = await Trials(service.redis, service.keeper.clock).begin(active, body.adapter, body.share)
    await service.audit.note(session.account.user, "trial.begin", body.adapter)
    return asdict(begun) | {"manifest": adapter.read(folder).name if folder else None}


@router.delete("/trial", status_code=204)
async def end_trial(session: Admin, service: TheService) -> Response:
    await Trials(service.redis, service.keeper.clock).stop(session.account.user, service.audit)
    return Response(status_code=204)


@router.get("/thresholds")
async def thresholds(session: Admin, service: TheService) -> dict[str, Any]:
    """The numbers that decide whether an answer is sent, and where they came from."""
    table = service.parts.thresholds if service.parts else load_thresholds(service.settings.data_dir)
    return shown_thresholds(table)


@router.post("/playground")
async def playground(body: Try, session: Admin, service: TheService) -> dict[str, Any]:
    """A question as a customer's, with all that led to its answer. Nothing is stored, no ticket is made."""
    if service.parts is None:
        raise Busy("starting", retry_after=service.limits.retry_after)
    from chatbot.playground import play

    today = datetime.now(service.company.hours.zone).date()
    await service.audit.note(session.account.user, "playground")
    return await play(service.settings, service.parts, body.question, body.as_of, today)


@router.get("/accounts")
async def accounts(session: Admin, service: TheService) -> dict[str, Any]:
    return {"accounts": [asdict(one) for one in await service.staff.accounts()]}


@router.post("/accounts", status_code=201)
async def add_account(body: NewAccount, session: Admin, service: TheService) -> dict[str, Any]:
    """Makes it, or gives it a new name, role and password; its sessions end."""
    account = await service.staff.add(body.user, body.name, body.role, body.password)
    await service.audit.note(session.account.user, "account.add", body.user)
    return asdict(account)


@router.delete("/accounts/{user}", status_code=204)
async def remove_account(user: str, session: Admin, service: TheService) -> Response:
    await service.staff.remove(user)
    await service.audit.note(session.account.user, "account.remove", user)
    return Response(status_code=204)


@router.get("/audit")
async def audit(session: Admin, service: TheService, limit: int = 200) -> dict[str, Any]:
    """Newest first; ``broken_at`` is the first entry that doesn't fit the chain."""
    entries = await service.audit.read(min(max(limit, 1), 1000))
    return {"entries": [asdict(entry) for entry in entries], "broken_at": await service.audit.broken_at()}
