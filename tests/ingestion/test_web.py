"""Pages of the web: fetched from public places only, followed as they change, ended when they go."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
import redis

from ingestion import jobs, keys, registry, uploads
from ingestion.embedding import Embedder, open_embedder
from ingestion.errors import UsageError
from ingestion.jobs import AddJob, JobState, Outcome, RollbackJob
from ingestion.registry import Document, Register, Version
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.web import records
from ingestion.web.addresses import public
from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.fetching import Fetcher
from ingestion.web.guard import Guard
from ingestion.web.limits import LIMITS
from ingestion.web.sync import Sync
from ingestion.worker import Times, Worker

TODAY = date.today()
PAGE = "<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"


class Site:
    """A web site on loopback whose pages a test changes: path → (status, headers, body)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                tag = headers.get("ETag")
                if tag and self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def guard(self, name: str = "sklep.example", *more: str) -> Guard:
        """As if ``name`` were a public site: it resolves to this server, and this server alone is allowed."""
        names = {name, *more}

        def resolver(host: str, port: int) -> list[str]:
            return ["127.0.0.1"] if host in names else ["10.0.0.7"]

        return Guard(resolver, frozenset({("127.0.0.1", self.port)}))

    def url(self, path: str) -> str:
        return f"http://sklep.example:{self.port}{path}"

    def put(self, path: str, text: str, title: str = "Regulamin", **headers: str) -> None:
        body = PAGE.format(title=title, text=text).encode()
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8", **headers}, body)

    def sitemap(self, *paths: str) -> bytes:
        rows = "".join(f"<url><loc>{self.url(path)}</loc></url>" for path in paths)
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()

    def put_sitemap(self, *paths: str) -> None:
        self.pages["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, self.sitemap(*paths))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_public_internet_are_connected_to(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:0:1::1", "::127.0.0.1", "2001:db8::1",
        "sklep.pl", "",
    ],
)  # fmt: skip
def test_no_other_address_is(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://2130706433/",
                                 "http://0x7f.1/", "http://169.254.169.254/latest/meta-data/", "http://0/"])
def test_a_private_address_is_refused_however_it_is_written(url: str) -> None:
    with Fetcher() as fetcher, pytest.raises((RefusedAddress, WebError)) as refused:
        fetcher.get(url)
    assert "public internet" in str(refused.value) or "no server named" in str(refused.value)


@pytest.mark.parametrize("url", ["ftp://sklep.pl/a", "file:///etc/passwd", "https://ala:haslo@sklep.pl/", "gopher://x/",
                                 "https:///a", "sklep"])
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with Fetcher() as fetcher, pytest.raises((RefusedAddress, UsageError)):
        fetcher.get(url)


def test_nothing_outside_a_test_opens_the_guard(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALLOW_PRIVATE", "GUARD", "INGESTION_ALLOWED", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{site.port}")
    with Fetcher() as fetcher, pytest.raises(RefusedAddress):
        fetcher.get(f"http://127.0.0.1:{site.port}/")
    assert site.asked == []


