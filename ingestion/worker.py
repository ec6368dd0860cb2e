"""The worker: takes jobs from the stream, does them, says how far it is, and leaves nothing undone.

`Worker.run` is a process's main loop (`python -m ingestion worker`) or a thread of a command that is alone. A job that
its worker doesn't end within IDLE seconds of its last sign of life is taken over by another.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import GEN_CLOSED, getgeneratorstate
from typing import Any
from urllib.parse import urlsplit

import redis
import structlog

from ingestion import jobs, keys
from ingestion.errors import DocumentError, IndexAway, ProductError, SearchIndexError, UsageError
from ingestion.jobs import (
    TRIES,
    TROUBLES,
    AddJob,
    AnyJob,
    ApproveJob,
    DateJob,
    FetchJob,
    Outcome,
    ReindexJob,
    RemoveJob,
    RollbackJob,
    parse,
)
from ingestion.pipeline import Pipeline
from ingestion.settings import Settings
from ingestion.web import records
from ingestion.web.guard import Guard
from ingestion.web.sync import Sync, Waits

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. ``idle``: without a sign of life an entry is taken over. ``retry``: before the first next try, then
    twice as long each time (2, 4, 8, 16: half a minute in all for a server that restarts). ``due``: between two looks
    at which pages of the web are to be looked at."""

    beat: float = 5.0
    idle: float = 20.0
    wait: float = 1.0
    retry: float = 2.0
    due: float = 30.0


TIMES = Times()
NOT_UNDERSTOOD = ("it is of another version of this program, which this one doesn't understand. Bring all to one "
                  "version.")
BATCH = 32
"""Documents taken into one generation; a build costs a copy of the index."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``tries`` counts this one."""

    id: bytes
    job_id: str
    job: AnyJob
    tries: int


@dataclass(slots=True)
class Looking:
    """A look at a site under way: it goes on ``due``, by the monotonic clock. Looks at one ``host`` take turns."""

    entry: Entry
    host: str
    steps: Waits[list[Outcome]]
    due: float = 0.0


