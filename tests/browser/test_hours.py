"""When no human is at work: the customer is told so, and when somebody will be, wherever the customer is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from ingestion import company as companies
from ingestion.settings import DEMO_COMPANY
from tests.browser.conftest import OpenPage
from tests.browser.journey import ask, messages, open_chat
from tests.browser.served import Served

pytestmark = pytest.mark.browser

SUNDAY_EVENING = datetime(2026, 11, 22, 18, 0, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture
def on_sunday(tmp_path_factory: pytest.TempPathFactory) -> Served:
    at = int(SUNDAY_EVENING.timestamp() * 1000)
    return Served(Path(tmp_path_factory.mktemp("h")), company=companies.load(DEMO_COMPANY), clock=lambda: at)


def test_closed_hours_are_told_in_the_company_s_time(on_sunday: Served, open_page: OpenPage) -> None:
    with on_sunday as served:
        page = open_page(served.url, timezone_id="America/New_York")
        expect(page.locator("#hours > div").first).to_contain_text("poniedziałek – piątek")
        expect(page.locator("#hours > div").first).to_contain_text("08:00–18:00")
        open_chat(page)
        page.get_by_role("button", name="Porozmawiaj z konsultantem").click()
        banner = page.locator(".banner-off_hours")
        expect(banner).to_contain_text("Konsultanci teraz nie pracują")
        expect(banner).to_contain_text("poniedziałek, 23 listopada 08:00")
        served.script.sentences = {"zwrot": ("Nie powinno mnie tu być.",)}
        ask(page, "Ile mam dni na zwrot?")
        expect(messages(page, "customer")).to_have_count(1)
        page.wait_for_timeout(500)
        expect(messages(page, "ai")).to_have_count(0)
        page.close()
