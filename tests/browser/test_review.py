"""A person reviews examples in the page: by keys alone, with passages, draft and flags in view; nothing is lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from chatbot.privacy.masking import Masker
from chatbot.subjects import Subjects
from finetune import records
from finetune.record import Message, Origin, Passage, Record, Role
from finetune.review.app import create
from finetune.review.decisions import Decisions
from tests.browser.conftest import OpenPage
from tests.finetune.cast import record

pytestmark = pytest.mark.browser

CLAUSE = Passage(document="zasady", clause="§ 3 ust. 1", title="Zasady zwrotów i reklamacji",
                 text="Na zwrot masz 14 dni od dnia otrzymania produktu. Koszt odesłania ponosi klient.")


def example(id_: str, question: str, answer: str, **values: object) -> Record:
    made = record(1, id=id_, messages=(Message(Role.USER, question), Message(Role.ASSISTANT, answer, 1)),
                  passages=(CLAUSE,), clauses=(CLAUSE.key,), review=None, action=None)
    return replace(made, **values)  # type: ignore[arg-type]


EXAMPLES = (
    example("a", "Ile mam czasu na zwrot?", "Już sprawdzam: „Na zwrot masz 14 dni od dnia otrzymania produktu.” [1]",
            notes=("rated up",)),
    example("b", "Kto płaci za odesłanie?", "Za odesłanie płaci klient, bo koszt odesłania ponosi klient.",
            origin=Origin.CORRECTION, rejected="Za odesłanie płaci sklep."),
    example("c", "Ile trwa zwrot pieniędzy?", "Oddamy je w ciągu 21 dni, proszę pisać do Jana Brzęczyszczykiewicza."),
)  # fmt: skip


@contextmanager
def reviewing(folder: Path, by: str = "ewa") -> Iterator[str]:
    """The page over three examples, decisions and all, on a free loopback port."""
    decisions = Decisions(folder / "training" / "export.jsonl", Subjects(folder))
    server = uvicorn.Server(uvicorn.Config(create(decisions, Masker(), by, "sekret"), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records.write(tmp_path / "training" / "export.jsonl", EXAMPLES)
    return tmp_path


def opened(page: Page) -> None:
    """Keys count for the example that is shown, so none counts while another is being opened."""
    expect(page.locator("[inert]")).to_have_count(0)


def test_examples_are_accepted_edited_dropped_and_taken_back_by_keys_alone(folder: Path, open_page: OpenPage) -> None:
    with reviewing(folder) as url:
        page = open_page(f"{url}#sekret")
        expect(page.get_by_text("Przejrzano 0 z 3")).to_be_visible()
        expect(page.locator(".side mark")).to_have_text("Na zwrot masz 14 dni od dnia otrzymania produktu.")
        expect(page.locator(".flags")).to_contain_text("Klient ocenił tę odpowiedź jako pomocną.")
        page.keyboard.press("a")
        expect(page.locator(".text.rejected del").first).to_contain_text("sklep")
        expect(page.locator(".text ins").first).to_contain_text("klient")
        opened(page)
        page.keyboard.press("e")
        page.keyboard.press("Control+a")
        page.keyboard.type("Koszt odesłania ponosi klient. [1]")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Przejrzano 2 z 3")).to_be_visible()
        opened(page)
        page.keyboard.press("d")
        expect(page.get_by_text("Wszystko przejrzane")).to_be_visible()
        page.get_by_role("button", name="Odrzucone").click()
        opened(page)
        page.keyboard.press("u")
        expect(page.get_by_text("Przejrzano 2 z 3")).to_be_visible()
        page.get_by_role("button", name="Zapisz przyjęte").click()
        expect(page.get_by_role("status").first).to_contain_text("Zapisano przyjęte przykłady: 2")
    kept = records.read(folder / "training" / "export.reviewed.jsonl")
    assert [(one.id, one.review.decision, one.review.by) for one in kept if one.review] == [
        ("a", "accepted", "ewa"), ("b", "edited", "ewa")]
    assert kept[1].answer == "Koszt odesłania ponosi klient. [1]" and kept[1].rejected == EXAMPLES[1].rejected


def test_an_example_with_personal_data_cannot_be_accepted_until_it_is_taken_out(
    folder: Path, open_page: OpenPage
) -> None:
    with reviewing(folder) as url:
        page = open_page(f"{url}#sekret")
        page.locator('.row[data-id="c"]').click()
        expect(page.get_by_role("alert")).to_contain_text("Brzęczyszczykiewicza (nazwisko)")
        expect(page.locator(".flags")).to_contain_text("21 dni")
        page.locator(".accept").click()
        expect(page.locator(".told")).to_contain_text("W tekście są dane osobowe (imię, nazwisko)")
        page.get_by_label("Odpowiedź, której ma się nauczyć").fill("Na zwrot masz 14 dni od dnia otrzymania produktu.")
        page.locator(".accept").click()
        expect(page.get_by_text("Przejrzano 1 z 3")).to_be_visible()


def test_a_review_goes_on_where_it_was_left_and_forgets_who_was_erased(folder: Path, open_page: OpenPage) -> None:
    with reviewing(folder) as url:
        page = open_page(f"{url}#sekret")
        expect(page.get_by_text("Przejrzano 0 z 3")).to_be_visible()
        opened(page)
        page.keyboard.press("a")
        expect(page.get_by_text("Przejrzano 1 z 3")).to_be_visible()
    log = folder / "training" / "export.decisions.jsonl"
    line = json.loads(log.read_text())
    assert (line["by"], line["decision"], line["customer"]) == ("ewa", "accepted", EXAMPLES[0].customer)
    with reviewing(folder, by="ola") as url:
        page = open_page(f"{url}#sekret")
        expect(page.get_by_text("Przejrzano 1 z 3")).to_be_visible()
        page.get_by_role("button", name="Przyjęte", exact=True).click()
        expect(page.locator(".told")).to_contain_text("przyjęty: ewa")
    with (folder / "training" / "forgotten.txt").open("w") as ledger:
        ledger.write(f"{EXAMPLES[0].customer}\n")
    assert Decisions(folder / "training" / "export.jsonl", Subjects(folder)).finish() == 0


def test_the_page_answers_nobody_without_the_secret_and_no_other_name(folder: Path, open_page: OpenPage) -> None:
    import httpx

    with reviewing(folder) as url:
        page = open_page(url)
        expect(page.get_by_role("alert")).to_contain_text("Otwórz adres wypisany w terminalu")
        assert httpx.get(f"{url}api/records").status_code == 401
        secret = {"Authorization": "Bearer sekret"}
        assert httpx.get(f"{url}api/records", headers=secret).status_code == 200
        assert httpx.get(f"{url}api/records", headers=secret | {"Host": "zly.example:80"}).status_code == 403
        assert httpx.get(f"{url}api/records/brak", headers=secret).status_code == 404
