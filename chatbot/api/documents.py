"""The admin's documents: what is in the index, adding, removing, and the jobs that do it. Writes go to the workers."""

from __future__ import annotations

import asyncio
import secrets
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from chatbot.api.depends import Admin, TheService
from chatbot.errors import BadInput, Conflict, NotFound
from chatbot.service import Service
from ingestion import board, jobs, uploads
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


Name = Annotated[str, Field(min_length=1, max_length=60)]


class About(BaseModel):
    """What is said of a document when it is added. What isn't stays as the document has it; a new one is for
    customers, in the collection "default"."""

    model_config = ConfigDict(extra="ignore")

    title: str | None = Field(default=None, min_length=1, max_length=300)
    valid_from: date | None = None
    valid_until: date | None = None
    supersedes: str | None = None
    collection: Name | None = None
    audience: Name | None = None


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
    collection: Annotated[Name | None, Form()] = None,
    audience: Annotated[Name | None, Form()] = None,
    document: Annotated[str | None, Form()] = None,
    batch: Annotated[Name | None, Form()] = None,
) -> dict[str, Any]:
    """Files as multipart/form-data, or ``{"url"}`` as JSON. The jobs' progress is under /admin/jobs.

    ``document``: the file is a version of that one, whatever its name. A file's name may be its path in a folder. Of
    files that would replace each other the first is taken, and the others are ``refused``; ``batch`` joins the requests
    of one upload in this."""
    if request.headers.get("content-type", "").startswith("application/json"):
        link = Link.model_validate_json(await request.body())
        _check(link)
        site = records.site_of(link.url, **link.model_dump(exclude={"url"}))
        site = records.named_again(site, await service.redis.hget(ingestion_keys.SITES, site.site))
        job_id = await jobs.at_once_async(service.redis, lambda pipe: records.following(pipe, site))
        await service.audit.note(session.account.user, "document.add", site.url)
        return {"jobs": [{"job": job_id, "source": site.url}], "refused": []}
    if not files or len(files) > MOST_FILES:
        raise BadInput("no_files")
    if (title or document) and len(files) > 1:
        raise BadInput("one_file")
    if document:
        title = title or (await asyncio.to_thread(_register, service.settings)).get(document).title
    about = About(title=title, valid_from=valid_from, valid_until=valid_until, supersedes=supersedes or None,
                  collection=collection, audience=audience)
    _check(about)
    added, refused = [], []
    batch = batch or secrets.token_hex(8)
    for file in files:
        source = file.filename or "document"
        kept = await asyncio.to_thread(_keep, service.settings, file)
        job = AddJob(upload=kept, name=PurePosixPath(source).name or "document", source=source,
                     document=document or None, **about.model_dump())
        if (other := await jobs.earlier_of_same_name(service.redis, batch, job)) is not None:
            reason = jobs.clash(job, other)
            refused.append({"source": source, "document": jobs.identity(job), "reason": reason,
                            "reason_pl": in_polish(reason)})
            continue
        added.append({"job": await jobs.submit_async(service.redis, job), "source": source})
        await service.audit.note(session.account.user, "document.add", source)
    return {"jobs": added, "refused": refused}


@router.delete("/documents/{document}", status_code=202)
async def remove(document: str, session: Admin, service: TheService) -> dict[str, str]:
    (await asyncio.to_thread(_register, service.settings)).get(document)
    job = await jobs.submit_async(service.redis, RemoveJob(document=document))
    await service.audit.note(session.account.user, "document.remove", document)
    return {"job": job}


@router.get("/jobs")
async def recent(session: Admin, service: TheService) -> dict[str, Any]:
    """Newest first, ``done`` of ``total`` passages within ``step``: the last hundred, those at work, and those with
    ``trouble`` that no later job has made good. ``counts`` are of all that was asked for together last."""
    stands, found = await board.read(service.redis)
    troubled = set(stands.troubled)
    return {"jobs": [{**_told(one), "trouble": one.job in troubled} for one in found], "counts": stands.counts}


@router.post("/jobs/{job}/again", status_code=202)
async def again(job: str, session: Admin, service: TheService) -> dict[str, str]:
    """Do a job that has ended once more, as it was asked for."""
    found = await jobs.asked_async(service.redis, job)
    if found is None:
        raise NotFound("no_job")
    asked, state = found
    if not state.ended:
        raise Conflict("job_under_way")
    if isinstance(asked, AddJob) and not uploads.path(service.settings.data_dir, asked.upload).exists():
        raise BadInput("upload_gone")
    job_id = await jobs.submit_async(service.redis, asked)
    await service.audit.note(session.account.user, "job.again", state.source)
    return {"job": job_id}


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
