"""The widget on a company's own site: one script tag, another origin, let in by the list of origins alone."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, messages, open_chat
from tests.browser.served import WITHDRAWAL, Served

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="pl"><meta charset="utf-8"><title>Inna strona</title>
<style>* { font: 40px serif !important; color: red !important; display: block }</style>
<h1>Sklep pod innym adresem</h1>
<script src="{service}/widget.js" data-api="/api/v1" defer></script></html>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """The test's output is not a place for access logs."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A company's site on an origin of its own: its address and its folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", tmp_path
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_listed_site_gets_the_whole_chat_and_its_styles_stay_outside(
    site: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory, open_page: OpenPage
) -> None:
    address, folder = site
    with Served(Path(tmp_path_factory.mktemp("e")), allowed_origins=address) as served:
        served.script.sentences = {"zwrot": (f"„{WITHDRAWAL.quote}” [1]",)}
        (folder / "index.html").write_text(PAGE.replace("{service}", served.url), encoding="utf-8")
        page = open_page(address)
        open_chat(page)
        ask(page, "Ile mam dni na zwrot?")
        answer = messages(page, "ai")
        expect(answer).to_contain_text(WITHDRAWAL.quote)
        size, colour = answer.locator(".text").evaluate(
            "node => [getComputedStyle(node).fontSize, getComputedStyle(node).color]")
        assert size == "15px"
        assert colour != "rgb(255, 0, 0)"
        page.reload()
        expect(messages(page, "ai")).to_have_count(1)
        page.close()


def test_site_that_is_not_listed_gets_no_chat(
    site: tuple[str, Path], served: Served, open_page: OpenPage
) -> None:
    address, folder = site
    (folder / "index.html").write_text(PAGE.replace("{service}", served.url), encoding="utf-8")
    page = open_page(address)
    with page.expect_console_message(lambda message: "support chat: can't load" in message.text):
        page.reload()
    expect(page.locator("support-chat")).to_have_count(0)
    refused = page.request.post(f"{served.url}/api/v1/conversations", data={}, headers={"Origin": address})
    assert refused.status == 403
    assert refused.json()["detail"]
