"""Text is text: whatever a customer, a model, a document or an agent writes, no page runs, loads or follows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, claim, messages, open_chat, reply, sign_in
from tests.browser.served import WITHDRAWAL, Served

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "<svg onload=alert(3)>",
    '"><iframe src=javascript:alert(4)>',
    "[kliknij](javascript:alert(5)) ![obraz](https://example.com/x.png)",
    "<style>@import url(https://example.com/x.css)</style>",
    "{{constructor.constructor('alert(6)')()}} https://example.com",
)


@pytest.fixture(autouse=True)
def hostile(served: Served) -> None:
    """The bot repeats the payload, and its source is made of it too."""
    served.script.sentences = {payload: (f"{payload} [1]",) for payload in PAYLOADS}
    served.script.held.set()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_is_shown_as_text_to_the_customer_and_the_agent(
    payload: str, served: Served, open_page: OpenPage
) -> None:
    served.script.citations = (replace(
        WITHDRAWAL, title=payload, clause=payload, text=f"{payload} {payload}", quote=payload,
        source=f"javascript:alert(7)//{payload}"),)
    customer = open_page(served.url)
    open_chat(customer)
    ask(customer, payload)
    expect(messages(customer, "customer").locator(".text")).to_have_text(payload)
    expect(messages(customer, "ai").locator(".text")).to_contain_text(payload)
    messages(customer, "ai").locator(".mark").first.click()
    expect(customer.locator(".source .clause-title")).to_have_text(payload)
    expect(customer.locator(".source mark")).to_have_text(payload)
    assert customer.locator(".panel :is(img, script, iframe, style, a[href])").count() == 0
    customer.keyboard.press("Escape")

    customer.get_by_role("button", name="Porozmawiaj z konsultantem").click()
    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    claim(agent, payload)
    reply(agent, payload)
    agent.locator(".line.ai .chip").first.click()
    expect(agent.locator(".source-sheet .clause-title")).to_have_text(payload)
    assert agent.locator(".desk :is(img, script, iframe, style, a[href]), .source-sheet :is(img, a[href])").count() == 0
    expect(messages(customer, "human").locator(".text")).to_have_text(payload)
    assert customer.url.rstrip("/") == served.url
    agent.keyboard.press("Escape")
    agent.get_by_role("button", name="Zakończ").click()
    expect(customer.locator(".banner-closed")).to_be_visible()


def test_address_of_a_source_is_a_link_only_when_it_is_http(served: Served, open_page: OpenPage) -> None:
    served.script.sentences = {"link": ("Oto źródło. [1]",)}
    served.script.citations = (replace(WITHDRAWAL, source="https://jarzebina.example/regulamin"),)
    page = open_page(served.url)
    open_chat(page)
    ask(page, "link?")
    messages(page, "ai").locator(".mark").click()
    link = page.locator(".clause-source a")
    expect(link).to_have_attribute("href", "https://jarzebina.example/regulamin")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_pages_forbid_inline_scripts_and_other_hosts(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    for path in ("/", "/console", "/admin"):
        policy = page.request.get(served.url + path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
