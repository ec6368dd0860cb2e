"""An attacker's words in every place where a page shows words: nothing runs, loads, goes elsewhere or changes a state.

The worst case on purpose: a bot that says the payload itself, past every check, with sources made of it; the same as
the customer's message, the held-back draft, the agent's reply and note; and in the playground a model that always emits
it, over documents that hold it. ``SECURITY=whole`` runs all of them, else one in 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chatbot.limits import Limits
from chatbot.model.hostile import hostile
from chatbot.privacy.masking import Masker
from tests.browser.conftest import PATIENCE_MS, OpenPage
from tests.browser.journey import claim, messages, open_chat, reply, sign_in
from tests.browser.served import ADMIN, PASSWORD, WITHDRAWAL, Served
from tests.security import answers
from tests.security.payloads import payloads
from tests.security.scale import WHOLE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ALL = payloads()
SOME = ALL if WHOLE else ALL[::26]
BATCH = 20
"""Payloads of one conversation."""
INERT = (":is(img, picture, source, script, iframe, object, embed, style, link, meta, base, form form, video, audio, "
         "math, template, marquee, details:not(.card), a[href], [onerror], [onload], [onfocus], [style*='evil'])")
FREE = Limits(messages_per_minute=10**6, requests_per_minute=10**6, conversations_per_minute=10**6)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(Path(tmp_path_factory.mktemp("d")), limits=FREE) as running:
        running.script.pace = 0.0  # two sentences a payload, and nobody reads along
        yield running


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


def test_there_are_five_hundred_payloads_and_none_twice() -> None:
    assert len(ALL) >= 500 and len(set(ALL)) == len(ALL)


class Watched:
    """A page that an attacker would change: what it loaded, where it went, what ran."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address.partition("#")[0]
        self.went: list[str] = []
        page.on("framenavigated", lambda frame: self.moved(frame.url))
        page.on("download", lambda download: self.went.append(f"download {download.url}"))
        page.on("request", lambda request: "pwned" in request.url and self.went.append(f"request {request.url}"))
        page.context.on("page", lambda opened: self.went.append(f"popup {opened.url}"))
        self.went.clear()

    def moved(self, url: str) -> None:
        if url.partition("#")[0] != self.address:
            self.went.append(url)

    def check(self, where: str) -> None:
        assert self.went == [], (where, self.went)
        assert self.page.evaluate("window.pwned") is None, where
        assert self.page.url.partition("#")[0] == self.address, where
        found = self.page.locator(f"{where} {INERT}")
        assert found.count() == 0, (where, found.first.evaluate("node => node.outerHTML"))


def written(text: str) -> str:
    """As a browser's text field gives it back: without what a field can't hold."""
    return re.sub(r"\r\n?", "\n", text).replace("\0", "\ufffd").strip()


def batches() -> list[list[str]]:
    return [SOME[at:at + BATCH] for at in range(0, len(SOME), BATCH)]


def test_no_payload_has_an_effect_on_the_customers_or_the_agents_page(served: Served, open_page: OpenPage) -> None:
    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    expect(agent.locator(".waiting")).to_be_visible()
    desk = Watched(agent, agent.url)
    for number, batch in enumerate(batches()):
        served.script.sentences = {text: (f"{text} [1]", text) for text in map(written, batch)}
        customer = open_page(served.url)
        open_chat(customer)
        page = Watched(customer, customer.url)
        for count, text in enumerate(map(written, batch), 1):
            served.script.citations = (replace(WITHDRAWAL, title=text, clause=text, text=f"{text} {text}", quote=text,
                                               document=text, version=text, source=f"javascript:{text}"),)
            customer.evaluate("text => window.supportChat.ask(text)", text)
            expect(messages(customer, "ai")).to_have_count(count)
            assert customer.locator(".messages .chip").count() >= count
        messages(customer, "ai").locator(".mark").last.click()
        expect(customer.locator(".source .clause-text")).to_be_visible()
        page.check(".panel")
        customer.keyboard.press("Escape")
        shown = messages(customer, "customer").locator(".text").all_text_contents()
        assert [one.strip() for one in shown] == [written(text) for text in batch], "each is there, as text"
        assert served.state_of(customer) == "bot", "nothing but the button calls a human"

        served.script.sentences = {}
        question = f"Sprawa numer {number}: {written(batch[0])}"
        served.script.draft = written(batch[0])
        customer.evaluate("text => window.supportChat.ask(text)", question)
        expect(customer.locator(".banner")).to_be_visible()
        claim(agent, f"Sprawa numer {number}:")
        reply(agent, written(batch[-1]))
        desk.check(".desk")
        expect(messages(customer, "human")).to_have_count(1)
        page.check(".panel")
        agent.get_by_role("button", name="Zakończ").click()
        expect(customer.locator(".banner-closed")).to_be_visible()
        customer.context.close()
    assert served.tickets_waiting() == 0


def test_no_payload_has_an_effect_on_the_playground(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/admin")
    sign_in(page, ADMIN, PASSWORD)
    page.get_by_role("link", name="Sprawdź odpowiedź").click()
    watched = Watched(page, page.url)
    before = served.state()
    masker = Masker()
    for number, text in enumerate(SOME):
        poisoned = answers.chunk(f"{text}\n\n1. Na zwrot towaru masz 14 dni.", title=text, clause=text, source=text)
        served.play_with(answers.parts(hostile(text), [poisoned], masker))
        page.locator("#question").fill(f"Ile dni mam na zwrot towaru, sprawa {number}? {text[:200]}")
        with page.expect_response("**/admin/playground") as told:
            page.locator("form.ask button[type=submit]").click()
        assert told.value.status == 200, told.value.text()
        expect(page.locator(".outcome")).to_be_visible()
        if number % BATCH == BATCH - 1 or number == len(SOME) - 1:
            watched.check("main")
    assert served.state() == before, "the playground stores nothing but its line in the audit"

