"""Whoever a document is for, it stays for them until somebody says otherwise: an omission must not publish it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import redis

from ingestion import jobs, keys, running, uploads
from ingestion.arrivals import Ready, registered
from ingestion.index.engine import open_engine
from ingestion.jobs import AddJob, Outcome
from ingestion.reasons import in_polish
from ingestion.registry import Document, Register
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.web import records

OLD = "# Rabaty\n\n§ 1. Konsultant może dać rabat do 15 procent.\n"
NEW = "# Rabaty\n\n§ 1. Konsultant może dać rabat do 20 procent.\n"
Make = Callable[..., AddJob]


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


@pytest.fixture
def job(settings: Settings, tmp_path: Path) -> Make:
    def make(text: str, **more: Any) -> AddJob:
        (tmp_path / "rabaty.md").write_text(text, encoding="utf-8")
        upload = uploads.keep(settings.data_dir, tmp_path / "rabaty.md")
        return AddJob(upload=upload, name="rabaty.md", source="rabaty.md", **more)

    return make


def document(settings: Settings) -> Document:
    engine = open_engine(settings)
    snapshot = engine.snapshot(engine.current())
    assert snapshot is not None
    return snapshot.documents.get("rabaty")


def added(settings: Settings, store: redis.Redis, *wanted: AddJob) -> list[Outcome]:
    ids = [jobs.submit(store, one) for one in wanted]
    return [state.outcomes[0] for state in running.finish(settings, store, ids, lambda states: None)]


def for_customers(settings: Settings) -> list[str]:
    asked = SearchRequest("ile rabatu może dać konsultant", date.today(), audience="customer")
    return [passage.chunk.text for passage in Searcher(settings).search(asked).passages]


@pytest.mark.parametrize("together", [False, True])
def test_a_new_version_is_for_whom_the_document_was(
    together: bool, settings: Settings, store: redis.Redis, job: Make
) -> None:
    """Also where both are taken in at once, and nothing of the first is in the index when the second is read."""
    wanted = [job(OLD, audience="agents", collection="wewnętrzne"), job(NEW)]
    for part in ([wanted] if together else [[one] for one in wanted]):
        assert [one.status for one in added(settings, store, *part)] == ["indexed"] * len(part)
    one = document(settings)
    assert (one.audience, one.collection, len(one.versions)) == ("agents", "wewnętrzne", 2)
    assert for_customers(settings) == []
    assert added(settings, store, job(NEW))[0].status == "unchanged"
    assert added(settings, store, job(NEW, audience="agents"))[0].status == "unchanged"


def test_a_new_document_is_for_customers(settings: Settings, store: redis.Redis, job: Make) -> None:
    added(settings, store, job(OLD))
    assert (document(settings).audience, document(settings).collection) == ("customer", "default")
    assert len(for_customers(settings)) == 1


def test_a_text_read_for_customers_is_not_taken_into_a_document_that_became_the_agents() -> None:
    """By another worker, between reading and indexing."""
    register = Register(documents={"rabaty": Document(document="rabaty", title="Rabaty", audience="agents")})
    late = Ready(AddJob(upload="b", name="rabaty.md", source="rabaty.md"), Document(document="rabaty", title="Rabaty"),
                 1, "file")
    after, outcomes = registered(register, {"late": late})
    assert outcomes["late"].status == "failed" and after == register
    assert in_polish(outcomes["late"].reason) != outcomes["late"].reason


def test_a_site_that_is_named_again_is_for_whom_it_was(settings: Settings, store: redis.Redis) -> None:
    """Its pages that are new would else be for customers."""
    records.follow(store, records.site_of("https://sklep.example/mapa.xml", audience="agents", title="Mapa"))
    records.follow(store, records.site_of("https://sklep.example/mapa.xml", every=168))
    (one,) = records.sites(store)
    assert (one.audience, one.title, one.every) == ("agents", "Mapa", 168)
    records.follow(store, records.site_of("https://sklep.example/mapa.xml", audience="customer"))
    assert records.read_sites(store.hgetall(keys.SITES))[0].audience == "customer"
