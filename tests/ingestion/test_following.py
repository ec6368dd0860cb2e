"""Pages of the web are followed as they change, and end when they go."""

from __future__ import annotations

import dataclasses
import gzip
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

import pytest
import redis

from ingestion import jobs, keys, registry, uploads
from ingestion.embedding import Embedder, open_embedder
from ingestion.index.generations import EdgeEngine
from ingestion.jobs import AddJob, JobState, Outcome, RollbackJob
from ingestion.pipeline import Pipeline
from ingestion.registry import Document, Register, Version
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.web import records, robots
from ingestion.web.limits import LIMITS
from ingestion.web.sync import Sync, Waits
from ingestion.worker import Times, Worker
from tests.ingestion.site import Site, site

__all__ = ["site"]
TODAY = date.today()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings(), threads=1)


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


Do = Callable[..., JobState]


@pytest.fixture
def worker(settings: Settings, store: redis.Redis, site: Site) -> Iterator[Do]:
    """Runs a job to its end with a worker that may ask the test's site."""
    one = Worker(settings, store, times=Times(wait=0.05, due=0.05), guard=site.guard())
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()

    def do(job_id: str) -> JobState:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            state = jobs.read(store, [job_id]).get(job_id)
            if state is not None and state.ended:
                return state
            time.sleep(0.02)
        raise AssertionError(jobs.read(store, [job_id]))

    yield do
    one.stop()
    thread.join(30)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "LIMITS", dataclasses.replace(LIMITS, pause=0.0))


def found(settings: Settings, embedder: Embedder, day: date = TODAY, question: str = "zwrot towaru") -> list[str]:
    passages = Searcher(settings, embedder=embedder).search(SearchRequest(question, day)).passages
    return [passage.chunk.text for passage in passages]


def test_a_page_is_followed_through_its_changes_and_to_its_end(
    site: Site, worker: Do, settings: Settings, store: redis.Redis, embedder: Embedder
) -> None:
    site.put("/regulamin", "Zwrot towaru trwa 14 dni. Zażółć gęślą jaźń.", ETag='"1"')
    followed = records.site_of(site.url("/regulamin"))
    (outcome,) = worker(records.follow(store, followed)).outcomes
    assert (outcome.status, outcome.document) == ("indexed", "sklep-example-regulamin")
    assert "Zażółć gęślą jaźń" in found(settings, embedder)[0]

    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "unchanged"
    assert site.asked[-1][1]["if-none-match"] == '"1"'

    site.put("/regulamin", "Zwrot towaru trwa 30 dni.", ETag='"2"')
    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "indexed"
    assert found(settings, embedder) == ["Zwrot towaru trwa 30 dni."]
    assert "14 dni" in found(settings, embedder, TODAY - timedelta(days=1))[0]

    site.pages["/regulamin"] = (503, {}, b"")
    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "unreachable" and "503" in str(outcome.reason)
    assert found(settings, embedder) == ["Zwrot towaru trwa 30 dni."]

    del site.pages["/regulamin"]
    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "gone"
    assert found(settings, embedder) == []

    site.put("/regulamin", "Zwrot towaru trwa 60 dni.", ETag='"3"')
    worker(records.follow(store, records.sites(store)[0]))
    assert found(settings, embedder) == ["Zwrot towaru trwa 60 dni."]


def test_bytes_that_change_without_the_text_make_no_version(site: Site, worker: Do, store: redis.Redis) -> None:
    site.put("/a", "Zwrot 14 dni.")
    worker(records.follow(store, records.site_of(site.url("/a"))))
    status, headers, body = site.pages["/a"]
    site.pages["/a"] = (status, headers, body.replace(b"<body>", b"<body><script>var t=17</script>"))
    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "unchanged"


