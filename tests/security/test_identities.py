"""Seeded people go through chat, ticket, import and training export on the real service; then nothing of them is to be
found in any byte that was written or sent. Some are erased; then nothing of those can be read within a minute.

A slice in `make test`; 1,000 people of whom 100 are erased with SECURITY=whole (`make security`).
"""

from __future__ import annotations

import asyncio
import csv
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from chatbot import access, keys
from chatbot.answer import Answer, Question, Sentence
from chatbot.answering import Parts, answer
from chatbot.limits import Limits
from chatbot.model.remote import RemoteModel
from chatbot.privacy.errors import KeyDestroyed
from chatbot.privacy.masking import Masker
from chatbot.privacy.sealing import Sealer
from chatbot.privacy.vault import Vault
from chatbot.runner import Answerer
from ingestion.settings import Settings
from tests.chatbot.cast import PASSWORD, Customer
from tests.flows.serving import Served, serving
from tests.security.answers import parts
from tests.security.identities import Identity, files, identities, recording, search
from tests.security.scale import WHOLE

PEOPLE, ERASED = (1000, 100) if WHOLE else (24, 6)
AT_ONCE = 4
WITHIN_SECONDS = 60
SECRET = "tajemnica-firmy-dla-testow-kanarkow"
FREE = Limits(messages_per_minute=10**6, requests_per_minute=10**6, conversations_per_minute=10**6, turns_waiting=10**4,
              keeper_seconds=0.5)


@dataclass
class Stage:
    settings: Settings
    served: Served
    agent: httpx.AsyncClient
    admin: httpx.AsyncClient
    public: httpx.AsyncClient
    sent: list[bytes]


def answering(given: Parts) -> Answerer:
    def answerer(question: Question, vault: Vault) -> AsyncIterator[Sentence | Answer]:
        return answer(question, given, vault)

    return answerer


