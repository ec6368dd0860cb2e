"""What a visitor may choose: no human after all, what becomes of the conversation; what an agent may promise."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, claim, messages, open_chat, reply, sign_in
from tests.browser.served import ADMIN, WITHDRAWAL, Served

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def script(served: Served) -> None:
    served.script.sentences = {"zwrot": (f"„{WITHDRAWAL.quote}” [1]",)}
    served.script.held.set()


def test_visitor_may_decline_the_human_that_is_offered_and_stop_waiting(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Ile mam dni na zwrot?")
    messages(page, "ai").get_by_role("button", name="Niepomocna odpowiedź").click()
    page.get_by_role("button", name="Nie, dziękuję").click()
    expect(page.locator("p.notice", has_text="Dobrze, odpowiadam dalej")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)
    page.get_by_role("button", name="Porozmawiaj z konsultantem").click()
    page.get_by_role("button", name="Nie czekam dłużej").click()
    expect(page.locator("p.notice", has_text="nie czekamy już na konsultanta")).to_be_visible()
    expect(page.get_by_role("button", name="Porozmawiaj z konsultantem")).to_be_enabled()


def test_visitor_decides_on_training_and_erases_the_conversation(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    page.get_by_role("button", name="Twoje dane").click()
    expect(page.get_by_role("button", name="Usuń rozmowę")).to_be_disabled()
    page.get_by_role("button", name="Wróć do rozmowy").click()
    ask(page, "Ile mam dni na zwrot?")
    expect(messages(page, "ai")).to_have_count(1)
    for _ in range(2):
        page.get_by_role("button", name="Twoje dane").click()
        box = page.get_by_label("Zgadzam się")
        expect(box).to_be_enabled()
        box.check() if not box.is_checked() else box.uncheck()
        expect(page.get_by_text(re.compile("zapisaliśmy Twoją zgodę|Zgoda jest cofnięta"))).to_be_visible()
        page.get_by_role("button", name="Wróć do rozmowy").click()
    page.get_by_role("button", name="Twoje dane").click()
    page.get_by_role("button", name="Usuń rozmowę").click()
    page.get_by_role("button", name="Tak, usuń na zawsze").click()
    expect(page.locator("p.notice", has_text="Rozmowa została usunięta")).to_be_visible()
    expect(messages(page, "customer")).to_have_count(0)
    page.reload()
    expect(messages(page, "customer")).to_have_count(0)


def test_agent_promises_a_time_and_the_customer_reads_it(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url)
    open_chat(page)
    ask(page, "Skargę mam pilną")
    expect(page.locator(".banner-queued")).to_be_visible()
    console = open_page(served.url + "/console")
    sign_in(console)
    claim(console, "Skargę mam pilną")
    reply(console, "Sprawdzam to w magazynie.")
    console.get_by_role("button", name="Odłóż").click()
    console.get_by_role("dialog").get_by_role("button", name="Odłóż").click()
    expect(page.locator("p.notice", has_text="Wrócimy do Twojej sprawy najpóźniej")).to_be_visible()
    expect(page.locator(".banner-queued")).to_contain_text("Odpowiemy najpóźniej")
    expect(console.locator(".waiting .row", has_text="Skargę mam pilną")).to_contain_text("Obiecane")
    claim(console, "Skargę mam pilną")
    console.get_by_role("button", name="Przekaż").click()
    console.get_by_label("Osoba lub zespół").select_option("team:legal")
    console.get_by_role("dialog").get_by_role("button", name="Przekaż").click()
    expect(console.locator(".waiting .row", has_text="Skargę mam pilną")).to_contain_text("Dział prawny")


def test_admin_adds_a_webhook_and_is_refused_one_inside_the_network(served: Served, open_page: OpenPage) -> None:
    page = open_page(served.url + "/admin#webhooks")
    sign_in(page, ADMIN)
    page.get_by_label("Adres (https)").fill("https://127.0.0.1/zgloszenia")
    page.locator("form").get_by_role("button", name="Dodaj").click()
    expect(page.locator(".toast.bad")).to_contain_text("nie prowadzi do publicznego internetu")
    page.get_by_role("button", name="Zamknij").click()
    page.get_by_label("Adres (https)").fill("https://93.184.216.34/zgloszenia")
    page.locator("form").get_by_role("button", name="Dodaj").click()
    expect(page.locator(".secret code")).to_have_text(re.compile(r"^whsec_"))
    expect(page.locator("tbody")).to_contain_text("93.184.216.34")
    page.get_by_role("button", name="Usuń", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Usuń").click()
    expect(page.get_by_text("Nie ma jeszcze żadnego webhooka.")).to_be_visible()