def test_a_sitemap_brings_its_pages_and_takes_those_it_drops(
    site: Site, worker: Do, settings: Settings, store: redis.Redis, embedder: Embedder
) -> None:
    site.put("/zwroty", "Zwrot towaru trwa 14 dni.", "Zwroty")
    site.put("/dostawa", "Zwrot towaru kurierem jest płatny.", "Dostawa")
    site.put("/tajne", "Zwrot towaru tajny.", "Tajne")
    inner = gzip.compress(site.sitemap("/zwroty", "/dostawa", "/tajne", "/nie-ma"))
    site.pages["/czesc.xml.gz"] = (200, {"Content-Type": "application/gzip"}, inner)
    index = f"<sitemapindex><sitemap><loc>{site.url('/czesc.xml.gz')}</loc></sitemap></sitemapindex>"
    site.pages["/sitemap.xml"] = (200, {"Content-Type": "text/xml"}, index.encode())
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /tajne\n")
    state = worker(records.follow(store, records.site_of(site.url("/sitemap.xml"))))
    statuses = {outcome.source.rsplit("/", 1)[1]: outcome.status for outcome in state.outcomes}
    assert statuses == {"zwroty": "indexed", "dostawa": "indexed", "tajne": "refused", "nie-ma": "gone"}
    assert "/tajne" not in [path for path, _ in site.asked]
    assert len(found(settings, embedder)) == 2

    inner = gzip.compress(site.sitemap("/zwroty"))
    site.pages["/czesc.xml.gz"] = (200, {"Content-Type": "application/gzip"}, inner)
    state = worker(records.follow(store, records.sites(store)[0]))
    assert {(o.document, o.status) for o in state.outcomes} >= {("sklep-example-dostawa", "gone"),
                                                                  ("sklep-example-zwroty", "unchanged")}
    assert found(settings, embedder) == ["Zwrot towaru trwa 14 dni."]


class Shelf:
    """A library without an index: what documents say is kept as the text of their files."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.kept = settings, Register()
        self.asked: list[AddJob] = []

    def register(self) -> Register:
        return self.kept

    def add(self, jobs: Mapping[str, AddJob], report: Callable[[str, str, int, int], None]) -> dict[str, Outcome]:
        outcomes = {}
        for job_id, job in jobs.items():
            assert job.document is not None
            self.asked.append(job)
            version = Version(version=job.upload[:8], upload=job.upload, name=job.name, source=job.source,
                              valid_from=TODAY, added=str(time.time()))
            self.kept = registry.added(self.kept, Document(document=job.document, title=job.name), version)
            outcomes[job_id] = Outcome(source=job.source, document=job.document, status="indexed")
        return outcomes

    def end(self, documents: list[str], last: date) -> list[Outcome]:
        for document in documents:
            self.kept = registry.ended(self.kept, document, last)
        return []

    def says(self) -> list[str]:
        """What is in force today."""
        return [uploads.path(self.settings.data_dir, version.upload).read_text()
                for _, version in self.kept.indexed() if version.validity.covers(TODAY)]


@pytest.fixture
def shelf(settings: Settings) -> Shelf:
    return Shelf(settings)


Look = Callable[[str], list[Outcome]]


def ended(look: Waits[list[Outcome]]) -> list[Outcome]:
    """What a look comes to, with no other work in its pauses."""
    while True:
        try:
            time.sleep(max(0.0, next(look) - time.monotonic()))
        except StopIteration as end:
            outcomes: list[Outcome] = end.value
            return outcomes


@pytest.fixture
def look(settings: Settings, store: redis.Redis, shelf: Shelf, site: Site) -> Look:
    """Follows an address of the test's site and looks at it."""
    sync = Sync(settings, store, shelf, site.guard())

    def looked(path: str) -> list[Outcome]:
        one = records.site_of(site.url(path))
        if one.site not in {known.site for known in records.sites(store)}:
            records.follow(store, one)
        return ended(sync.look(one.site, lambda step, done, of: None))

    return looked


@pytest.mark.parametrize("broken", [b"", b"<urlset></urlset>", b"<html>Przerwa techniczna</html>"])
def test_a_sitemap_that_breaks_takes_no_page_away(site: Site, look: Look, shelf: Shelf, store: redis.Redis,
                                                  broken: bytes) -> None:
    site.put("/zwroty", "Zwrot towaru trwa 14 dni.")
    site.put_sitemap("/zwroty")
    look("/sitemap.xml")
    site.pages["/sitemap.xml"] = (200, {"Content-Type": "text/html"}, broken)
    (outcome,) = look("/sitemap.xml")
    assert outcome.status == "failed" and "stay as they are" in str(outcome.reason)
    assert len(shelf.says()) == 1
    assert records.sites(store)[0].status == "failed"


def test_a_sitemap_leads_to_its_own_site_only(site: Site, look: Look) -> None:
    site.put("/zwroty", "Zwrot towaru trwa 14 dni.")
    body = site.sitemap("/zwroty").replace(b"</urlset>", b"<url><loc>http://10.0.0.1/admin</loc></url></urlset>")
    site.pages["/sitemap.xml"] = (200, {"Content-Type": "text/xml"}, body)
    assert [outcome.document for outcome in look("/sitemap.xml")] == ["sklep-example-zwroty"]


