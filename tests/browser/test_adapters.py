"""The admin's page of adapters: what answers, what is known of it, the trial of a second one, and the way back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from chatbot import appointed
from chatbot.answer import AnswerKind
from chatbot.trial import Trials, answered
from tests.browser.conftest import OpenPage
from tests.browser.journey import admin_section
from tests.browser.served import Served
from tests.browser.shelf import shelf
from tests.browser.test_layout import CONTRAST, UNNAMED, overflow
from tests.chatbot.answerers import finished

pytestmark = pytest.mark.browser
CONVERSATIONS = 400


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(Path(tmp_path_factory.mktemp("a"))) as running:
        shelf(running.settings.data_dir)
        running.play_with(SimpleNamespace(model=SimpleNamespace(adapter="jesien")))
        yield running


def harmful(served: Served) -> None:
    """400 conversations in which the second adapter hands over 60%, the one in service 20%."""
    dice = random.Random(1)

    async def run() -> None:
        service = served.service
        trial = await Trials(service.redis, service.keeper.clock).now()
        for number in range(CONVERSATIONS):
            bad = dice.random() < (0.6 if trial is not None and trial.arm(f"c{number}") else 0.2)
            answer = finished(AnswerKind.TICKET if bad else AnswerKind.REPLY, "…")
            for command in answered(trial, f"c{number}", answer, first=True):
                await service.redis.execute_command(*command)

    served.run(run())


def test_who_answers_stands_first_with_its_figures_in_words(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "adapters")
    now = page.locator(".in-service")
    expect(now).to_contain_text("Teraz odpowiada")
    expect(now.get_by_role("heading")).to_contain_text("jesien")
    expect(now.locator(".tiles")).to_contain_text("43,6%")
    expect(now).to_contain_text("Zmierzone przy zatwierdzaniu na 72\u00a0pytaniach")
    expect(now).to_contain_text("zatwierdza: ewa")
    expect(now.locator("pre, .facts").first).to_be_hidden()
    now.get_by_text("Szczegóły techniczne").click()
    expect(now.locator(".facts").first).to_be_visible()


def test_what_is_wrong_with_an_adapter_is_said_where_it_stands(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "adapters")
    others = {name: page.locator("li.adapter", has_text=name) for name in ("lato", "zima", "wiosna")}
    expect(others["lato"].locator(".worries .bad")).to_contain_text("na słowach 2\u00a0osób, których dane usunięto")
    expect(others["zima"].locator(".worries")).to_contain_text("Niezatwierdzony")
    expect(others["wiosna"].locator(".worries .bad")).to_contain_text("uszkodzony")
    expect(page.get_by_label("Drugi adapter").locator("option")).to_have_text(["demo", "zima"])


def test_a_harmful_second_adapter_is_taken_back_and_the_page_and_the_audit_say_why(
    served: Served, open_page: OpenPage
) -> None:
    page = admin_section(served.url, open_page, "adapters")
    page.get_by_label("Drugi adapter").select_option("zima")
    page.get_by_label("Udział rozmów w procentach").fill("50")
    page.get_by_role("button", name="Zacznij próbę").click()
    expect(page.locator(".trial")).to_contain_text("Trwa: zima prowadzi 50% rozmów.")
    harmful(served)
    served.run(served.service.keeper._trials.watch(served.service.audit))
    page.reload()
    expect(page.locator(".trial .bad")).to_contain_text("Wycofany: zima okazał się gorszy.")
    expect(page.locator(".trial table")).to_contain_text("z 40")
    page.get_by_role("link", name="Dziennik").click()
    row = page.locator("tr", has_text="Wycofanie gorszego adaptera")
    expect(row).to_contain_text("system")
    expect(row).to_contain_text("Przekazane człowiekowi: ")
    expect(row).to_contain_text("Dowód:")


def test_one_button_brings_the_former_adapter_back(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "adapters")
    page.get_by_role("button", name="Wróć do adaptera „demo”").click()
    page.get_by_role("dialog").get_by_role("button", name="Wróć do adaptera „demo”").click()
    expect(page.get_by_text("Przywracam poprzedni adapter.")).to_be_visible()
    assert appointed.read(served.settings.data_dir).adapter == "demo"
    expect(page.get_by_role("button", name="Wróć do adaptera")).to_have_count(0)


def test_the_page_fits_a_phone_and_reads_aloud(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "adapters", width=360, height=780)
    expect(page.locator(".in-service")).to_be_visible()
    assert overflow(page) <= 0
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(CONTRAST) == []
