"""The admin's sections on real data: what waits for a decision, the index, followed pages, the playground."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from chatbot.model.fake import FakeModel
from chatbot.privacy.masking import Masker
from tests.browser.conftest import OpenPage
from tests.browser.journey import admin_section
from tests.browser.served import Served
from tests.browser.test_layout import CONTRAST, UNNAMED, overflow
from tests.generation import generation
from tests.security import answers

pytestmark = pytest.mark.browser
STAFF = "chat:staff"
FIRST_ANSWER_MS = 60_000
"""The page's own patience: the first answer loads dictionaries, on a busy machine for half a minute."""
SITE = "https://sklep.example/regulamin"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = Path(tmp_path_factory.mktemp("s"))
    generation(folder)
    with Served(folder) as running:
        yield running


def accepted(served: Served, kind: str, seconds: float = 20) -> list[Any]:
    """Jobs of this kind, once there is one: a dialog closes before its request has come back."""
    deadline = time.monotonic() + seconds
    while not (found := [one for one in served.queued() if one.kind == kind]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def talk(served: Served) -> dict[str, int]:
    """What the store holds of conversations and tickets; who is signed in is left out."""
    return {key: size for key, size in served.state().items() if not key.startswith(STAFF)}


def test_days_that_a_text_names_are_settled_and_a_suspended_answer_says_why(
    served: Served, open_page: OpenPage
) -> None:
    page = admin_section(served.url, open_page, "care")
    suspended = page.locator("section", has=page.get_by_role("heading", name="Wstrzymane odpowiedzi"))
    expect(suspended).to_contain_text("Ile trwa zwrot?")
    expect(suspended).to_contain_text("Zmienione zapisy: regulamin § 1.")
    waiting = page.locator("section", has=page.get_by_role("heading", name="Daty do potwierdzenia"))
    expect(waiting).to_contain_text("Obowiązuje od 1 stycznia 2026 r.")
    waiting.get_by_role("button", name="Ustal daty").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Obowiązuje od")).to_have_value("2026-01-01")
    dialog.get_by_label("Obowiązuje do").fill("2026-12-31")
    dialog.get_by_role("button", name="Zapisz daty").click()
    expect(dialog).to_be_hidden()
    expect(waiting).to_contain_text("Zapisujemy decyzję.")
    expect(waiting.get_by_role("button")).to_have_count(0)
    (job,) = accepted(served, "date")
    assert (job.document, job.version, str(job.valid_until)) == ("regulamin", "2", "2026-12-31")


def test_the_index_is_shown_and_built_anew_only_after_a_yes(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "index")
    expect(page.locator("table").first).to_contain_text("Odpowiada teraz")
    page.get_by_role("button", name="Przebuduj od nowa").click()
    page.keyboard.press("Escape")
    assert [one for one in served.queued() if one.kind == "reindex"] == []
    page.get_by_role("button", name="Przebuduj od nowa").click()
    page.get_by_role("dialog").get_by_role("button", name="Przebuduj od nowa").click()
    expect(page.get_by_text("Przyjęte.")).to_be_visible()
    assert len([one for one in served.queued() if one.kind == "reindex"]) == 1


def test_a_golden_query_is_kept_and_taken_away_again(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "index")
    page.get_by_label("Pytanie", exact=True).fill("Ile dni na zwrot?")
    page.get_by_label("Ma znaleźć dokument").select_option("regulamin")
    page.get_by_label("Zapis (opcjonalnie)").fill("§ 1")
    page.get_by_role("button", name="Dodaj", exact=True).click()
    row = page.locator("tr", has_text="Ile dni na zwrot?")
    expect(row).to_contain_text("czeka na najbliższą zmianę")
    row.get_by_role("button", name="Usuń pytanie kontrolne: Ile dni na zwrot?").click()
    expect(row).to_have_count(0)


def test_a_page_is_followed_as_often_as_one_says_and_let_go(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "documents")
    page.get_by_label("Adres strony lub mapy witryny").fill(SITE)
    page.get_by_role("button", name="Dodaj", exact=True).click()
    expect(page.get_by_text("Przyjęte.")).to_be_visible()
    page.reload()
    site = page.locator("details", has_text=SITE)
    expect(site).to_contain_text("jeszcze nie sprawdzone")
    site.locator("summary").click()
    often = site.get_by_label("Sprawdzaj").last
    often.select_option("168")
    expect(site.get_by_text("następnym razem")).to_be_visible()
    assert [one.source for one in served.queued() if one.kind == "fetch"] == [SITE]
    site.get_by_role("button", name="Nie śledź").click()
    page.get_by_role("dialog").get_by_role("button", name="Nie śledź").click()
    expect(site).to_have_count(0)


def test_the_playground_shows_the_answer_its_source_and_what_was_found(served: Served, open_page: OpenPage) -> None:
    clause = answers.chunk("1. Na zwrot towaru masz 14 dni.", title="Zasady zwrotów", clause="§ 3")
    served.play_with(answers.parts(FakeModel(adapter="demo"), [clause], Masker()))
    page = admin_section(served.url, open_page, "playground")
    before = talk(served)
    page.get_by_label("Pytanie", exact=True).fill("Ile mam dni na zwrot towaru?")
    page.get_by_role("button", name="Sprawdź", exact=True).click()
    outcome = page.locator(".outcome")
    expect(outcome).to_contain_text("Odpowiedź dla klienta", timeout=FIRST_ANSWER_MS)
    expect(outcome.locator(".answer-text")).to_contain_text("14 dni")
    expect(page.get_by_text("Ryzyko błędu:")).to_be_visible()
    expect(page.locator(".meter")).to_contain_text("wysyłamy do")
    expect(page.locator(".passages")).to_contain_text("Zasady zwrotów")
    outcome.locator(".chip").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Na zwrot towaru masz 14 dni.")
    assert talk(served) == before, "trying leaves no conversation and no ticket"


@pytest.mark.parametrize("section", ["care", "index", "documents", "playground"])
def test_each_section_fits_a_phone_and_reads_aloud(section: str, served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, section, width=360, height=780)
    page.wait_for_load_state("networkidle")
    assert overflow(page) <= 0
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(CONTRAST) == []