async def signed_in(url: str, user: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=url, timeout=60)
    said = await client.post("/api/v1/staff/session", json={"user": user, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = said.json()["csrf"]
    return client


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    data_dir = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    monkeypatch.chdir(tmp_path)
    with recording() as (url, sent):
        settings = Settings(data_dir=data_dir, workers=0, customer_secret=SecretStr(SECRET), llm_url=url,
                            llm_model="elsewhere", adapter="none")
        masker = Masker()
        await asyncio.to_thread(masker.warm)
        given = parts(RemoteModel(settings), masker=masker)
        async with serving(settings, answerer=answering(given), limits=FREE) as served:
            clients = [await signed_in(served.url, "agent"), await signed_in(served.url, "admin"),
                       httpx.AsyncClient(base_url=served.url, timeout=60)]
            try:
                yield Stage(settings, served, *clients, sent)
            finally:
                for client in clients:
                    await client.aclose()


async def answered(customer: Customer, number: int) -> None:
    """A thousand people at once, on whatever machine: a minute and a half a turn is no failure here."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if sum(row["author"] == "ai" for row in (await customer.read()).json()["messages"]) >= number:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no answer within 90 s")


async def live(one: Identity, stage: Stage) -> Customer:
    """A conversation, consent, a human, a ticket with a note and a reply, and its end."""
    customer = await Customer.begin(stage.public, customer=one.customer,
                                    signature=access.signature(SECRET, one.customer, ""))
    for number, text in enumerate(one.told(), 1):
        assert (await customer.write(text, client_id=f"{one.customer} {number}")).status_code == 202
        await answered(customer, number)
    said = await stage.public.post(f"{customer.path}/consent", json={"training": True}, headers=customer.headers)
    assert said.status_code == 204, said.text
    assert (await customer.ask_for_a_human()).status_code == 200
    meta = await stage.served.service.records.meta(customer.conversation)
    ticket = f"/api/v1/agent/tickets/{meta.ticket}"
    assert one.pesel in (await stage.agent.get(ticket)).text, "the agent does read it"
    assert (await stage.agent.post(f"{ticket}/claim")).status_code == 200
    assert (await stage.agent.post(f"{ticket}/note", json={"text": f"Dzwonić do: {one.name}, {one.phone}"})).is_success
    reply = {"client_id": one.customer, "text": f"Dzień dobry, {one.name}. Zwrot 14 dni, na konto {one.account}."}
    assert (await stage.agent.post(f"{ticket}/reply", json=reply)).status_code == 202
    assert (await stage.agent.post(f"{ticket}/close")).is_success
    return customer


def imported(people: list[Identity], folder: Path) -> str:
    """An old desk's export, brought in by the command; what it printed."""
    from finetune.cli import app

    file = folder / "stare.csv"
    with file.open("w", encoding="utf-8", newline="") as sheet:
        rows = csv.writer(sheet)
        rows.writerow(["question", "answer"])
        rows.writerows((one.told()[0], f"Dzień dobry, {one.name}. Na zwrot jest 14 dni.") for one in people)
    done = CliRunner().invoke(app, ["import", str(file), "--licence", "own", "--consent", "zgoda klienta", "--json"])
    assert done.exit_code == 0, done.output
    file.unlink()
    return str(done.output)


def exported() -> dict[str, Any]:
    from finetune.cli import app

    done = CliRunner().invoke(app, ["export", "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.timeout(900)
async def test_nothing_of_a_thousand_people_is_written_or_sent_and_the_erased_are_gone(
    stage: Stage, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    people = identities(PEOPLE, seed=7)
    room = asyncio.Semaphore(AT_ONCE)

    async def through(one: Identity) -> Customer:
        async with room:
            return await live(one, stage)

    customers = await asyncio.gather(*(through(one) for one in people))
    assert len(stage.sent) >= PEOPLE, "the model elsewhere was asked"
    printed = await asyncio.to_thread(imported, people, tmp_path)
    export = await asyncio.to_thread(exported)
    assert export["records"] >= PEOPLE / 2, export
    scraped = (await stage.public.get("/metrics")).content
    audit = (await stage.admin.get("/api/v1/admin/audit?limit=1000")).content
    log = capfd.readouterr()

    marks = {mark: one.customer for one in people for mark in one.marks}

    def elsewhere() -> Iterator[tuple[str, bytes]]:
        yield from ((f"request {number}", body) for number, body in enumerate(stage.sent))
        yield from (("log", (log.out + log.err).encode()), ("metrics", scraped), ("audit", audit),
                    ("import", printed.encode()), ("export", json.dumps(export).encode()))
        yield from files(stage.settings.data_dir)

    leaked = await asyncio.to_thread(lambda: search(elsewhere(), marks))
    whose, where = {one for _, one in leaked}, {one for one, _ in leaked}
    assert not leaked, f"{len(whose)} of {PEOPLE} people in {sorted(where)}: {sorted(whose)[:20]}"

    service = stage.served.service
    metas = [await service.records.meta(one.conversation) for one in customers[:ERASED]]
    sealed = [await service.redis.lrange(keys.messages(meta.id), 0, -1) for meta in metas]
    began = time.monotonic()
    for one in people[:ERASED]:
        said = await stage.admin.post("/api/v1/admin/people/erase", json={"customer": one.customer})
        assert said.status_code == 200 and said.json()["erased"]["messages"] >= 5, said.text
    took = time.monotonic() - began
    assert took / ERASED <= WITHIN_SECONDS

    gone = Sealer(stage.settings.data_dir)
    for meta, texts in zip(metas, sealed, strict=True):
        for text in texts:  # as a backup of the store still holds them
            with pytest.raises(KeyDestroyed):
                gone.open(meta.owner, text)
    for one, customer in zip(people[:ERASED], customers[:ERASED], strict=True):
        assert (await customer.read()).status_code == 401
        said = await stage.admin.post("/api/v1/admin/people/export", json={"customer": one.customer})
        assert said.status_code == 404
    # Random ids name nobody (a queue's page keeps them until it is full); keys that bear them and hashes of people go.
    for customer in customers[:ERASED]:
        assert not await service.redis.keys(f"*{customer.conversation}*")
    hashes = {service.erasure._subjects.of(meta.owner).encode(): meta.owner for meta in metas}
    hashes |= {meta.owner.removeprefix("customer:").encode(): meta.owner for meta in metas}
    kept_on_purpose = ("forgotten.txt", "tombstones.jsonl")  # keyed hashes, so that nobody comes back with a backup
    where = [piece for piece in files(stage.settings.data_dir / "training") if not piece[0].endswith(kept_on_purpose)]
    left = search(iter(where), hashes)
    assert not left, f"records of the erased are left in {sorted({one for one, _ in left})}"
    other = customers[ERASED]
    assert (await other.read()).status_code == 200, "nobody else lost anything"
    assert json.loads((await stage.admin.get("/api/v1/admin/audit")).content)["broken_at"] is None
