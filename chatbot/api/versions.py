"""The admin's index: versions and their days, what changed, trials, suspended answers, conflicts, going back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chatbot.api.depends import Admin, TheService
from chatbot.conflicts import Conflict, conflicts
from chatbot.errors import BadInput
from ingestion import changes as document_changes
from ingestion import chunk_files, golden_queries, jobs, standing
from ingestion.company import Golden
from ingestion.diff import Change
from ingestion.diff import changes as differences
from ingestion.documents import Chunk
from ingestion.errors import NO_INDEX, SearchIndexError
from ingestion.index.engine import Snapshot, open_engine
from ingestion.jobs import ApproveJob, DateJob, ReindexJob, RollbackJob
from ingestion.registry import Register, Version
from ingestion.settings import Settings

T = TypeVar("T")
router = APIRouter(prefix="/api/v1/admin", tags=["admin"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Days(_Body):
    """Both days included; None: open."""

    valid_from: date | None = None
    valid_until: date | None = None


class Entry(_Body):
    document: str
    version: str
    question: str


class Trials(_Body):
    golden: tuple[Golden, ...] = Field(max_length=golden_queries.MOST)


@router.get("/index")
async def index(session: Admin, service: TheService) -> dict[str, Any]:
    """The current generation, and those that one can go back to."""
    return await asyncio.to_thread(_index, service.settings)


@router.post("/index/reindex", status_code=202)
async def reindex(session: Admin, service: TheService) -> dict[str, str]:
    """Read every document again and build the index anew."""
    job = await jobs.submit_async(service.redis, ReindexJob())
    await service.audit.note(session.account.user, "index.reindex", "")
    return {"job": job}


@router.post("/index/rollback", status_code=202)
async def rollback(session: Admin, service: TheService) -> dict[str, str]:
    """Go back to the index before the last change."""
    generation = await asyncio.to_thread(_current, service.settings)
    job = await jobs.submit_async(service.redis, RollbackJob(generation=generation))
    await service.audit.note(session.account.user, "index.rollback", "")
    return {"job": job}


@router.put("/documents/{document}/versions/{version}/days", status_code=202)
async def set_days(document: str, version: str, body: Days, session: Admin, service: TheService) -> dict[str, str]:
    """Give a version its days; a proposal of its text is settled by that."""
    if body.valid_from and body.valid_until and body.valid_until < body.valid_from:
        raise BadInput("dates")
    (await _register(service.settings)).get(document).find(version)
    job = DateJob(document=document, version=version, valid_from=body.valid_from, valid_until=body.valid_until)
    job_id = await jobs.submit_async(service.redis, job)
    await service.audit.note(session.account.user, "document.days", f"{document} {version}")
    return {"job": job_id}


@router.get("/documents/{document}/diff")
async def diff(document: str, before: str, after: str, session: Admin, service: TheService) -> dict[str, Any]:
    """What changed from one version to another, clause by clause."""
    one = (await _register(service.settings)).get(document)
    versions = (one.find(before), one.find(after))

    def compared() -> list[dict[str, Any]]:
        old, new = (chunk_files.read(service.settings.data_dir, version) for version in versions)
        return [_change(change) for change in differences(old, new)]

    return {"document": document, "before": before, "after": after, "changes": await asyncio.to_thread(compared)}


@router.get("/changes")
async def changes(since: date, session: Admin, service: TheService, until: date | None = None) -> dict[str, Any]:
    """What changed in the documents in force since a day."""
    last = until or service.handoffs.today()
    found = await asyncio.to_thread(document_changes.now, service.settings, since, last)
    return {"since": since, "until": last, "documents": [
        {"document": one.document, "title": one.title, "since": one.since,
         "before": one.before and one.before.version, "after": one.after and one.after.version,
         "changes": [_change(change) for change in one.clauses]} for one in found]}


@router.get("/golden")
async def golden(session: Admin, service: TheService) -> dict[str, Any]:
    """The golden queries, of the profile and of the admin, with how the current index did on them."""
    snapshot = await asyncio.to_thread(_snapshot, service.settings)
    tried = {one.golden: one for one in (snapshot.golden if snapshot else ())}
    mine = set(golden_queries.own(service.settings.data_dir))
    return {"golden": [
        {**one.model_dump(mode="json"), "own": one in mine, "tried": one in tried,
         "rank": tried[one].rank if one in tried else None, "passed": one in tried and tried[one].passed,
         "applies": tried[one].applies if one in tried else None}
        for one in golden_queries.every(service.settings)]}


@router.put("/golden")
async def write_golden(body: Trials, session: Admin, service: TheService) -> dict[str, int]:
    """The admin's own golden queries, replaced as a whole. They are tried with the next change."""
    await asyncio.to_thread(golden_queries.write, service.settings.data_dir, body.golden)
    await service.audit.note(session.account.user, "golden.write", str(len(body.golden)))
    return {"golden": len(body.golden)}


