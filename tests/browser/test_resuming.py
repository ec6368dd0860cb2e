"""Nothing lost and nothing double: reloads, lost connections, messages sent while there is none."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, claim, messages, open_chat, reply, sign_in
from tests.browser.served import HANDING_OVER, Served

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def script(served: Served) -> None:
    served.script.sentences = {"dostawa": ("Dostawa trwa dwa dni.",)}
    served.script.held.set()


def texts(page: Page) -> list[str]:
    return page.locator(".message .text").all_inner_texts()


def test_reload_resumes_the_transcript_with_no_hole_and_no_double(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile trwa dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
    before = texts(page)
    page.reload()
    expect(page.get_by_role("dialog", name="Czat")).to_be_visible()
    expect(messages(page, "ai")).to_have_count(1)
    assert texts(page) == before == ["Ile trwa dostawa?", "Dostawa trwa dwa dni."]
    ask(page, "A dostawa mebli?")
    expect(messages(page, "ai")).to_have_count(2)


def test_reload_in_the_middle_of_an_answer_still_ends_in_one_answer(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    served.script.held.clear()
    ask(page, "Ile trwa dostawa?")
    expect(page.locator(".message.draft")).to_be_visible()
    page.reload()
    expect(page.locator(".message.draft")).to_be_visible()
    served.script.held.set()
    expect(messages(page, "ai")).to_have_count(1)
    assert texts(page) == ["Ile trwa dostawa?", "Dostawa trwa dwa dni."]


def test_messages_of_an_offline_time_arrive_once_and_in_order(served: Served, open_page: OpenPage) -> None:
    customer = open_page(served.url)
    open_chat(customer)
    ask(customer, "Czy mogę prosić o fakturę?")
    expect(customer.locator(".banner-queued")).to_be_visible()
    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    claim(agent, "Czy mogę prosić o fakturę?")
    expect(customer.locator(".banner-agent")).to_be_visible()

    customer.context.set_offline(True)
    ask(customer, "Proszę na firmę.")
    expect(customer.locator(".delivery.waiting")).to_be_visible()
    reply(agent, "Oczywiście.")
    customer.context.set_offline(False)

    expect(agent.locator(".line.customer").last).to_contain_text("Proszę na firmę.")
    reply(agent, "Wyślę ją dziś.")
    expect(messages(customer, "human").last).to_contain_text("Wyślę ją dziś.")
    expect(customer.locator(".delivery")).to_have_count(0)
    shown = texts(customer)
    assert sorted(shown) == sorted([
        "Czy mogę prosić o fakturę?", HANDING_OVER, "Proszę na firmę.", "Oczywiście.", "Wyślę ją dziś."])
    assert messages(customer, "human").locator(".text").all_inner_texts() == ["Oczywiście.", "Wyślę ją dziś."]
    customer.reload()
    expect(messages(customer, "human")).to_have_count(2)
    stored = texts(customer)
    assert sorted(stored) == sorted(shown)


def test_draft_is_withdrawn_when_a_human_is_asked_for_meanwhile(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    served.script.held.clear()
    ask(page, "Ile trwa dostawa?")
    expect(page.locator(".message.draft")).to_be_visible()
    page.get_by_role("button", name="Porozmawiaj z konsultantem").click()
    expect(page.locator(".banner-queued")).to_be_visible()
    expect(page.locator(".message.draft")).to_have_count(0)
    served.script.held.set()
    page.wait_for_timeout(500)
    expect(page.locator('.message[data-author="ai"] .text')).to_have_count(0)


def test_token_stands_in_no_address(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    open_chat(page)
    ask(page, "Ile trwa dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
    token = page.evaluate("JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage)[0])).token")
    assert len(token) >= 32
    assert any("/events" in address for address in addresses)
    assert not [address for address in addresses if token in address]


def test_new_conversation_starts_empty_and_the_old_one_leaves_the_page(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile trwa dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
    page.get_by_role("button", name="Nowa rozmowa").click()
    expect(page.locator(".message")).to_have_count(0)
    ask(page, "Druga rozmowa: dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
    assert texts(page)[0] == "Druga rozmowa: dostawa?"


def test_conversation_the_service_no_longer_knows_begins_anew_with_a_word_of_explanation(
    served: Served, open_page: OpenPage
) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile trwa dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
    page.evaluate("""() => {
        const key = Object.keys(sessionStorage)[0];
        sessionStorage.setItem(key, JSON.stringify({ ...JSON.parse(sessionStorage.getItem(key)), token: "inny" }));
    }""")
    page.reload()
    expect(page.locator("p.notice", has_text="wygasła")).to_be_visible()
    ask(page, "Jeszcze raz: dostawa?")
    expect(messages(page, "ai")).to_have_count(1)
