"""From documents to passages as of a day: versions, atomic generations, workers that die, commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import redis

from ingestion import jobs, keys, running, uploads
from ingestion.company import Company, Hours
from ingestion.embedding import Embedder, open_embedder
from ingestion.errors import SearchIndexError
from ingestion.index.engine import LAYOUT
from ingestion.index.generations import EdgeEngine
from ingestion.index.seam import FOREVER, SPARSE, Days, Probe, Scope
from ingestion.jobs import AddJob, JobState, ReindexJob, RemoveJob, RollbackJob
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Times, Worker

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
OLD = "# Regulamin zwrotów\n\n§ 1. Klient może zwrócić towar w ciągu 14 dni.\n\n§ 2. Zwrot jest bezpłatny.\n"
NEW = "# Regulamin zwrotów\n\n§ 1. Klient może zwrócić towar w ciągu 30 dni.\n\n§ 2. Zwrot jest bezpłatny.\n"
FAQ = """- question: Ile trwa dostawa?
  paraphrases: ["Kiedy dojdzie paczka?", "Jak długo czeka się na przesyłkę?"]
  answer: Paczka dociera w dwa dni robocze.
"""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings(), threads=1)


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


class Admin:
    """Adds documents as an admin does, and waits for them."""

    def __init__(self, settings: Settings, store: redis.Redis, folder: Path) -> None:
        self.settings, self.store, self.folder = settings, store, folder

    def job(self, name: str, text: str, **more: Any) -> AddJob:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return AddJob(upload=uploads.keep(self.settings.data_dir, file), name=name, source=name, **more)

    def add(self, name: str, text: str, **more: Any) -> jobs.Outcome:
        return self.do(self.job(name, text, **more))[0].outcomes[0]

    def do(self, *wanted: AddJob | RemoveJob | ReindexJob | RollbackJob) -> list[JobState]:
        ids = [jobs.submit(self.store, job) for job in wanted]
        return running.finish(self.settings, self.store, ids, lambda states: None)


@pytest.fixture
def admin(settings: Settings, store: redis.Redis, tmp_path: Path) -> Admin:
    return Admin(settings, store, tmp_path)


def texts(settings: Settings, embedder: Embedder, question: str, day: date = TODAY) -> list[str]:
    found = Searcher(settings, embedder=embedder).search(SearchRequest(question, day))
    return [passage.chunk.text for passage in found.passages]


def test_a_change_shows_from_its_day_on_and_the_old_text_until_the_day_before(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    outcome = admin.add("regulamin.md", NEW, valid_from=date(2026, 1, 1))
    assert (outcome.document, outcome.version, outcome.status) == ("regulamin", "2026-01-01", "indexed")
    for day, days in ((date(2025, 12, 31), "14 dni"), (date(2026, 1, 1), "30 dni")):
        first = texts(settings, embedder, "w ciągu ilu dni zwrot towaru", day)[0]
        assert days in first
    assert texts(settings, embedder, "zwrot", date(2019, 12, 31)) == []
    clause = Searcher(settings, embedder=embedder).clause("regulamin", "§ 1", date(2025, 6, 1))
    assert clause is not None
    assert clause.validity.until == date(2025, 12, 31)


def test_the_same_again_is_unchanged_and_a_change_embeds_only_what_changed(admin: Admin, settings: Settings) -> None:
    admin.add("regulamin.md", OLD)
    generation = EdgeEngine(settings.data_dir / "index").current()
    assert admin.add("regulamin.md", OLD).status == "unchanged"
    assert EdgeEngine(settings.data_dir / "index").current() == generation


def held(engine: EdgeEngine) -> dict[str, Days]:
    """Every point of the current generation with its days."""
    index = engine.open(engine.current() or "")
    hits = index.search(Probe(np.ones(384, np.float32)), Scope(TODAY), 100)
    hits += index.search(Probe(np.ones(384, np.float32)), Scope(date(2025, 1, 1)), 100)
    days = index.days([hit.id for hit in hits])
    assert len(days) == index.count()
    return days


def test_a_new_version_writes_only_what_it_changes_and_each_day_cites_its_own(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    engine = EdgeEngine(settings.data_dir / "index")
    before = held(engine)
    moved = NEW.replace("§ 2. Zwrot", "§ 2. Koszt pokrywa sklep.\n\n§ 3. Zwrot")  # and stands elsewhere
    admin.add("regulamin.md", NEW, valid_from=date(2026, 1, 1))
    after = held(engine)
    ends, begins = date(2025, 12, 31).toordinal(), date(2026, 1, 1).toordinal()
    assert len(before) == 2 and len(after) == 3
    assert sorted(days[1] for point, days in after.items() if point in before) == [ends, FOREVER]
    assert [days for point, days in after.items() if point not in before] == [(begins, FOREVER)]
    searcher = Searcher(settings, embedder=embedder)
    for day, version in ((date(2025, 12, 31), "2020-01-01"), (date(2026, 1, 1), "2026-01-01")):
        found = {one.chunk.clause: one.chunk for one in searcher.search(SearchRequest("zwrot", day)).passages}
        assert {chunk.version for chunk in found.values()} == {version}
        assert found["§ 2"].text == "Zwrot jest bezpłatny."
        assert found["§ 2"].validity.covers(day) and found["§ 2"].source == "regulamin.md"
        clause = searcher.clause("regulamin", "§ 2", day)
        assert clause is not None and clause.version == version
    admin.add("regulamin.md", moved, valid_from=date(2027, 1, 1))
    later = {one.chunk.clause: one.chunk.text for one in
             Searcher(settings, embedder=embedder).search(SearchRequest("zwrot", date(2027, 1, 1))).passages}
    assert later == {"§ 1": "Klient może zwrócić towar w ciągu 30 dni.", "§ 2": "Koszt pokrywa sklep.",
                     "§ 3": "Zwrot jest bezpłatny."}


def test_an_index_of_an_earlier_program_answers_and_is_rebuilt_by_the_next_worker(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("regulamin.md", OLD)
    engine = EdgeEngine(settings.data_dir / "index")
    old = engine.current() or ""
    file = engine.folder / old / "snapshot.json"
    snapshot = json.loads(file.read_bytes())
    del snapshot["layout"], snapshot["mean"]["words"]
    file.write_text(json.dumps(snapshot))
    assert texts(settings, embedder, "zwrot towaru w ciągu 14 dni")
    assert admin.add("regulamin.md", OLD).status == "unchanged"
    rebuilt = engine.snapshot(engine.current())
    assert rebuilt is not None and rebuilt.parent == old
    assert rebuilt.layout == LAYOUT and set(rebuilt.mean) == set(SPARSE)
    assert texts(settings, embedder, "zwrot towaru w ciągu 14 dni")
    file = engine.folder / rebuilt.generation / "snapshot.json"
    file.write_text(rebuilt.model_copy(update={"model": "earlier"}).model_dump_json())
    with pytest.raises(SearchIndexError, match="made with earlier"):
        texts(settings, embedder, "zwrot")
    assert admin.add("regulamin.md", OLD).status == "unchanged"
    assert texts(settings, embedder, "zwrot towaru w ciągu 14 dni")


def test_a_document_that_supersedes_another_ends_it(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    admin.add("stary.md", OLD)
    admin.add("nowy.md", NEW, valid_from=date(2026, 1, 1), supersedes="stary")
    assert all("14 dni" not in text for text in texts(settings, embedder, "zwrot towaru w ciągu 14 dni"))
    assert "14 dni" in texts(settings, embedder, "zwrot towaru", date(2025, 12, 31))[0]


def test_superseding_an_unknown_document_fails_by_name(admin: Admin) -> None:
    outcome = admin.add("nowy.md", NEW, supersedes="nieznany")
    assert outcome.status == "failed"
    assert "nieznany" in str(outcome.reason)


def test_bad_files_of_a_batch_are_named_and_the_good_ones_are_found(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    states = admin.do(admin.job("dobry.md", OLD), admin.job("pusty.md", "  \n"), admin.job("obraz.png", "\x89PNG"))
    outcomes = [state.outcomes[0] for state in states]
    assert [outcome.status for outcome in outcomes] == ["indexed", "failed", "needs_ocr"]
    assert all(outcome.reason for outcome in outcomes[1:])
    assert texts(settings, embedder, "zwrot towaru")


def test_a_removed_document_has_no_hits_and_rollback_brings_it_back(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("regulamin.md", OLD)
    admin.add("inny.md", "# Inny\n\nDostawa trwa dwa dni.")
    searcher = Searcher(settings, embedder=embedder)
    admin.do(RemoveJob(document="regulamin"))
    time.sleep(0.25)
    request = SearchRequest("zwrot towaru w ciągu 14 dni", TODAY)
    assert {passage.chunk.document for passage in searcher.search(request).passages} == {"inny"}
    admin.do(RollbackJob(generation=EdgeEngine(settings.data_dir / "index").current() or ""))
    time.sleep(0.25)
    assert searcher.search(request).passages[0].chunk.document == "regulamin"
    assert admin.do(RemoveJob(document="nieznany"))[0].outcomes[0].status == "failed"


def test_a_question_finds_its_faq_entry_by_a_paraphrase(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    admin.add("faq.yaml", FAQ)
    found = Searcher(settings, embedder=embedder).search(SearchRequest("Kiedy dojdzie paczka?", TODAY))
    assert found.faq[0].chunk.text == "Paczka dociera w dwa dni robocze."
    assert found.faq[0].score == pytest.approx(1.0, abs=1e-3)
    assert found.passages[0].chunk.questions[0] == "Ile trwa dostawa?"


def test_an_english_question_finds_a_polish_clause_by_its_words(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("a.md", "# A\n\nKarta podarunkowa jest ważna przez 24 miesiące.")
    admin.add("b.md", "# B\n\nDo sklepu można dojechać autobusem, a on staje na to i owo.")
    found = Searcher(settings, embedder=embedder).search(SearchRequest("How long do I keep to a gift card?", TODAY))
    words = {passage.chunk.document: passage.scores["sparse"] for passage in found.passages}
    assert found.passages[0].chunk.document == "a"
    assert words["a"] > 0 == words.get("b", 0.0)


def test_the_glossary_of_the_company_is_searched_along(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    admin.add("a.md", "# A\n\nRoczna rzeczywista stopa oprocentowania wynosi 9 procent.")
    admin.add("b.md", "# B\n\nRRSP to coś innego.")
    company = Company(name="x", about={"pl": "x"}, hours=Hours(week={}),
                      glossary={"RRSO": ("rzeczywista roczna stopa oprocentowania",)})
    found = Searcher(settings, company, embedder).search(SearchRequest("ile wynosi rrso", TODAY))
    assert found.passages[0].chunk.document == "a"


def test_a_follow_up_finds_what_the_conversation_is_about(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    courier = admin.job("kurier.md", "# Dostawa kurierem\n\nDostawa kurierem kosztuje 16,99 zł i trwa dwa dni robocze.")
    card = admin.job("karta.md", "# Karta podarunkowa\n\nKarta podarunkowa kosztuje tyle, ile jest na niej pieniędzy.")
    admin.do(courier, card)
    searcher = Searcher(settings, embedder=embedder)
    for about, document in (("Czy dostarczacie kurierem?", "kurier"), ("Macie karty podarunkowe?", "karta")):
        found = searcher.search(SearchRequest("A ile to kosztuje?", TODAY, history=(about, "Tak.")))
        assert found.passages[0].chunk.document == document


def test_no_index_says_what_to_do(settings: Settings, embedder: Embedder) -> None:
    with pytest.raises(SearchIndexError, match="python -m ingestion add"):
        Searcher(settings, embedder=embedder).search(SearchRequest("zwrot", TODAY))


def test_another_model_is_not_compared_with_old_vectors(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    admin.add("regulamin.md", OLD)

    class Other:
        name, dim = "other", embedder.dim
        queries, passages = embedder.queries, embedder.passages

    with pytest.raises(SearchIndexError, match="EMBEDDING_MODEL is now other"):
        Searcher(settings, embedder=Other()).search(SearchRequest("zwrot", TODAY))


def test_reindex_gives_the_same_answers(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    admin.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    admin.add("regulamin.md", NEW, valid_from=date(2026, 1, 1))
    before = texts(settings, embedder, "zwrot")
    assert {outcome.status for outcome in admin.do(ReindexJob())[0].outcomes} == {"indexed"}
    assert texts(settings, embedder, "zwrot") == before


def test_searches_during_changes_see_one_generation_and_never_nothing(
    admin: Admin, settings: Settings, embedder: Embedder
) -> None:
    admin.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    searcher = Searcher(settings, embedder=embedder)
    ended = threading.Event()
    seen: list[tuple[str, int]] = []

    def customer() -> None:
        while not ended.is_set():
            found = searcher.search(SearchRequest("zwrot towaru", TODAY))
            days = {word for passage in found.passages for word in ("14 dni", "30 dni") if word in passage.chunk.text}
            seen.append((found.generation, len(days)))

    asking = threading.Thread(target=customer)
    asking.start()
    admin.add("regulamin.md", NEW, valid_from=date(2026, 1, 1))
    admin.do(RemoveJob(document="nieznany"))
    time.sleep(0.5)
    ended.set()
    asking.join(30)
    assert len({generation for generation, _ in seen}) == 2
    assert {days for _, days in seen} == {1}


def test_a_job_of_a_killed_worker_is_done_by_the_next(admin: Admin, settings: Settings, embedder: Embedder) -> None:
    job_id = jobs.submit(admin.store, admin.job("regulamin.md", OLD * 60))
    process = subprocess.Popen([sys.executable, "-m", "ingestion", "worker"], cwd=ROOT,
                               env={**os.environ, "DATA_DIR": str(settings.data_dir), "OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 60
    while jobs.read(admin.store, [job_id])[job_id].step != "embedding" and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait(10)
    worker = Worker(settings, admin.store, times=Times(beat=0.2, idle=0.5, wait=0.1))
    thread = threading.Thread(target=worker.run)
    thread.start()
    (state,) = _wait(admin.store, [job_id])
    worker.stop()
    thread.join(20)
    assert state.outcomes[0].status == "indexed"
    assert state.tries == 2
    assert admin.store.xlen(keys.JOBS) == 0
    assert texts(settings, embedder, "zwrot towaru")


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.6, 0.9])
def test_a_kill_at_any_moment_leaves_the_old_index_or_the_new_one(
    admin: Admin, settings: Settings, embedder: Embedder, moment: float
) -> None:
    """``moment``: seconds after the worker began to build (a build takes about one)."""
    admin.add("regulamin.md", OLD, valid_from=date(2020, 1, 1))
    job_id = jobs.submit(admin.store, admin.job("regulamin.md", NEW, valid_from=date(2026, 1, 1)))
    process = subprocess.Popen([sys.executable, "-m", "ingestion", "worker"], cwd=ROOT, env=environment(settings))
    deadline = time.monotonic() + 60
    while not jobs.read(admin.store, [job_id])[job_id].step and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(moment)
    process.kill()
    process.wait(10)
    first = texts(settings, embedder, "w ciągu ilu dni zwrot towaru")[0]
    assert ("14 dni" in first) or ("30 dni" in first)
    worker = Worker(settings, admin.store, times=Times(beat=0.2, idle=0.5, wait=0.1))
    thread = threading.Thread(target=worker.run)
    thread.start()
    (state,) = _wait(admin.store, [job_id])
    worker.stop()
    thread.join(20)
    assert state.outcomes[0].status in ("indexed", "unchanged")
    assert "30 dni" in texts(settings, embedder, "w ciągu ilu dni zwrot towaru")[0]
    engine = EdgeEngine(settings.data_dir / "index")
    snapshot = engine.snapshot(engine.current())
    assert snapshot is not None
    assert engine.open(snapshot.generation).count() == snapshot.points == 3  # § 2 is the same in both
    assert not list((settings.data_dir / "index").glob("*.building"))


def test_a_job_that_fails_five_times_is_parked_with_its_reason(settings: Settings, admin: Admin) -> None:
    unreachable = settings.model_copy(update={"embedding_model": "http://127.0.0.1:9/v1#none"})
    worker = Worker(unreachable, admin.store, times=Times(beat=0.2, idle=5, wait=0.05, retry=0.01))
    thread = threading.Thread(target=worker.run)
    thread.start()
    job_id = jobs.submit(admin.store, admin.job("regulamin.md", OLD))
    (state,) = _wait(admin.store, [job_id])
    worker.stop()
    thread.join(20)
    assert (state.state, state.tries) == ("parked", jobs.TRIES)
    assert "doesn't answer" in str(state.reason)
    assert admin.store.xlen(keys.PARKED) == 1


def test_a_worker_stops_when_told_and_leaves_the_queue_as_it_is(settings: Settings, admin: Admin) -> None:
    process = subprocess.Popen([sys.executable, "-m", "ingestion", "worker"], cwd=ROOT,
                               env={**os.environ, "DATA_DIR": str(settings.data_dir), "OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 60
    while jobs.workers(admin.store) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert jobs.workers(admin.store) == 0


def _wait(store: redis.Redis, ids: list[str], seconds: float = 60) -> list[JobState]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = jobs.read(store, ids)
        if all(states[job_id].ended for job_id in ids):
            return [states[job_id] for job_id in ids]
        time.sleep(0.02)
    raise AssertionError(f"not ended within {seconds} s: {jobs.read(store, ids)}")


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, "DATA_DIR": str(settings.data_dir), "EMBEDDING_CACHE": str(settings.embedding_cache),
            "OMP_NUM_THREADS": "1"}
