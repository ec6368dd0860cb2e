"""The admin's documents: what is in the index, adding, removing, and the jobs that do it. Writes go to the workers."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict

from chatbot.api.depends import Admin, TheService
from chatbot.errors import BadInput
from chatbot.service import Service
from ingestion import jobs, uploads
from ingestion import keys as ingestion_keys
from ingestion.index.engine import open_engine
from ingestion.jobs import AddJob, JobState, RemoveJob
from ingestion.reasons import in_polish
from ingestion.registry import Register
from ingestion.settings import Settings
from ingestion.web import records
from ingestion.web.limits import LIMITS

router = APIRouter(prefix="/api/v1/admin", tags=["admin"])

PIECE = 1 << 20
"""Bytes of an upload held in memory at a time."""
MOST_FILES = 100
"""Of one upload."""


class About(BaseModel):
    """What is said of a document when it is added."""

    model_config = ConfigDict(extra="ignore")

    title: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    supersedes: str | None = None
    collection: str = "default"


class Schedule(BaseModel):
    """Hours between two looks; 0: only when asked."""

    model_config = ConfigDict(extra="forbid")

    every: int


class Link(About):
    """``every``: hours between two looks at the address; 0: none by itself."""

    url: str
    every: int = LIMITS.every


@router.get("/documents")
async def documents(session: Admin, service: TheService) -> dict[str, Any]:
    register = await asyncio.to_thread(_register, service.settings)
    return {"documents": [_shown(register, name) for name in sorted(register.documents)]}


@router.post("/documents", status_code=202, openapi_extra={"requestBody": {"content": {"application/json": {
    "schema": Link.model_json_schema()}}}})
async def add(
    request: Request, session: Admin, service: TheService,
    files: Annotated[list[UploadFile] | None, File()] = None,
    title: Annotated[str | None, Form()] = None,
    valid_from: Annotated[date | None, Form()] = None,
    valid_until: Annotated[date | None, Form()] = None,
    supersedes: Annotated[str | None, Form()] = None,
    collection: Annotated[str, Form()] = "default",
) -> dict[str, Any]:
    """Files as multipart/form-data, or ``{"url"}`` as JSON. The jobs' progress is under /admin/jobs."""
    if request.headers.get("content-type", "").startswith("application/json"):
        link = Link.model_validate_json(await request.body())
        _check(link)
        site = records.site_of(link.url, **link.model_dump(exclude={"url"}))
        job_id = await jobs.at_once_async(service.redis, lambda pipe: records.following(pipe, site))
        await service.audit.note(session.account.user, "document.add", site.url)
        return {"jobs": [{"job": job_id, "source": site.url}]}
    if not files or len(files) > MOST_FILES:
        raise BadInput("no_files")
    about = About(title=title if len(files) == 1 else None, valid_from=valid_from, valid_until=valid_until,
                  supersedes=supersedes or None, collection=collection)
    _check(about)
    added = []
    for file in files:
        name = file.filename or "document"
        kept = await asyncio.to_thread(_keep, service.settings, file)
        job = AddJob(upload=kept, name=name, source=name, **about.model_dump())
        added.append({"job": await jobs.submit_async(service.redis, job), "source": name})
        await service.audit.note(session.account.user, "document.add", name)
    return {"jobs": added}


@router.delete("/documents/{document}", status_code=202)
async def remove(document: str, session: Admin, service: TheService) -> dict[str, str]:
    (await asyncio.to_thread(_register, service.settings)).get(document)
    job = await jobs.submit_async(service.redis, RemoveJob(document=document))
    await service.audit.note(session.account.user, "document.remove", document)
    return {"job": job}


@router.get("/jobs")
async def recent(session: Admin, service: TheService) -> dict[str, Any]:
    """Newest first; ``done`` of ``total`` passages within ``step``."""
    found = await jobs.recent_async(service.redis)
    return {"jobs": [_told(one) for one in found]}


@router.get("/sites")
async def sites(session: Admin, service: TheService) -> dict[str, Any]:
    """The followed pages and sitemaps, with the state of each page and the time of the next look."""
    found = records.read_sites(await service.redis.hgetall(ingestion_keys.SITES))
    due = {name.decode(): at for name, at in await service.redis.zrange(ingestion_keys.SITES_DUE, 0, -1,
                                                                        withscores=True)}
    rows = []
    for site in found:
        pages = records.read_pages(await service.redis.hgetall(ingestion_keys.pages(site.site)))
        row = records.shown(site, pages, due.get(site.site))
        for told in (row, *row["pages"]):
            told["reason_pl"] = in_polish(told["reason"])
        rows.append(row)
    return {"sites": rows}


@router.post("/sites/{site}/look", status_code=202)
async def look(site: str, session: Admin, service: TheService) -> dict[str, str]:
    """Look at it now, whatever its schedule."""
    known = await _site(service, site)
    job = await jobs.at_once_async(service.redis, lambda pipe: records.following(pipe, known))
    await service.audit.note(session.account.user, "site.look", known.url)
    return {"job": job}


@router.put("/sites/{site}")
async def schedule(site: str, body: Schedule, session: Admin, service: TheService) -> dict[str, Any]:
    """How often it is looked at."""
    known = await _site(service, site)
    changed = records.rescheduled(known, body.every)
    await jobs.at_once_async(service.redis, lambda pipe: records.rescheduling(pipe, changed))
    await service.audit.note(session.account.user, "site.schedule", known.url)
    return changed.model_dump(mode="json")


@router.delete("/sites/{site}", status_code=204)
async def forget(site: str, session: Admin, service: TheService) -> Response:
    """Follow it no more; its documents stay."""
    known = await _site(service, site)
    await jobs.at_once_async(service.redis, lambda pipe: records.forgetting(pipe, known.site))
    await service.audit.note(session.account.user, "site.forget", known.url)
    return Response(status_code=204)


def _told(state: JobState) -> dict[str, Any]:
    """``reason_pl`` beside each ``reason``: what a Polish reader is told."""
    row = state.model_dump(mode="json")
    for told in (row, *row["outcomes"]):
        told["reason_pl"] = in_polish(told["reason"])
    return {**row, "total": state.of}


async def _site(service: Service, name: str) -> records.Site:
    found = records.read_sites(await service.redis.hgetall(ingestion_keys.SITES))
    return records.among(found, name)


def _check(about: About) -> None:
    if about.valid_from and about.valid_until and about.valid_until < about.valid_from:
        raise BadInput("dates")


def _keep(settings: Settings, file: UploadFile) -> str:
    return uploads.keep_pieces(settings.data_dir, iter(lambda: file.file.read(PIECE), b""))


def _register(settings: Settings) -> Register:
    engine = open_engine(settings)
    snapshot = engine.snapshot(engine.current())
    return snapshot.documents if snapshot else Register()


def _shown(register: Register, name: str) -> dict[str, Any]:
    found: dict[str, Any] = register.documents[name].model_dump(mode="json")
    return {"document": name, **found}