def test_a_page_that_goes_back_to_what_it_said_counts_again_from_today(site: Site, look: Look, shelf: Shelf) -> None:
    texts = ("Zwrot towaru trwa 14 dni.", "Zwrot towaru trwa 30 dni.", "Zwrot towaru trwa 14 dni.")
    for place, text in enumerate(texts):
        site.put("/a", text)
        (outcome,) = look("/a")
        assert outcome.status == "indexed"
        if place < 2:  # as if it had been read some days ago
            day = TODAY - timedelta(days=20 - 10 * place)
            (newest,) = (one for one in shelf.kept.documents[outcome.document].versions if one.since == TODAY)
            shelf.kept = registry.dated(shelf.kept, outcome.document, newest.version, day, None)
    assert [job.valid_from for job in shelf.asked] == [None, None, TODAY]
    (outcome,) = look("/a")
    assert outcome.status == "unchanged"


def test_a_page_whose_document_was_removed_by_hand_stays_away(site: Site, look: Look, shelf: Shelf,
                                                              store: redis.Redis) -> None:
    site.put("/a", "Zwrot towaru A.", "A")
    site.put("/b", "Zwrot towaru B.", "B")
    site.put_sitemap("/a", "/b")
    look("/sitemap.xml")
    shelf.kept = registry.without(shelf.kept, "sklep-example-a")
    records.leave_out(store, "sklep-example-a")
    look("/sitemap.xml")
    assert [("towaru B" in text) for text in shelf.says()] == [True]


def test_after_a_rollback_a_page_is_fetched_again(
    site: Site, worker: Do, settings: Settings, store: redis.Redis, embedder: Embedder
) -> None:
    site.put("/a", "Zwrot towaru trwa 14 dni.", ETag='"1"')
    worker(records.follow(store, records.site_of(site.url("/a"))))
    site.put("/a", "Zwrot towaru trwa 30 dni.", ETag='"2"')
    worker(records.follow(store, records.sites(store)[0]))
    worker(jobs.submit(store, RollbackJob(generation=EdgeEngine(settings.data_dir / "index").current() or "")))
    assert found(settings, embedder) == ["Zwrot towaru trwa 14 dni."]
    worker(records.follow(store, records.sites(store)[0]))
    assert found(settings, embedder) == ["Zwrot towaru trwa 30 dni."]


def test_a_page_whose_time_has_come_is_looked_at_once_by_itself(site: Site, worker: Do, store: redis.Redis) -> None:
    site.put("/a", "Zwrot towaru trwa 14 dni.")
    worker(records.follow(store, records.site_of(site.url("/a"), every=1)))
    looked = len([path for path, _ in site.asked if path == "/a"])
    store.zadd(keys.SITES_DUE, {"sklep-example-a": time.time() - 1})
    deadline = time.monotonic() + 20
    while len([path for path, _ in site.asked if path == "/a"]) == looked and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    assert len([path for path, _ in site.asked if path == "/a"]) == looked + 1
    score = store.zscore(keys.SITES_DUE, "sklep-example-a")
    assert float(score or 0) > time.time() + 3_000  # type: ignore[arg-type]


def test_two_workers_queue_one_look(store: redis.Redis) -> None:
    records.follow(store, records.site_of("https://sklep.pl/a"))
    store.zadd(keys.SITES_DUE, {"sklep-pl-a": 1})
    queued: list[str] = []
    threads = [threading.Thread(target=lambda: queued.extend(records.due(store, time.time()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(queued) == 1


def test_addresses_that_differ_are_different_documents() -> None:
    names = {records.page_document(url) for url in (
        "https://sklep.pl/pomoc?a=1", "https://sklep.pl/pomoc?a-1", "https://sklep.pl/pomoc",
        "https://sklep.pl/" + "bardzo-dlugi-adres-" * 5 + "1", "https://sklep.pl/" + "bardzo-dlugi-adres-" * 5 + "2")}
    assert len(names) == 5
    assert records.page_document("https://www.sklep.pl/pomoc/") == records.page_document("https://sklep.pl/pomoc")


def test_a_page_followed_for_another_audience_is_taken_in_anew(site: Site, worker: Do, settings: Settings,
                                                               store: redis.Redis) -> None:
    site.put("/a", "Zwrot towaru trwa 14 dni.", ETag='"1"')
    worker(records.follow(store, records.site_of(site.url("/a"))))
    (outcome,) = worker(records.follow(store, records.site_of(site.url("/a"), audience="staff"))).outcomes
    assert outcome.status == "indexed"
    assert Pipeline(settings).register().get("sklep-example-a").audience == "staff"
    (outcome,) = worker(records.follow(store, records.sites(store)[0])).outcomes
    assert outcome.status == "unchanged"
