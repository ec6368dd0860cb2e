"""What workers owe each other: a job is done by one of them, and one that ends its worker takes no other along."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis

from ingestion import jobs, keys
from ingestion.jobs import Outcome, RemoveJob
from ingestion.reasons import in_polish
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Entry, Times, Worker

QUICK = Times(beat=0.02, idle=0.1, wait=0.01, retry=0.01)


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


class Mortal(Worker):
    """Ends as if it were killed when it is to remove "poison", and stops when nothing is left to do."""

    def _take(self) -> list[Entry]:
        if not self._store.xlen(keys.JOBS):
            self.stop()
            return []
        return super()._take()

    def _outcomes(self, entries: list[Entry]) -> dict[str, list[Outcome]]:
        if any(isinstance(entry.job, RemoveJob) and entry.job.document == "poison" for entry in entries):
            raise KeyboardInterrupt
        return super()._outcomes(entries)


def test_a_job_that_ends_its_worker_is_parked_alone(settings: Settings, store: redis.Redis) -> None:
    ids = [jobs.submit(store, RemoveJob(document=name)) for name in ("poison", "a", "b", "c")]
    deadline = time.monotonic() + 30
    while store.xlen(keys.JOBS) and time.monotonic() < deadline:
        with suppress(KeyboardInterrupt):
            Mortal(settings, store, times=QUICK).run()
    states = jobs.read(store, ids)
    assert [states[job_id].state for job_id in ids] == ["parked", "done", "done", "done"]
    assert states[ids[0]].trouble


def test_a_job_with_an_outcome_that_somebody_must_see_to_says_so(settings: Settings, store: redis.Redis) -> None:
    job_id = jobs.submit(store, RemoveJob(document="nowhere"))
    Mortal(settings, store, times=QUICK).run()
    state = jobs.read(store, [job_id])[job_id]
    assert (state.outcomes[0].status, state.trouble, state.document) == ("failed", True, "nowhere")


def test_what_waits_behind_a_long_job_is_not_done_by_another_worker_too(settings: Settings, store: redis.Redis) -> None:
    patient = Times(beat=0.05, idle=1.5, wait=0.01)
    begun, other = threading.Event(), Worker(settings, store, times=patient)
    done: list[str] = []

    class Slow(Mortal):
        def _outcomes(self, entries: list[Entry]) -> dict[str, list[Outcome]]:
            done.extend(entry.job_id for entry in entries)
            if not begun.is_set():
                begun.set()
                time.sleep(2.2)
            return super()._outcomes(entries)

    ids = [jobs.submit(store, RemoveJob(document=name)) for name in ("a", "b")]
    thread = threading.Thread(target=Slow(settings, store, times=patient).run)
    thread.start()
    assert begun.wait(10)
    time.sleep(1.8)
    assert other._take() == []
    thread.join(10)
    assert done == ids


def test_a_document_that_a_worker_removed_before_it_died_is_removed(settings: Settings, store: redis.Redis) -> None:
    job_id = jobs.submit(store, RemoveJob(document="a"))
    worker = Mortal(settings, store, times=QUICK)
    worker._make_group()
    store.xreadgroup(keys.WORKERS, "dead", {keys.JOBS: ">"})
    time.sleep(0.2)
    worker.run()
    (outcome,) = jobs.read(store, [job_id])[job_id].outcomes
    assert outcome.status == "removed"


def test_a_job_that_outlived_its_record_can_still_be_told_of(settings: Settings, store: redis.Redis) -> None:
    job_id = jobs.submit(store, RemoveJob(document="a"))
    store.delete(keys.job(job_id))
    Mortal(settings, store, times=QUICK).run()
    assert [(state.job, state.state) for state in jobs.recent(store)] == [(job_id, "done")]


def test_a_job_of_another_version_is_parked_with_its_reason_and_the_worker_goes_on(
    settings: Settings, store: redis.Redis
) -> None:
    newer = json.dumps({"kind": "translate", "upload": "a" * 64})
    for fields in ({"id": "new", "job": newer}, {"id": "odd", "job": "{"}, {"job": newer}):
        store.xadd(keys.JOBS, fields)  # type: ignore[arg-type]
    store.hset(keys.job("new"), mapping={"kind": "translate", "state": "queued"})
    assert jobs.uploads(store) == {"a" * 64}
    job_id = jobs.submit(store, RemoveJob(document="a"))
    Mortal(settings, store, times=QUICK).run()
    states = jobs.read(store, ["new", "odd", job_id])
    assert [states[one].state for one in ("new", "odd", job_id)] == ["parked", "parked", "done"]
    assert "another version" in str(states["new"].reason) and "innej wersji" in str(in_polish(states["new"].reason))
    assert [fields[b"job"] for _, fields in store.xrange(keys.PARKED)] == [newer.encode(), b"{", newer.encode()]
