"""The journey of a customer and an agent through the pages, against the real service with a scripted answerer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, claim, messages, open_chat, reply, sign_in
from tests.browser.served import WITHDRAWAL, Served

pytestmark = pytest.mark.browser

ANSWER = ("Tak, masz na to czas.", f"„{WITHDRAWAL.quote}” [1]", "Czy chcesz wiedzieć, jak odesłać towar?")


@pytest.fixture(autouse=True)
def script(served: Served) -> None:
    served.script.sentences = {"zwrot": ANSWER}
    served.script.held.set()


def test_visitor_is_told_it_is_an_ai_before_the_first_input(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    intro = page.locator(".intro")
    expect(intro).to_contain_text("asystentem AI")
    box = page.get_by_label("Twoja wiadomość")
    assert intro.bounding_box()["y"] < box.bounding_box()["y"]
    expect(page.get_by_role("button", name="Porozmawiaj z konsultantem")).to_be_visible()


def test_answer_streams_by_sentences_then_shows_once_with_its_source(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    served.script.held.clear()
    ask(page, "Ile mam dni na zwrot?")
    draft = page.locator(".message.draft")
    expect(draft).to_contain_text(ANSWER[0])
    expect(draft).to_contain_text(ANSWER[2])
    served.script.held.set()
    expect(page.locator(".message.draft")).to_have_count(0)
    answer = messages(page, "ai")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("Cytat z dokumentu")
    assert answer.get_attribute("data-ai-generated") == "true"
    assert answer.locator(".text").inner_text().count(WITHDRAWAL.quote) == 1
    expect(answer.locator(".chip")).to_contain_text("§ 3 ust. 1")


def test_source_opens_at_the_quoted_sentence_and_gives_focus_back(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile mam dni na zwrot?")
    mark = messages(page, "ai").locator(".mark")
    mark.click()
    source = page.locator(".source")
    expect(source).to_contain_text("Zasady zwrotów i reklamacji")
    expect(source).to_contain_text("Obowiązuje od 1 stycznia 2026 r.")
    expect(source).to_contain_text("odebrałeś towar")
    marked = " ".join(source.locator("mark").inner_text().split())
    assert marked == WITHDRAWAL.quote
    page.keyboard.press("Escape")
    expect(source).to_be_hidden()
    expect(mark).to_be_focused()
    expect(page.get_by_role("dialog", name="Czat")).to_be_visible()


def test_human_is_asked_for_answers_and_the_customer_sees_it(served: Served, open_page: OpenPage) -> None:
    customer = open_page(served.url)
    open_chat(customer)
    ask(customer, "Ile dni na zwrot mebli?")
    expect(messages(customer, "ai")).to_have_count(1)
    customer.get_by_role("button", name="Porozmawiaj z konsultantem").click()
    expect(customer.locator(".banner-queued")).to_contain_text("Miejsce w kolejce: 1")

    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    claim(agent, "Ile dni na zwrot mebli?")
    expect(agent.locator(".ticket-head")).to_contain_text(re.compile("konsultant|człowiek", re.IGNORECASE))
    expect(agent.locator(".line.ai")).to_contain_text(WITHDRAWAL.quote)
    expect(customer.locator(".banner-agent")).to_contain_text("Anna Kalina")
    reply(agent, "Dzień dobry, tu Anna. Meble odbierzemy sami.")
    expect(messages(customer, "human")).to_contain_text("Meble odbierzemy sami.")
    expect(messages(customer, "human")).to_contain_text("Anna Kalina")

    ask(customer, "Dziękuję, a ile zapłacę za odbiór?")
    expect(agent.locator(".line.customer").last).to_contain_text("ile zapłacę")
    expect(messages(customer, "ai")).to_have_count(1)

    agent.get_by_role("button", name="Zakończ").click()
    expect(customer.locator(".banner-closed")).to_be_visible()


def test_question_the_bot_cannot_answer_reaches_the_queue(served: Served, open_page: OpenPage) -> None:
    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    expect(agent.locator(".live.on")).to_be_visible()
    customer = open_page(served.url)
    open_chat(customer)
    ask(customer, "Czy naprawicie mi rower?")
    expect(customer.locator(".banner-queued")).to_be_visible()
    expect(agent.locator(".waiting .row", has_text="naprawicie mi rower")).to_be_visible()


def test_agent_inserts_the_suggestion_returns_the_conversation_and_the_bot_answers_again(
    served: Served, open_page: OpenPage
) -> None:
    customer = open_page(served.url)
    open_chat(customer)
    ask(customer, "Chcę rozmawiać o rabacie")
    expect(customer.locator(".banner-queued")).to_be_visible()
    agent = open_page(f"{served.url}/console")
    sign_in(agent)
    claim(agent, "Chcę rozmawiać o rabacie")
    agent.get_by_label("Nowa notatka").fill("Stały klient.")
    agent.get_by_role("button", name="Dodaj notatkę").click()
    expect(agent.locator(".notes li")).to_contain_text("Stały klient.")
    suggestion = agent.locator(".suggestion")
    expect(suggestion).to_contain_text("Na zwrot masz 14 dni.")
    suggestion.locator(".chip").click()
    expect(agent.locator(".source-sheet mark")).to_contain_text("14 dni")
    agent.keyboard.press("Escape")
    suggestion.get_by_role("button", name="Wstaw do odpowiedzi").click()
    box = agent.get_by_label("Odpowiedź do klienta")
    expect(box).to_have_value("Na zwrot masz 14 dni.")
    box.press("End")
    box.press_sequentially(" Pozdrawiam, Anna.")
    box.press("Control+Enter")
    expect(messages(customer, "human")).to_contain_text("Na zwrot masz 14 dni. Pozdrawiam, Anna.")
    agent.get_by_role("button", name="Oddaj asystentowi").click()
    expect(customer.locator(".banner-agent")).to_have_count(0)
    ask(customer, "A ile mam dni na zwrot?")
    expect(messages(customer, "ai").last).to_contain_text(WITHDRAWAL.quote)
    expect(customer.locator(".messages")).not_to_contain_text("Stały klient.")


def test_thumb_is_kept_over_a_reload(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile mam dni na zwrot?")
    up = messages(page, "ai").get_by_role("button", name="Pomocna odpowiedź", exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(up).to_have_attribute("aria-pressed", "true")


def test_english_visitor_is_served_in_english(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url, locale="en-GB")
    page.get_by_role("button", name="Ask us").click()
    expect(page.locator(".disclosure")).to_contain_text("AI")
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="PL", exact=True).click()
    expect(page.get_by_role("button", name="Zapytaj nas")).to_be_visible()


def test_example_question_opens_the_chat_and_asks(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    expect(page.locator(".demo-strip")).to_contain_text("Wersja demo")
    page.get_by_role("button", name="Ile mam dni na zwrot?").click()
    expect(messages(page, "customer")).to_contain_text("Ile mam dni na zwrot?")
    expect(messages(page, "ai")).to_contain_text(WITHDRAWAL.quote)


def test_keyboard_alone_is_enough(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    launcher = page.get_by_role("button", name="Zapytaj nas")
    expect(launcher).to_be_visible()
    launcher.focus()
    page.keyboard.press("Enter")
    box = page.get_by_label("Twoja wiadomość")
    expect(box).to_be_focused()
    page.keyboard.type("Pytanie o zwrot")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("w dwóch wierszach")
    assert box.input_value() == "Pytanie o zwrot\nw dwóch wierszach"
    page.keyboard.press("Enter")
    expect(messages(page, "ai")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()


def test_wrong_password_is_told_and_the_session_ends_by_signing_out(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"{served.url}/console")
    sign_in(page, password="zgaduje-haslo")
    expect(page.get_by_role("alert")).not_to_be_empty()
    sign_in(page)
    page.get_by_role("button", name="Wyloguj się").click()
    expect(page.get_by_label("Hasło")).to_be_visible()
    page.goto(f"{served.url}/admin")
    sign_in(page)
    expect(page.get_by_role("alert")).to_contain_text("nie ma dostępu")
