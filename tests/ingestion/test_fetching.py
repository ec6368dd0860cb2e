"""A page is fetched from a public place only, within limits of size, time and kind."""

from __future__ import annotations

import dataclasses
import gzip
import socket
import threading
import time

import httpcore
import pytest

from ingestion.errors import UsageError
from ingestion.web import fetching
from ingestion.web.addresses import public
from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.fetching import Fetcher
from ingestion.web.guard import Guard
from ingestion.web.limits import LIMITS
from tests.ingestion.site import Site, site

__all__ = ["site"]


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
            raise httpcore.ConnectError("not from here")

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


def test_a_page_too_large_too_slow_or_of_another_kind_is_refused(site: Site) -> None:
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
