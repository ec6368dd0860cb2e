"""What a site asks of robots, and who else works while we wait for its sake."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from ingestion import jobs, keys
from ingestion.jobs import JobState, RemoveJob
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.web import records
from ingestion.web.robots import Robots
from ingestion.worker import Times, Worker
from tests.ingestion.site import Site, site

__all__ = ["site"]


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


@contextmanager
def working(settings: Settings, store: redis.Redis, site: Site) -> Iterator[None]:
    worker = Worker(settings, store, times=Times(wait=0.05, due=60), guard=site.guard())
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    yield
    worker.stop()
    thread.join(30)
    assert not thread.is_alive()


def ended(store: redis.Redis, job_id: str) -> JobState:
    deadline = time.monotonic() + 60
    while not (state := jobs.read(store, [job_id])[job_id]).ended and time.monotonic() < deadline:
        time.sleep(0.02)
    return state


@pytest.fixture
def slow(site: Site) -> Site:
    """A site of five pages that asks for a second between two."""
    pages = [f"/{number}" for number in range(5)]
    for page in pages:
        site.put(page, f"Zwrot towaru {page} trwa 14 dni.", page)
    site.put_sitemap(*pages)
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nCrawl-delay: 1\n")
    return site


def asked(site: Site) -> int:
    return sum(path[1:].isdigit() for path, _ in site.asked)


def wait_until_asked(site: Site, *, more_than: int = 0) -> None:
    while asked(site) <= more_than:
        time.sleep(0.01)


def test_other_jobs_are_done_while_a_site_is_waited_for_and_its_pace_is_kept(
    settings: Settings, store: redis.Redis, slow: Site
) -> None:
    look = records.follow(store, records.site_of(slow.url("/sitemap.xml")))
    with working(settings, store, slow):
        wait_until_asked(slow)
        began = time.monotonic()
        assert ended(store, jobs.submit(store, RemoveJob(document="nieznany"))).state == "done"
        assert jobs.read(store, [look])[look].state == "running" and asked(slow) < 5
        state = ended(store, look)
        assert time.monotonic() - began > 3.5
    assert [outcome.status for outcome in state.outcomes] == ["indexed"] * 5


def test_a_look_under_way_is_queued_again_when_its_worker_is_told_to_stop(
    settings: Settings, store: redis.Redis, slow: Site
) -> None:
    look = records.follow(store, records.site_of(slow.url("/sitemap.xml")))
    with working(settings, store, slow):
        wait_until_asked(slow)
    state = jobs.read(store, [look])[look]
    assert (state.state, store.xlen(keys.JOBS)) == ("queued", 1)
    with working(settings, store, slow):
        state = ended(store, look)
    assert (state.state, state.tries, len(state.outcomes)) == ("done", 1, 5)


def test_two_looks_at_one_host_take_turns(settings: Settings, store: redis.Redis, slow: Site) -> None:
    slow.pages["/mapa.xml"] = slow.pages["/sitemap.xml"]
    looks = [records.follow(store, records.site_of(slow.url(path))) for path in ("/sitemap.xml", "/mapa.xml")]
    with working(settings, store, slow):
        wait_until_asked(slow)
        assert "/mapa.xml" not in [path for path, _ in slow.asked]
        assert [ended(store, look).state for look in looks] == ["done", "done"]


def test_a_page_whose_document_is_removed_while_its_site_is_waited_for_stays_away(
    settings: Settings, store: redis.Redis, slow: Site
) -> None:
    one = records.site_of(slow.url("/sitemap.xml"))
    with working(settings, store, slow):
        assert ended(store, records.follow(store, one)).state == "done"
        before = asked(slow)
        look = records.follow(store, records.sites(store)[0])
        wait_until_asked(slow, more_than=before)
        document = records.page_document(slow.url("/4"))
        assert ended(store, jobs.submit(store, RemoveJob(document=document))).outcomes[0].status == "removed"
        assert document not in [outcome.document for outcome in ended(store, look).outcomes]
    page = records.page(store, one.site, slow.url("/4"))
    assert page is not None and page.left_out


@pytest.mark.parametrize(("rules", "path", "may"), [
    ("Disallow: /\nAllow: /pomoc", "/pomoc/zwroty", True),
    ("Disallow: /\nAllow: /pomoc", "/koszyk", False),
    ("Allow: /\nDisallow: /tajne", "/tajne/a", False),
    ("Disallow: /*.pdf$", "/regulamin.pdf", False),
    ("Disallow: /*.pdf$", "/regulamin.pdf?v=2", True),
    ("Disallow: /*?sort=", "/lista?sort=cena", False),
    ("Disallow: /pomoc\nAllow: /pomoc", "/pomoc", True),
    ("Disallow:", "/a", True),
    ("", "/a", True),
])
def test_the_longest_rule_that_fits_an_address_counts(rules: str, path: str, may: bool) -> None:
    assert Robots(f"User-agent: *\n{rules}\n").open_to_us(f"https://sklep.example{path}") is may


def test_a_sites_rules_for_us_by_name_replace_those_for_all_and_its_pace_is_held_within_limits() -> None:
    rules = Robots("User-agent: *\nDisallow: /\n\nUser-agent: fortheDevelopers\nDisallow: /tajne\nCrawl-delay: 3600\n")
    assert rules.open_to_us("https://sklep.example/a") and not rules.open_to_us("https://sklep.example/tajne")
    assert rules.pause == 10.0