def test_a_redirect_to_a_private_address_is_refused(site: Site) -> None:
    site.pages["/a"] = (302, {"Location": "http://wewnetrzny.example/tajne"}, b"")
    site.pages["/b"] = (302, {"Location": "http://169.254.169.254/latest/"}, b"")
    with Fetcher(site.guard()) as fetcher:
        for path in ("/a", "/b"):
            with pytest.raises(RefusedAddress):
                fetcher.get(site.url(path))


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(site: Site) -> None:
    """Rebinding: the first answer is public, every later one is this machine. One answer is asked for, and used."""
    answers = iter([["203.0.113.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    guard = Guard(resolver)
    tried: list[str] = []

    class Network:
        def connect_tcp(self, host: str, *rest: object) -> object:
            tried.append(host)
            raise __import__("httpcore").ConnectError("not from here")

    guard._network = Network()  # type: ignore[assignment]
    with Fetcher(guard) as fetcher, pytest.raises(WebError):
        fetcher.get("http://zmienny.example/")
    assert asked == ["zmienny.example"]
    assert tried in ([], ["203.0.113.1"])


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(RefusedAddress, match=r"10\.0\.0\.1"):
        Guard(lambda host, port: ["8.8.8.8", "10.0.0.1"]).checked("dwulicowy.example", 443)


def test_only_ports_of_web_servers_are_asked() -> None:
    with pytest.raises(RefusedAddress, match="ports"):
        Guard(lambda host, port: ["8.8.8.8"]).checked("sklep.example", 6379)


def test_the_host_that_was_named_is_asked_for_at_the_checked_address(site: Site) -> None:
    site.put("/", "Zwrot w ciągu 14 dni.")
    with Fetcher(site.guard()) as fetcher:
        assert "14 dni" in (fetcher.get(site.url("/")).content or b"").decode()
    _, headers = site.asked[0]
    assert headers["host"] == f"sklep.example:{site.port}"
    assert "ForTheDevelopers" in headers["user-agent"]
    assert "cookie" not in headers


def test_a_page_too_large_too_slow_or_of_another_kind_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages["/film"] = (200, {"Content-Type": "video/mp4"}, b"x" * 100)
    site.pages["/duza"] = (200, {"Content-Type": "text/html"}, b"x" * 5_000)
    bomb = gzip.compress(b"\0" * 5_000_000)
    site.pages["/bomba"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, bomb)
    site.pages["/kolo"] = (302, {"Location": "/kolo"}, b"")
    with Fetcher(site.guard()) as fetcher:
        with pytest.raises(RefusedAddress, match="video/mp4"):
            fetcher.get(site.url("/film"))
        for path in ("/duza", "/bomba"):
            with pytest.raises(WebError, match="larger than"):
                fetcher.get(site.url(path), largest=4_000)
        with pytest.raises(WebError, match="redirects more"):
            fetcher.get(site.url("/kolo"))
        with pytest.raises(PageGone):
            fetcher.get(site.url("/nie-ma"))


def test_a_server_that_sends_a_byte_a_moment_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from ingestion.web import fetching

    monkeypatch.setattr(fetching, "LIMITS", dataclasses.replace(LIMITS, page=0.5, read=2.0))
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def drip() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            for _ in range(50):
                try:
                    peer.sendall(b"x")
                except OSError:
                    return
                time.sleep(0.05)

    threading.Thread(target=drip, daemon=True).start()
    guard = Guard(lambda host, _: ["127.0.0.1"], frozenset({("127.0.0.1", port)}))
    began = time.monotonic()
    with Fetcher(guard) as fetcher, pytest.raises(WebError, match="takes longer"):
        fetcher.get(f"http://wolny.example:{port}/")
    assert time.monotonic() - began < 3
    server.close()


# From here on, whole looks: fetched, read, indexed, found.


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings(), threads=1)


@pytest.fixture
def settings(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    vectors = tmp_path_factory.getbasetemp() / "vectors.sqlite"
    return Settings(data_dir=tmp_path / "data", embedding_cache=vectors)


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
    import dataclasses

    from ingestion.web import robots

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

    def register(self) -> Register:
        return self.kept

    def add(self, jobs: Mapping[str, AddJob], report: Callable[[str, str, int, int], None]) -> dict[str, Outcome]:
        outcomes = {}
        for job_id, job in jobs.items():
            assert job.document is not None
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


@pytest.fixture
def look(settings: Settings, store: redis.Redis, shelf: Shelf, site: Site) -> Look:
    """Follows an address of the test's site and looks at it."""
    sync = Sync(settings, store, shelf, site.guard())

    def looked(path: str) -> list[Outcome]:
        one = records.site_of(site.url(path))
        if one.site not in {known.site for known in records.sites(store)}:
            records.follow(store, one)
        return sync.look(one.site, lambda step, done, of: None)

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
    worker(jobs.submit(store, RollbackJob()))
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
