"""The newcomer's journey, every part real: the demo's documents, the index, the model, the store, both pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.demo import ADD_SECONDS, READY_SECONDS, Demo
from tests.browser.journey import ask, claim, messages, open_chat, reply, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(ADD_SECONDS + READY_SECONDS + 120)]

ANSWER_MS = 60_000
"""Longest wait for an answer: the service ends every turn in 45 s."""
QUESTION = "Ile kosztuje dostawa kurierem?"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(Path(tmp_path_factory.mktemp("n"))) as running:
        yield running


def test_newcomer_asks_opens_the_source_is_handed_over_and_answered_by_a_human(
    demo: Demo, open_page: OpenPage
) -> None:
    customer = open_page(demo.url)
    expect(customer.locator(".demo-strip")).to_contain_text("Wersja demo")
    customer.get_by_role("button", name=QUESTION).click()
    answer = messages(customer, "ai").first
    expect(answer).to_contain_text("16,99 zł", timeout=ANSWER_MS)
    answer.locator(".chip").first.click()
    source = customer.locator(".source")
    expect(source).to_contain_text("Cennik dostaw i płatności")
    expect(source).to_contain_text("Obowiązuje od 1 lipca 2026 r.")
    expect(source.locator("mark").first).to_contain_text("16,99 zł")
    customer.keyboard.press("Escape")

    customer.get_by_role("button", name="Porozmawiaj z konsultantem").click()
    expect(customer.locator(":is(.banner-queued, .banner-off_hours)")).to_be_visible()
    agent = open_page(f"{demo.url}/console")
    sign_in(agent, "agent", demo.accounts["agent"])
    claim(agent, QUESTION)
    expect(agent.locator(".line.ai").first).to_contain_text("16,99 zł")
    reply(agent, "Dzień dobry, chętnie pomogę z dostawą.")
    expect(messages(customer, "human")).to_contain_text("chętnie pomogę z dostawą")

    before = customer.locator(".message .text").all_inner_texts()
    customer.reload()
    expect(messages(customer, "human")).to_have_count(1)
    assert customer.locator(".message .text").all_inner_texts() == before


def test_question_about_ones_own_parcel_goes_to_a_human_without_being_asked(
    demo: Demo, open_page: OpenPage
) -> None:
    page = open_page(demo.url)
    open_chat(page)
    ask(page, "Gdzie jest moja paczka?")
    expect(page.locator(":is(.banner-queued, .banner-off_hours)")).to_be_visible(timeout=ANSWER_MS)


def test_admin_sees_the_versions_tries_a_day_before_the_change_and_reads_why_a_file_failed(
    demo: Demo, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{demo.url}/admin")
    sign_in(page, "admin", demo.accounts["admin"])
    prices = page.locator(".document", has_text="Cennik dostaw i płatności")
    expect(prices).to_contain_text("2 wersje")
    prices.locator("summary").click()
    expect(prices).to_contain_text("Obowiązywało od 1 stycznia 2024 r. do 30 czerwca 2026 r.")

    broken = tmp_path / "zepsuty.pdf"
    broken.write_bytes(b"%PDF-1.4 to nie jest PDF")
    page.locator("#files").set_input_files(broken)
    page.get_by_role("button", name="Dodaj", exact=True).click()
    job = page.locator(".job", has_text="zepsuty.pdf")
    expect(job.locator(".job-state")).to_have_text("Nie udało się", timeout=ANSWER_MS)
    expect(job.locator(".job-note")).not_to_be_empty()

    page.get_by_role("link", name="Sprawdź odpowiedź").click()
    for day, amount in (("2026-06-30", "14,99 zł"), ("2026-07-01", "16,99 zł")):
        page.get_by_label("Pytanie", exact=True).fill("Ile kosztuje dostawa kurierem paczki do 30 kg?")
        page.get_by_label("Stan na dzień").fill(day)
        page.get_by_role("button", name="Sprawdź", exact=True).click()
        expect(page.locator(".outcome .answer-text")).to_contain_text(amount, timeout=ANSWER_MS)
    expect(page.locator(".passages > li").first).to_be_visible()

    page.get_by_role("link", name="Dziennik").click()
    expect(page.locator("td", has_text="zepsuty.pdf")).to_be_visible()
