"""The admin's API: adapters, thresholds, playground, accounts, audit. Documents are in `chatbot.api.documents`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chatbot import adapter, drift, keys
from chatbot.api.depends import Admin, TheService
from chatbot.errors import Busy
from chatbot.sequential import ALPHA
from chatbot.staff import Role
from chatbot.thresholds import load as load_thresholds
from chatbot.thresholds import shown as shown_thresholds
from chatbot.trial import HARMS, LARGEST_SHARE, RUNNING, STOPPED, Trials

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Try(_Body):
    question: str = Field(min_length=1, max_length=2000)
    as_of: date | None = None


class NewAccount(_Body):
    user: str
    name: str
    role: Role = Role.AGENT
    password: str


@router.get("/adapters")
async def adapters(session: Admin, service: TheService) -> dict[str, Any]:
    """Every adapter with its manifest, which one answers, and how its answers went."""
    counts = await service.redis.hgetall(keys.ADAPTER_COUNTS)
    answers: dict[str, dict[str, int]] = {}
    for name, count in counts.items():
        who, _, kind = name.decode().rpartition(" ")
        answers.setdefault(who, {})[kind] = int(count)
    active = service.parts.model.adapter if service.parts else None
    folders = sorted({path.parent for root in (service.settings.data_dir / "adapters", adapter.SHIPPED)
                      for path in root.glob(f"*/{adapter.MANIFEST}")})
    found = []
    for folder in folders:
        manifest = adapter.read(folder)
        found.append({"adapter": manifest.name, "active": manifest.name == active,
                      "answers": answers.get(manifest.name, {}), "manifest": manifest.model_dump(mode="json")})
    return {"active": active, "adapters": found}


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
    begun = await Trials(service.redis, service.keeper.clock).begin(active, body.adapter, body.share)
    await service.audit.note(session.account.user, "trial.begin", body.adapter)
    return asdict(begun) | {"manifest": adapter.read(folder).name if folder else None}


@router.delete("/trial", status_code=204)
async def end_trial(session: Admin, service: TheService) -> Response:
    trials = Trials(service.redis, service.keeper.clock)
    running = await trials.now()
    if running is not None and running.status == RUNNING:
        await trials.end(STOPPED, session.account.user)
        await service.audit.note(session.account.user, "trial.end", running.challenger)
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