class Worker:
    """``guard``: see `ingestion.web.guard`; only a test passes one."""

    def __init__(
        self, settings: Settings, store: redis.Redis, threads: int | None = 1, times: Times = TIMES,
        guard: Guard | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._store = store
        self._times = times
        self._pipeline = Pipeline(settings, threads, partial(jobs.uploads, store))
        self._sync = Sync(settings, store, self._pipeline, guard)
        self._due = 0.0
        self._held: set[bytes] = set()
        self._again: dict[bytes, float] = {}
        self._looks: dict[bytes, Looking] = {}
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._beaten = threading.Event()

    def stop(self) -> None:
        """After the batch under way. What was not begun stays queued, and looks under way are queued again."""
        self._stop.set()

    def run(self) -> None:
        """Until `stop`. Raises StoreError when the store goes away for good."""
        self._make_group()
        beat = threading.Thread(target=self._beat, name="ingestion-beat", daemon=True)
        beat.start()
        self._beaten.wait(self._times.beat)
        try:
            self._upgrade()
            while not self._stop.is_set():
                self._queue_due()
                self._look_on()
                if entries := self._take():
                    self._do(entries)
            self._put_back()
        finally:
            self._stop.set()
            self._ended.set()
            beat.join(self._times.beat + 1)
            self._store.delete(keys.beat(self.name))

    def _upgrade(self) -> None:
        try:
            if (why := self._pipeline.outdated()) is None:
                return
            log.warning("the index is being rebuilt", why=why)
            self._pipeline.upgrade()
            log.warning("the index was rebuilt and is in use")
        except ProductError as error:
            log.warning("the index could not be rebuilt", reason=str(error), remedy="python -m ingestion reindex")

    def _queue_due(self) -> None:
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + self._times.due
            records.due(self._store, time.time())

    def _make_group(self) -> None:
        try:
            self._store.xgroup_create(keys.JOBS, keys.WORKERS, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _beat(self) -> None:
        """A sign of life, and of work on what is held: a claim of ours by ourselves starts the idle time anew. Though
        told to stop, until the batch under way has ended."""
        while not self._ended.wait(0 if not self._beaten.is_set() else self._times.beat):
            try:
                self._store.set(keys.beat(self.name), int(time.time()), ex=keys.BEAT_LIFETIME)
                held: list[Any] = list(self._held)
                if held:
                    self._store.xclaim(keys.JOBS, keys.WORKERS, self.name, 0, held, justid=True)
            except redis.RedisError as error:
                log.warning("no sign of life", worker=self.name, reason=str(error))
            self._beaten.set()

    def _take(self) -> list[Entry]:
        """A dead worker's entry, or one of our own whose next try is due; else new ones.

        The former one at a time: taking an entry counts as a try of it, and one that ends its worker must not use up
        those of the entries behind it.
        """
        taken = self._claimed()
        due: list[Any] = [entry for entry, at in self._again.items() if at <= time.monotonic()][:1]
        if due and not taken:
            del self._again[due[0]]
            again: Any = self._store.xclaim(keys.JOBS, keys.WORKERS, self.name, 0, due)
            taken = {entry: fields for entry, fields in again if fields}
        if taken:
            return self._entries(taken)
        wait = min([self._times.wait, *(one.due - time.monotonic() for one in self._turns())])
        block = int(max(wait, 0.001) * 1000)  # 0 would be for ever
        read: Any = self._store.xreadgroup(keys.WORKERS, self.name, {keys.JOBS: ">"}, count=BATCH, block=block)
        return self._entries({entry: fields for _, fresh in read or () for entry, fields in fresh})

    def _claimed(self) -> dict[bytes, Mapping[bytes, bytes]]:
        """An entry without a sign of life, if there is one; the search goes on behind those that have one."""
        idle = int(self._times.idle * 1000)
        start: Any = "0-0"
        while True:
            found: Any = self._store.xautoclaim(keys.JOBS, keys.WORKERS, self.name, idle, start, count=1)
            start, claimed = found[0], found[1]
            taken = {entry: fields for entry, fields in claimed if entry not in self._held and fields}
            if taken or start == b"0-0":
                return taken

    def _entries(self, taken: Mapping[bytes, Mapping[bytes, bytes]]) -> list[Entry]:
        found = []
        for entry, fields in taken.items():
            pending = self._store.xpending_range(keys.JOBS, keys.WORKERS, entry, entry, 1)
            tries = int(pending[0]["times_delivered"]) if pending else 1
            try:
                job_id, job = parse(fields)
            except (KeyError, ValueError):
                log.exception("job not understood", entry=entry)
                self._give_up(entry, fields.get(b"id", b"").decode(), fields.get(b"job", b""), NOT_UNDERSTOOD)
                continue
            found.append(Entry(entry, job_id, job, tries))
        return found

    def _do(self, entries: list[Entry]) -> None:
        """New additions together, in one generation; everything else, and whatever failed before, by itself.

        All are held until they are done: no other worker may do one, and then we once more.
        """
        self._held |= {entry.id for entry in entries}
        try:
            self._in_turn(entries)
        finally:
            self._held -= {entry.id for entry in entries} - self._looks.keys()

    def _in_turn(self, entries: list[Entry]) -> None:
        """Until told to stop; what was not begun is then taken over by another worker."""
        together: list[Entry] = []
        for entry in entries:
            if entry.tries > TRIES:
                self._park(entry, "its worker ended each time it was tried")
            elif isinstance(entry.job, AddJob) and entry.tries == 1:
                together.append(entry)
            else:
                self._batch(together)
                together = []
                self._batch([entry])
        self._batch(together)

    def _batch(self, entries: list[Entry]) -> None:
        if not entries or self._stop.is_set():
            return
        for entry in entries:
            self._tell(entry.job_id, state="running", tries=entry.tries)
        if isinstance(job := entries[0].job, FetchJob):
            steps = self._sync.look(job.site, partial(self._progress, entries[0].job_id))
            self._looks[entries[0].id] = Looking(entries[0], urlsplit(job.source).hostname or "", steps)
        else:
            self._attempt(entries, partial(self._outcomes, entries))

    def _attempt(self, entries: list[Entry], work: Callable[[], dict[str, list[Outcome]]]) -> None:
        """``work`` gives what became of each by its job's id; jobs that it leaves out go on."""
        try:
            outcomes = work()
        except ProductError as error:
            self._try_again(entries, str(error))
        except Exception as error:  # whatever a document or a library does, the worker goes on
            log.exception("job failed", jobs=[entry.job_id for entry in entries])
            self._try_again(entries, f"{type(error).__name__}: {error}")
        else:
            for entry in entries:
                if entry.job_id in outcomes:
                    self._end(entry, outcomes[entry.job_id])

    def _outcomes(self, entries: list[Entry]) -> dict[str, list[Outcome]]:
        additions = {entry.job_id: entry.job for entry in entries if isinstance(entry.job, AddJob)}
        if additions:
            return {job_id: [outcome] for job_id, outcome in self._pipeline.add(additions, self._progress).items()}
        (entry,) = entries
        return self._told(entry, lambda: {entry.job_id: self._done(entry)})

    def _told(self, entry: Entry, work: Callable[[], dict[str, list[Outcome]]]) -> dict[str, list[Outcome]]:
        """What ``work`` gives; what can't be done however often it is tried has failed."""
        try:
            return work()
        except IndexAway:
            raise
        except (UsageError, DocumentError, SearchIndexError) as error:
            name = getattr(entry.job, "document", "") or getattr(entry.job, "site", "")
            return {entry.job_id: [Outcome(source=name, document=name, status="failed", reason=str(error))]}

    def _done(self, entry: Entry) -> list[Outcome]:
        job = entry.job
        if isinstance(job, DateJob):
            return [self._pipeline.set_days(job.document, job.version, job.valid_from, job.valid_until)]
        if isinstance(job, ApproveJob):
            return [self._pipeline.approve(job.document, job.version, job.question)]
        if isinstance(job, RemoveJob):
            removed = self._removed(job.document, again=entry.tries > 1)
            records.leave_out(self._store, job.document)
            return [removed]
        if isinstance(job, ReindexJob):
            return self._pipeline.reindex(partial(self._progress, entry.job_id))
        assert isinstance(job, RollbackJob)
        return [self._pipeline.rollback(job.generation)]

    def _turns(self) -> list[Looking]:
        """Of the looks under way, the first at each host."""
        first: dict[str, Looking] = {}
        for one in self._looks.values():
            first.setdefault(one.host, one)
        return list(first.values())

    def _look_on(self) -> None:
        """A step of the look whose time came first, if it has come; between two, other jobs have their turn."""
        looking = min(self._turns(), key=lambda one: one.due, default=None)
        if looking is None or looking.due > time.monotonic():
            return
        entry = looking.entry
        self._attempt([entry], partial(self._told, entry, partial(_step, looking)))
        if getgeneratorstate(looking.steps) == GEN_CLOSED:
            del self._looks[entry.id]
            self._held.discard(entry.id)

    def _put_back(self) -> None:
        """Looks under way into the queue, as if nobody had tried: what they took in is found unchanged."""
        for entry in [one.entry for one in self._looks.values()]:
            self._looks.pop(entry.id).steps.close()
            with self._store.pipeline(transaction=True) as pipe:
                _write(pipe, entry.job_id, {"state": "queued", "step": ""})
                pipe.xadd(keys.JOBS, {"id": entry.job_id, "job": entry.job.model_dump_json()})
                pipe.xack(keys.JOBS, keys.WORKERS, entry.id)
                pipe.xdel(keys.JOBS, entry.id)
                pipe.execute()

    def _removed(self, document: str, *, again: bool) -> Outcome:
        """``again``: a try before may have removed it, and ended before it could say so."""
        try:
            return self._pipeline.remove(document)
        except UsageError:
            if not again:
                raise
            return Outcome(source=document, document=document, status="removed")

    def _progress(self, job_id: str, step: str, done: int, of: int) -> None:
        self._tell(job_id, step=step, done=done, of=of)

    def _end(self, entry: Entry, outcomes: Iterable[Outcome]) -> None:
        told = list(outcomes)
        rows = json.dumps([outcome.model_dump(mode="json") for outcome in told], ensure_ascii=False)
        trouble = str(int(any(outcome.status in TROUBLES for outcome in told)))
        self._finish(entry.id, entry.job_id, {"state": "done", "step": "", "outcomes": rows, "reason": "",
                                              "trouble": trouble})

    def _try_again(self, entries: list[Entry], reason: str) -> None:
        for entry in entries:
            if entry.tries >= TRIES:
                self._park(entry, reason)
                continue
            self._tell(entry.job_id, state="queued", reason=reason)
            self._again[entry.id] = time.monotonic() + self._times.retry * 2 ** (entry.tries - 1)

    def _park(self, entry: Entry, reason: str) -> None:
        self._give_up(entry.id, entry.job_id, entry.job.model_dump_json(), reason)

    def _give_up(self, entry: bytes, job_id: str, job: str | bytes, reason: str) -> None:
        log.error("job parked", job=job_id, reason=reason)
        self._store.xadd(keys.PARKED, {"id": job_id, "job": job, "reason": reason}, maxlen=keys.PARKED_LENGTH,
                         approximate=True)
        self._finish(entry, job_id, {"state": "parked", "step": "", "reason": reason, "trouble": "1"})

    def _finish(self, entry: bytes, job_id: str, row: dict[str, str]) -> None:
        """Its state and its leaving the stream in one step."""
        with self._store.pipeline(transaction=True) as pipe:
            _write(pipe, job_id, row)
            pipe.xack(keys.JOBS, keys.WORKERS, entry)
            pipe.xdel(keys.JOBS, entry)
            pipe.execute()

    def _tell(self, job_id: str, **row: str | int) -> None:
        _write(self._store, job_id, row)


def _step(looking: Looking) -> dict[str, list[Outcome]]:
    """Until it waits or ends; what became of it, by the job's id, where it has ended."""
    try:
        looking.due = next(looking.steps)
    except StopIteration as ended:
        return {looking.entry.job_id: ended.value}
    return {}


def _write(store: Any, job_id: str, row: Mapping[str, str | int]) -> None:
    store.hset(keys.job(job_id), mapping=dict(row))
    store.expire(keys.job(job_id), keys.JOB_LIFETIME)

