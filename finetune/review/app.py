"""The review page's HTTP, for this machine alone: loopback names only, and a secret in the page's address."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field

import chatbot
from chatbot.model.seam import Action
from finetune.masking import Masking, left
from finetune.record import Decision, Record, faults
from finetune.review.decisions import Decisions, edited
from finetune.review.flags import flags

WEB = Path(__file__).parent / "web"
SHARED = Path(chatbot.__file__).parent / "web"
HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
CSP = ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
       "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


class Decided(BaseModel):
    """``decision`` None takes the last one back. The other fields are the reviewer's changes."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["accepted", "edited", "dropped"] | None
    question: str | None = Field(None, min_length=1, max_length=8000)
    answer: str | None = Field(None, min_length=1, max_length=8000)
    rejected: str | None = Field(None, max_length=8000)
    action: Action | None = None
    clauses: list[str] | None = None


def create(decisions: Decisions, masker: Masking, by: str, secret: str) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def admitted(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {secret}".encode()):
            raise HTTPException(401, "secret")

    guarded = [Depends(admitted)]

    @app.middleware("http")
    async def only_here(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
        """No other page may reach this one by its own name for this address (DNS rebinding)."""
        if (request.headers.get("host") or "").rpartition(":")[0] not in HOSTS:
            return Response(status_code=403)
        response = await forward(request)
        response.headers.update({"Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff",
                                 "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
        return response

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(WEB / "review.html")

    @app.get("/api/records", dependencies=guarded)
    async def listed() -> dict[str, Any]:
        rows = [_row(decisions.current(id_)) for id_ in decisions.originals]
        return {"file": decisions.file.name, "by": by, "counts": decisions.counts(), "records": rows}

    @app.get("/api/records/{id_}", dependencies=guarded)
    async def one(id_: str) -> dict[str, Any]:
        return await _shown(_known(decisions, id_), decisions, masker)

    @app.post("/api/records/{id_}", dependencies=guarded)
    async def decide(id_: str, body: Decided) -> dict[str, Any]:
        record = _known(decisions, id_)
        given = {name: value for name, value in body.model_dump(exclude={"decision"}).items()
                 if name in body.model_fields_set}
        made = edited(record, {name: value for name, value in given.items() if value is not None or name == "rejected"})
        decision = Decision(body.decision) if body.decision else None
        if decision is Decision.ACCEPTED and made != record:
            decision = Decision.EDITED
        if decision and decision is not Decision.DROPPED:
            await _check(made, masker)
        made = await asyncio.to_thread(decisions.decide, id_, made, decision, by)
        return await _shown(made, decisions, masker)

    @app.post("/api/finish", dependencies=guarded)
    async def finish() -> dict[str, Any]:
        written = await asyncio.to_thread(decisions.finish)
        return {"file": str(decisions.result), "written": written, "counts": decisions.counts()}

    app.mount("/static", StaticFiles(directory=SHARED))
    app.mount("/review", StaticFiles(directory=WEB))
    return app


def _known(decisions: Decisions, id_: str) -> Record:
    try:
        return decisions.current(id_)
    except KeyError as error:
        raise HTTPException(404, "record") from error


async def _check(record: Record, masker: Masking) -> None:
    """What is accepted has no personal data left and can be read again."""
    ours = " ".join(one.text for one in record.passages)


    def find() -> list[str]:
        return sorted({kind for text in record.texts for kind in left(text, masker, ours)})

    if kinds := await asyncio.to_thread(find):
        raise HTTPException(422, {"problem": "personal", "kinds": kinds})
    if wrong := faults(record):
        raise HTTPException(422, {"problem": "faults", "faults": wrong})


def _row(record: Record) -> dict[str, Any]:
    return {"id": record.id, "question": record.question, "origin": record.origin,
            "decision": record.review.decision if record.review else None, "pair": record.rejected is not None}


async def _shown(record: Record, decisions: Decisions, masker: Masking) -> dict[str, Any]:
    found = await asyncio.to_thread(flags, record, masker)
    return {**asdict(record), "question": record.question, "answer": record.answer,
            "earlier": [asdict(one) for one in record.earlier], "flags": asdict(found),
            "passages": [{**asdict(one), "key": one.key} for one in record.passages], "counts": decisions.counts()}
