"""A browser and the pages it opens. Without Chromium these tests fail: what a customer sees is part of the product."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.served import Served

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--no-first-run", "--disable-sync"]
PATIENCE_MS = 15_000
"""For one step in the page, on a busy machine."""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("chromium is not installed; the browser tests need Debian's: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # A unix socket's path holds 107 characters: the data folder must not be deep.
    with Served(Path(tmp_path_factory.mktemp("d"))) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """``open_page(url)``: a new visitor (a context of its own) on that page. At the end no page may have had a script
    error, a breach of the content security policy, or a request that left the machine."""
    contexts, troubles = [], []

    def trouble(text: str) -> None:
        troubles.append(text)

    def open_it(url: str, *, locale: str = "pl-PL", width: int = 1280, height: int = 860, **more: object) -> Page:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, **more)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble(f"script error: {error}"))
        page.on("console", lambda message: "Content Security Policy" in message.text and trouble(message.text))
        page.on("dialog", lambda dialog: (trouble(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
                or trouble(f"request to {request.url}"))
        page.goto(url)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert troubles == []
