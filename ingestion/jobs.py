"""Work for the workers: what is asked, in which order, and how far it is.

A job is an entry of a stream, read by a consumer group: handed out at least once, taken over when its worker dies,
given up after TRIES and kept with its reason. Doing one twice is harmless. Every change of the index is a job.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import redis
import redis.asyncio
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ingestion import keys
from ingestion.registry import Register, Version, document_id

T = TypeVar("T")
ASKED = b"asked"
"""The job itself in its record, so that it can be asked for again."""
TRIES = 5
"""Of a job, before it is parked; from the issue's requirement."""
State = Literal["queued", "running", "done", "parked"]
TROUBLES = frozenset({"failed", "needs_ocr", "needs_password", "unreachable", "refused"})
"""Statuses of outcomes that a person must do something about."""


class _Job(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AddJob(_Job):
    """``upload``: SHA-256 of the file as `ingestion.uploads` keeps it; ``name``: what people call it; ``source``: what
    they gave; ``select``: a glob over ids of passages. None of ``collection`` or ``audience``: as the document has it,
    and a new document is for customers."""

    kind: Literal["add"] = "add"
    upload: str
    name: str
    source: str
    select: str | None = None
    title: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    supersedes: str | None = None
    collection: str | None = None
    audience: str | None = None
    document: str | None = None
    """The document's id, where neither title nor name tell it: a page's is by its address, and an admin may say of
    which document a file is a version."""


class FetchJob(_Job):
    """Look at a followed page or sitemap, and take in what is new there; ``source`` is its address."""

    kind: Literal["fetch"] = "fetch"
    site: str
    source: str


class DateJob(_Job):
    """Give a version these days, as a person has decided. A proposal of its text is closed by that."""

    kind: Literal["date"] = "date"
    document: str
    version: str
    valid_from: date | None = None
    valid_until: date | None = None


class ApproveJob(_Job):
    """A curated answer still fits its clauses as they are now: it is no longer suspended."""

    kind: Literal["approve"] = "approve"
    document: str
    version: str
    question: str


class RemoveJob(_Job):
    kind: Literal["remove"] = "remove"
    document: str


class ReindexJob(_Job):
    """Read every file again and build the index from nothing; vectors of unchanged text are kept."""

    kind: Literal["reindex"] = "reindex"


class RollbackJob(_Job):
    """Leave this generation for the one before it. Who asks names what they saw, so that a second try, or a second
    click, goes back no further."""

    kind: Literal["rollback"] = "rollback"
    generation: str


AnyJob = AddJob | FetchJob | DateJob | ApproveJob | RemoveJob | ReindexJob | RollbackJob
_UPLOAD = re.compile(rb'"upload":\s*"([0-9a-f]{64})"')
_JOB: TypeAdapter[AnyJob] = TypeAdapter(Annotated[AnyJob, Field(discriminator="kind")])


class Outcome(_Job):
    """Of one document: a row of the contract's ``documents``."""

    source: str
    document: str
    version: str | None = None
    status: str
    chunks: int = 0
    reason: str | None = None


class JobState(_Job):
    """``done`` and ``of`` count passages within ``step`` (reading, embedding, building); ``outcomes`` come at the end,
    and ``reason`` says why it was parked or is tried again; ``trouble``: a person must do something about an outcome.
    Of a job that waited longer than its record is kept, ``kind``, ``source`` and ``document`` are forgotten."""

    job: str
    kind: str = ""
    source: str = ""
    document: str = ""
    trouble: bool = False
    state: State
    step: str = ""
    done: int = 0
    of: int = 0
    tries: int = 0
    submitted: float = 0.0
    outcomes: tuple[Outcome, ...] = ()
    reason: str | None = None

    @property
    def ended(self) -> bool:
        return self.state in ("done", "parked")


def identity(job: AddJob) -> str:
    """The document's id: as the job says, else of its title, or of the file's name (with the selection, if there is
    one)."""
    if job.document:
        return job.document
    stem = Path(job.name).name.removesuffix(".gz")
    return document_id(job.title or " ".join(part for part in (Path(stem).stem, job.select) if part))


def of_same_name(job: AddJob, known: dict[str, AddJob]) -> AddJob | None:
    """What this one would replace unasked: another text under the same name, added together with it. ``known``: those
    added before it, by their documents; this one is put among them."""
    first = known.setdefault(identity(job), job)
    return first if first.upload != job.upload else None


def clash(job: AddJob, other: str) -> str:
    """Why an addition was left out: ``other`` is the source of the one that it would have replaced unasked."""
    return (f"{job.source} would take the place of {other}, for both are called {identity(job)}. Rename one, or add it "
            "by itself under a title.")


async def earlier_of_same_name(store: redis.asyncio.Redis, batch: str, job: AddJob) -> str | None:
    """Like `of_same_name`, where what is added together comes in several requests: the source of the earlier one."""
    async with store.pipeline(transaction=True) as pipe:
        pipe.hsetnx(keys.names(batch), identity(job), f"{job.upload} {job.source}")
        pipe.hget(keys.names(batch), identity(job))
        pipe.expire(keys.names(batch), keys.NAMES_LIFETIME)
        _, first, _ = await pipe.execute()
    upload, _, source = first.decode().partition(" ")
    return source if upload != job.upload else None


def unchanged(register: Register, job: AddJob) -> Outcome | None:
    """What an addition would come to if nothing of it is new; None where there is work to do."""
    document = register.documents.get(identity(job))
    if document is None or job.collection not in (None, document.collection):
        return None
    if job.audience not in (None, document.audience):
        return None
    found: list[Version] = []
    for one in document.versions:
        same = (one.upload, one.select) == (job.upload, job.select) and not one.replaced
        dated = job.valid_from is None or job.valid_from == one.valid_from
        ended = job.valid_until == one.valid_until or (job.valid_until is None and one.proposal is not None)
        asked = bool(job.valid_from) and one.proposal is not None and one.proposal.open
        if same and dated and ended and not asked and not job.supersedes:
            found.append(one)
    if not found:
        return None
    over = [one for one in found if one.until is not None and one.until < date.today()]
    one = next((one for one in found if one not in over), found[-1])
    reason = None
    if one in over and job.valid_from is None:
        reason = f"it counted until {one.until}, and does no more. Add it with its first day to bring it back."
    return Outcome(source=job.source, document=document.document, version=one.version, status="unchanged",
                   chunks=one.chunks, reason=reason)


def submit(store: redis.Redis, job: AnyJob) -> str:
    """Queue it; the id by which its progress is read."""
    return at_once(store, lambda pipe: queue(pipe, job))


async def submit_async(store: redis.asyncio.Redis, job: AnyJob) -> str:
    return await at_once_async(store, lambda pipe: queue(pipe, job))


def at_once(store: redis.Redis, steps: Callable[[Any], T]) -> T:
    """Do all that ``steps`` puts onto a pipeline, or none of it; what it returned."""
    with store.pipeline(transaction=True) as pipe:
        result = steps(pipe)
        pipe.execute()
    return result


async def at_once_async(store: redis.asyncio.Redis, steps: Callable[[Any], T]) -> T:
    async with store.pipeline(transaction=True) as pipe:
        result = steps(pipe)
        await pipe.execute()
    return result


def read(store: redis.Redis, ids: Iterable[str]) -> dict[str, JobState]:
    """By id; a job that is forgotten is left out."""
    wanted = list(ids)
    with store.pipeline(transaction=False) as pipe:
        for job_id in wanted:
            pipe.hgetall(keys.job(job_id))
        rows = pipe.execute()
    return {job_id: state(job_id, row) for job_id, row in zip(wanted, rows, strict=True) if row}


def recent(store: redis.Redis, count: int = 100) -> list[JobState]:
    """The last submitted, newest first."""
    ids = _ids(store.zrange(keys.RECENT, 0, count - 1, desc=True))
    found = read(store, ids)
    return [found[job_id] for job_id in ids if job_id in found]


async def read_async(store: redis.asyncio.Redis, ids: list[str]) -> list[JobState]:
    """In that order; a job that is forgotten is left out."""
    async with store.pipeline(transaction=False) as pipe:
        for job_id in ids:
            pipe.hgetall(keys.job(job_id))
        rows = await pipe.execute()
    return [state(job_id, row) for job_id, row in zip(ids, rows, strict=True) if row]


async def asked_async(store: redis.asyncio.Redis, job_id: str) -> tuple[AnyJob, JobState] | None:
    """A job as it was asked for, and how it stands; None of one that is forgotten."""
    row: Any = await store.hgetall(keys.job(job_id))
    return (_JOB.validate_json(row[ASKED]), state(job_id, row)) if row and ASKED in row else None


def uploads(store: redis.Redis) -> set[str]:
    """What jobs that have not ended are to read, those of another version of the program among them."""
    entries: Any = store.xrange(keys.JOBS)
    named = (_UPLOAD.search(fields.get(b"job", b"")) for _, fields in entries)
    return {found[1].decode() for found in named if found}


def workers(store: redis.Redis) -> int:
    """How many are alive."""
    return sum(1 for _ in store.scan_iter(keys.BEATS, count=1000))


def parse(fields: Mapping[bytes, bytes]) -> tuple[str, AnyJob]:
    """The id and the job of an entry of the stream. Raises KeyError or ValueError for one that isn't of this version of
    the program."""
    return fields[b"id"].decode(), _JOB.validate_json(fields[b"job"])


def state(job_id: str, row: Mapping[bytes, bytes]) -> JobState:
    values: dict[str, Any] = {name.decode(): value.decode() for name, value in row.items() if name != ASKED}
    outcomes = json.loads(values.pop("outcomes", "[]"))
    return JobState(job=job_id, outcomes=tuple(Outcome(**one) for one in outcomes),
                    **{name: value for name, value in values.items() if value != ""})


def _ids(members: Iterable[Any]) -> list[str]:
    return [member.decode() for member in members]


def queue(pipe: Any, job: AnyJob) -> str:
    """Onto a pipeline, together with what else belongs to it; the id."""
    job_id = secrets.token_hex(8)
    now = time.time()
    document = identity(job) if isinstance(job, AddJob) else getattr(job, "document", "")
    source = getattr(job, "source", "") or document
    pipe.hset(keys.job(job_id), mapping={"kind": job.kind, "state": "queued", "source": source, "document": document,
                                         "submitted": now, ASKED: job.model_dump_json()})
    pipe.expire(keys.job(job_id), keys.JOB_LIFETIME)
    pipe.zremrangebyscore(keys.RECENT, "-inf", now - keys.JOB_LIFETIME)
    pipe.zadd(keys.RECENT, {job_id: now})
    pipe.xadd(keys.JOBS, {"id": job_id, "job": job.model_dump_json()})
    return job_id
