"""Adding a folder of documents, and seeing what became of each: what runs, what failed and why, how many are done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ingestion import jobs, keys
from tests.browser.conftest import OpenPage
from tests.browser.journey import admin_section
from tests.browser.served import Served
from tests.browser.test_layout import CONTRAST, UNNAMED, overflow
from tests.generation import generation

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = Path(tmp_path_factory.mktemp("u"))
    generation(folder)
    with Served(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_queued(served: Served) -> None:
    """No worker runs here, so jobs stay as they are."""

    async def forget() -> None:
        await served.service.redis.delete(keys.JOBS, keys.RECENT)

    served.run(forget())


def add(page: Page) -> None:
    with page.expect_response("**/admin/documents", timeout=30_000):
        page.get_by_role("button", name="Dodaj", exact=True).click()


def becomes(served: Served, place: int, state: str, **row: str) -> None:
    """What a worker would write of the job that was submitted as the ``place``-th."""

    async def write() -> None:
        (job_id,) = await served.service.redis.zrange(keys.RECENT, place, place)
        await served.service.redis.hset(keys.job(job_id.decode()), mapping={"state": state, **row})

    served.run(write())


def failed(name: str, reason: str) -> dict[str, str]:
    outcome = {"source": name, "document": name.partition(".")[0], "status": "failed", "reason": reason}
    return {"trouble": "1", "outcomes": json.dumps([outcome])}


def rows(page: Page) -> Locator:
    return page.locator(".job").filter(visible=True)


def test_files_of_one_name_do_not_replace_each_other_though_they_are_sent_apart(
    served: Served, open_page: OpenPage, tmp_path: Path
) -> None:
    for name in ("a/faq.md", *(f"b/{place:02}.md" for place in range(24)), "z/faq.md", ".git/config"):
        (tmp_path / "zasady" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "zasady" / name).write_text(f"# {name}\n\n§ 1. Tekst.\n", encoding="utf-8")
    page = admin_section(served.url, open_page, "documents")
    page.locator("#folder").set_input_files(tmp_path / "zasady")
    expect(page.locator(".chosen-head")).to_contain_text("26 plików")
    add(page)
    refused = page.locator(".chosen .refused")
    expect(refused).to_contain_text("zasady/z/faq.md i zasady/a/faq.md to dwa różne pliki o tej samej nazwie")
    expect(page.locator(".toast.bad")).to_contain_text("Nie dodano 1 pliku.")
    assert len(served.queued()) == 25
    page.get_by_text("Tytuł, wersja, zbiór…").click()
    page.get_by_label("Tytuł", exact=True).fill("Pytania o zasady")
    add(page)
    expect(page.locator(".chosen li")).to_have_count(0)
    assert jobs.identity(served.queued()[-1]) == "pytania-o-zasady"


def test_whom_a_document_is_for_is_left_as_it_is_unless_one_says(
    served: Served, open_page: OpenPage, tmp_path: Path
) -> None:
    page = admin_section(served.url, open_page, "documents")
    file = tmp_path / "regulamin na 2027.md"
    file.write_text("# Regulamin", encoding="utf-8")
    page.locator("#files").set_input_files(file)
    add(page)
    page.locator("#files").set_input_files(file)
    page.get_by_label("Dla kogo").select_option(label="tylko obsługa")
    page.get_by_text("Tytuł, wersja, zbiór…").click()
    page.get_by_label("To nowa wersja dokumentu").select_option("regulamin")
    add(page)
    first, second = served.queued()
    assert (first.audience, first.document) == (None, None)
    assert (second.audience, second.document) == ("agents", "regulamin")


def test_of_many_files_those_at_work_and_those_that_failed_are_seen_and_one_is_tried_again(
    served: Served, open_page: OpenPage, tmp_path: Path
) -> None:
    page = admin_section(served.url, open_page, "documents")
    names = [f"regulamin-{place:02}.md" for place in range(19)] + ["regulamin.md"]
    for name in names:
        (tmp_path / name).write_text(f"# {name}", encoding="utf-8")
    page.locator("#files").set_input_files([tmp_path / name for name in names])
    add(page)
    for place in range(15):
        becomes(served, place, "done")
    becomes(served, 3, "done", **failed("regulamin-03.md", "regulamin-03.md is empty. Add a file that has text."))
    becomes(served, 16, "running", step="embedding", done="3", of="9")
    becomes(served, 19, "done", **failed("regulamin.md", "regulamin.md is empty. Add a file that has text."))
    page.reload()
    summary = page.locator(".jobs-summary")
    expect(summary).to_have_text("14 z 20 gotowych, 2 z błędem, 1 w toku, 3 w kolejce")
    expect(rows(page).first).to_contain_text("regulamin-16.md")
    expect(rows(page).nth(1)).to_contain_text("Plik regulamin.md jest pusty.")
    expect(page.get_by_text("Jeszcze 15 zadań")).to_be_visible()
    known = page.locator("details[data-document=regulamin]")
    expect(known).to_contain_text("Ostatnia zmiana nieudana")
    assert page.evaluate(UNNAMED) == [] and page.evaluate(CONTRAST) == []
    page.get_by_role("button", name="Spróbuj ponownie: regulamin-03.md").click()
    expect(summary).to_contain_text("14 z 20 gotowych, 1 z błędem")
    assert [one.source for one in served.queued()][-1] == "regulamin-03.md" and len(served.queued()) == 21


def test_the_form_with_all_its_fields_fits_a_phone(served: Served, open_page: OpenPage) -> None:
    page = admin_section(served.url, open_page, "documents", width=360, height=780)
    page.get_by_text("Tytuł, wersja, zbiór…").click()
    page.get_by_label("Adres strony lub mapy witryny").fill("https://sklep.example/")
    expect(page.get_by_label("Sprawdzaj")).to_be_visible()
    assert overflow(page) <= 0
    assert page.evaluate(UNNAMED) == [] and page.evaluate(CONTRAST) == []