@router.get("/suspended")
async def suspended(session: Admin, service: TheService) -> dict[str, Any]:
    """Curated answers that are not given, or soon won't be, because clauses they rest on change."""
    found = await asyncio.to_thread(_of_now, service.settings, standing.suspended, service.handoffs.today())
    return {"suspended": [asdict(one) for one in found]}


@router.post("/suspended/approve", status_code=202)
async def approve(body: Entry, session: Admin, service: TheService) -> dict[str, str]:
    """The answer still fits its clauses as they are now."""
    (await _register(service.settings)).get(body.document).find(body.version)
    job = await jobs.submit_async(service.redis, ApproveJob(**body.model_dump()))
    await service.audit.note(session.account.user, "document.approve", f"{body.document} {body.question}"[:200])
    return {"job": job}


@router.get("/conflicts")
async def disagreements(session: Admin, service: TheService) -> dict[str, Any]:
    """Where documents in force today disagree."""
    found = await asyncio.to_thread(_of_now, service.settings, _conflicts, service.handoffs.today())
    return {"conflicts": [_conflict(one) for one in found]}


def _conflicts(register: Register, read: Callable[[Version], list[Chunk]], today: date) -> list[Conflict]:
    chunks = [chunk for _, version in register.indexed() if version.validity.covers(today) for chunk in read(version)]
    whole = {(document, label): chunk for document in {one.document for one in chunks}
             for label, chunk in chunk_files.clauses([one for one in chunks if one.document == document]).items()}
    parts = {(chunk.document, chunk.clause): chunk for chunk in chunks}

    def clause(reference: str) -> Chunk | None:
        document, _, label = reference.partition(" ")
        return whole.get((document, label)) or parts.get((document, label))

    return conflicts(chunks, clause)


def _conflict(one: Conflict) -> dict[str, Any]:
    return {"holds": one.holds, "sides": [
        {"document": chunk.document, "version": chunk.version, "title": chunk.title, "clause": chunk.clause,
         "kind": chunk.kind, "quote": quote}
        for chunk, quote in ((one.one, one.quote), (one.other, one.other_quote))]}


def _change(change: Change) -> dict[str, Any]:
    return {"clause": change.clause, "was": change.was, "moved": change.only_moved,
            "before": change.before and change.before.text, "after": change.after and change.after.text}


def _of_now(
    settings: Settings, find: Callable[[Register, Callable[[Version], list[Chunk]], date], list[T]], today: date
) -> list[T]:
    snapshot = _snapshot(settings)
    if snapshot is None:
        return []
    return find(snapshot.documents, lambda version: chunk_files.read(settings.data_dir, version), today)


def _index(settings: Settings) -> dict[str, Any]:
    engine = open_engine(settings)
    kept = [engine.snapshot(generation) for generation in engine.kept()]
    return {"generations": [
        {"generation": one.generation, "created": one.created, "points": one.points, "model": one.model,
         "documents": len(one.documents.documents)} for one in kept if one]}


def _current(settings: Settings) -> str:
    if (generation := open_engine(settings).current()) is None:
        raise SearchIndexError(NO_INDEX)
    return generation


def _snapshot(settings: Settings) -> Snapshot | None:
    engine = open_engine(settings)
    return engine.snapshot(engine.current())


async def _register(settings: Settings) -> Register:
    snapshot = await asyncio.to_thread(_snapshot, settings)
    return snapshot.documents if snapshot else Register()
