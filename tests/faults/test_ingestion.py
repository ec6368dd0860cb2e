"""A worker killed at any moment leaves the old index or the new one, and searches during changes see exactly one."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import redis

from ingestion import chunk_files, jobs, keys, running, uploads
from ingestion.embedders.cache import VectorCache
from ingestion.embedding import Embedder, open_embedder
from ingestion.golden_queries import Remembering
from ingestion.index.generations import EdgeEngine
from ingestion.index.points import placed, said, units
from ingestion.jobs import AddJob, JobState
from ingestion.pipeline import Pipeline
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Worker
from tests.faults.ingesting import TIMES
from tests.faults.scale import SCALE

ROOT = Path(__file__).resolve().parents[2]
CLAUSES = 12
EDITIONS = 6
"""That the searches see in turn."""
TODAY = date(2026, 11, 22)
LONGEST_SECONDS = 90.0
"""From a kill to the end of its job, on a busy machine."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", embedding_cache=tmp_path / "vectors.sqlite")


@pytest.fixture
def embedder(settings: Settings) -> Embedder:
    """The one question is embedded once: thousands of searches are to try the index, not the model."""
    model = open_embedder(settings, threads=1)
    assert settings.embedding_cache is not None
    return Remembering(VectorCache(settings.embedding_cache, model.name, model.dim), model.name, model.dim,
                       lambda: model)


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


def regulation(number: int) -> bytes:
    """Each clause says which edition it is of."""
    clauses = (f"§ {n}. Zwrot towaru numer {n} jest możliwy, wydanie {number}." for n in range(1, CLAUSES + 1))
    return ("# Regulamin\n\n" + "\n\n".join(clauses) + "\n").encode()


def edition(settings: Settings, number: int) -> AddJob:
    upload = uploads.keep_pieces(settings.data_dir, [regulation(number)])
    return AddJob(upload=upload, name="regulamin.md", source="regulamin.md", valid_from=date(2020, 1, 1))


def editions(searcher: Searcher) -> tuple[str, set[str]]:
    """The generation, and the editions of what one search finds."""
    found = searcher.search(SearchRequest("zwrot towaru", TODAY))
    texts = " ".join(passage.chunk.text for passage in found.passages)
    return found.generation, set(re.findall(r"wydanie (\d+)", texts))


def points_as_they_should_be(settings: Settings) -> None:
    """The current generation holds the points of its register and no other; nothing half-built is left."""
    engine = EdgeEngine(settings.data_dir / "index")
    snapshot = engine.snapshot(engine.current())
    assert snapshot is not None
    wanted = {point.id: point.days for point in placed(
        one for _, version in snapshot.documents.indexed()
        for unit in units(chunk_files.read(settings.data_dir, version)) for one in said(unit, version.validity)
    )}  # fmt: skip
    index = engine.open(snapshot.generation)
    try:
        assert index.count() == snapshot.points == len(wanted)
        assert index.days(list(wanted)) == wanted
    finally:
        index.close()
    assert not list((settings.data_dir / "index").glob("*.building"))


def ended(store: redis.Redis, job_id: str) -> JobState:
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        state = jobs.read(store, [job_id])[job_id]
        if state.ended:
            return state
        time.sleep(0.02)
    raise AssertionError(jobs.read(store, [job_id]))


class Nursery:
    """Workers of processes of their own."""

    def __init__(self, settings: Settings) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.ingesting", str(settings.data_dir), str(settings.embedding_cache)],
            cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def worker(self) -> int:
        """Its process id."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


@pytest.fixture
def nursery(settings: Settings) -> Iterator[Nursery]:
    one = Nursery(settings)
    yield one
    one.close()


def end(pid: int, how: signal.Signals) -> None:
    os.kill(pid, how)
    deadline = time.monotonic() + LONGEST_SECONDS
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"worker {pid} doesn't end on {how.name}"
        time.sleep(0.01)


def read_all(settings: Settings, count: int) -> None:
    """Every edition's vectors are made once, here: no worker loads a model, and a start costs nothing."""
    pipeline = Pipeline(settings, threads=1)
    for number in range(count):
        pipeline._read(edition(settings, number), None, lambda step, done, of: None)


@pytest.mark.timeout(SCALE.seconds)
def test_a_worker_killed_at_any_moment_leaves_one_whole_index_and_its_job_ends(
    settings: Settings, store: redis.Redis, embedder: Embedder, nursery: Nursery
) -> None:
    luck = random.Random(7)
    read_all(settings, SCALE.worker_kills + 1)
    running.finish(settings, store, [jobs.submit(store, edition(settings, 0))], lambda states: None)
    searcher = Searcher(settings, embedder=embedder)
    took = 3.0
    moments = []
    for number in range(1, SCALE.worker_kills + 1):
        job_id = jobs.submit(store, edition(settings, number))
        victim = nursery.worker()
        time.sleep(moment := luck.uniform(0.0, took))
        step = jobs.read(store, [job_id])[job_id].step
        end(victim, signal.SIGKILL)
        moments.append(f"{moment:.2f} s ({step or 'not begun'})")
        _, seen = editions(searcher)
        assert seen in ({str(number - 1)}, {str(number)}), moments[-1]
        began = time.monotonic()
        second = nursery.worker()
        state = ended(store, job_id)
        took = max(1.0, min(10.0, time.monotonic() - began))
        end(second, signal.SIGTERM)
        assert (state.state, state.outcomes[0].status) in (("done", "indexed"), ("done", "unchanged")), state
        time.sleep(0.25)  # searchers look for a new generation five times a second
        assert editions(searcher)[1] == {str(number)}
        points_as_they_should_be(settings)
        assert store.xlen(keys.JOBS) == 0
    print("killed at", ", ".join(moments))  # noqa: T201


@pytest.mark.timeout(SCALE.seconds)
def test_searches_during_changes_see_one_edition_each_and_never_nothing(
    settings: Settings, store: redis.Redis, embedder: Embedder
) -> None:
    read_all(settings, EDITIONS)
    running.finish(settings, store, [jobs.submit(store, edition(settings, 0))], lambda states: None)
    searcher = Searcher(settings, embedder=embedder)
    seen: list[tuple[str, frozenset[str]]] = []
    enough = threading.Event()
    one = Worker(settings, store, times=TIMES)
    changing = threading.Thread(target=one.run, daemon=True)
    changing.start()

    def customer() -> None:
        while not enough.is_set():
            generation, editions_ = editions(searcher)
            seen.append((generation, frozenset(editions_)))

    customers = [threading.Thread(target=customer, daemon=True) for _ in range(2)]
    for thread in customers:
        thread.start()
    number = 0
    while number < 3 or len(seen) < SCALE.searches:
        number += 1
        ended(store, jobs.submit(store, edition(settings, number % EDITIONS)))
    enough.set()
    for thread in customers:
        thread.join(30)
    one.stop()
    changing.join(60)
    assert len(seen) >= SCALE.searches
    assert {len(editions_) for _, editions_ in seen} == {1}
    by_generation: dict[str, set[frozenset[str]]] = {}
    for generation, editions_ in seen:
        by_generation.setdefault(generation, set()).add(editions_)
    assert len(by_generation) > 1
    assert all(len(told) == 1 for told in by_generation.values())
    print(f"{len(seen)} searches over {number} changes, {len(by_generation)} generations seen")  # noqa: T201
