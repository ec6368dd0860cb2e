"""Under load, service, worker and store are killed and the power is cut: no acknowledged message is lost, shown twice
or out of order."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.chatbot.cast import Customer
from tests.faults.scale import SCALE
from tests.faults.victim import Victim
from tests.flows.pages import Page
from tests.flows.test_serve import free_port

CUSTOMERS = 10
PAUSE_SECONDS = 0.05
FULL_SECONDS = 0.5
"""Before a refused message is sent again: ten of a conversation may wait, so its queue is not empty by then. Customers
who asked again at once took more of the cores than all that is tried here."""
TALK_TIMEOUT = 2.0


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    running = Victim(tmp_path / "data", free_port(), plan="talk")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.kill()


@pytest.fixture
def powered(tmp_path: Path) -> Iterator[Victim]:
    """With the server's fsyncs noted."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "the power cuts need a C compiler: apt-get install gcc"
    library = tmp_path / "synced.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(Path(__file__).parent / "synced.c"),
                    "-ldl"], check=True)
    running = Victim(tmp_path / "data", free_port(), preload=str(library))
    yield running
    if running.process is not None and running.process.poll() is None:
        running.kill()


class Talker:
    """A customer whose page behaves as the widget: it repeats a message until it is acknowledged, and resumes."""

    def __init__(self, http: httpx.AsyncClient, name: int, least: int, calm: asyncio.Event) -> None:
        """Talks until ``least`` messages are acknowledged and it is ``calm``: the faults are over."""
        self.http = http
        self.name = name
        self.least = least
        self.calm = calm
        self.texts: list[str] = []
        self.customer: Customer | None = None
        self.page: Page | None = None
        self.acknowledged: list[str] = []

    async def talk(self) -> None:
        while self.customer is None:
            with suppress(httpx.HTTPError, AssertionError):
                self.customer = await Customer.begin(self.http)
        self.page = Page(self.http, f"{self.customer.path}/events", self.customer.headers)
        follow = asyncio.create_task(self._follow(self.page))
        try:
            while len(self.texts) < self.least or not self.calm.is_set():
                self.texts.append(f"klient {self.name} pytanie {len(self.texts)}.")
                await self._send(self.texts[-1], str(len(self.texts)))
            await self._all_shown()
        finally:
            follow.cancel()
            await asyncio.gather(follow, return_exceptions=True)

    async def _send(self, text: str, client_id: str) -> None:
        assert self.customer is not None
        while True:
            with suppress(httpx.HTTPError, TimeoutError):
                answer = await asyncio.wait_for(self.customer.write(text, client_id), TALK_TIMEOUT)
                if answer.status_code == 202:
                    self.acknowledged.append(answer.json()["message"])
                    return
                assert answer.status_code in (429, 503), answer.text
                await asyncio.sleep(FULL_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self, page: Page) -> None:
        while True:
            with suppress(httpx.HTTPError, AssertionError):
                await page._read()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _all_shown(self) -> None:
        assert self.page is not None
        for _ in range(1200):
            if sum(one["author"] == "ai" for one in self.page.messages()) >= len(self.texts):
                return
            await asyncio.sleep(0.1)

    async def check(self) -> None:
        assert self.customer is not None and self.page is not None
        read = (await self.customer.read()).json()
        assert read["state"] == "bot", read["state"]
        stored = read["messages"]
        asked = [one for one in stored if one["author"] == "customer"]
        assert [one["message"] for one in asked] == self.acknowledged, "lost, doubled or out of order in the store"
        assert [one["text"] for one in asked] == self.texts
        answers = [one["text"] for one in stored if one["author"] == "ai"]
        assert [text for text in self.texts if not any(text in one for one in answers)] == [], "never answered"
        assert len(answers) == len(self.texts), "answered twice"
        assert self.page.messages() == stored, "shown otherwise than stored"


async def _under_load(victim: Victim, faults: list[str], seed: int) -> None:
    chance = random.Random(seed)
    victim.start()
    await victim.wait()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.port}", timeout=10,
                                 limits=httpx.Limits(max_connections=None)) as http:
        calm = asyncio.Event()
        talkers = [Talker(http, name, SCALE.messages // CUSTOMERS, calm) for name in range(CUSTOMERS)]
        talking = asyncio.gather(*(one.talk() for one in talkers))
        for fault in faults:
            assert not talking.done(), talking
            await asyncio.sleep(chance.random() * 0.6 + 0.1)
            if fault == "worker":
                await victim.kill_worker()
            elif fault == "store":
                victim.kill_store()
            else:
                victim.kill() if fault == "service" else victim.cut_power()
                victim.start()
            await victim.wait()
        calm.set()
        await asyncio.wait_for(talking, SCALE.seconds)
        for one in talkers:
            await one.check()


@pytest.mark.timeout(SCALE.seconds + 60)
async def test_no_acknowledged_message_is_lost_when_service_worker_or_store_are_killed(victim: Victim) -> None:
    faults = ["service", "worker", "store"] * SCALE.kills
    random.Random(1).shuffle(faults)
    await _under_load(victim, faults, 1)


@pytest.mark.timeout(SCALE.seconds + 60)
async def test_no_acknowledged_message_is_lost_when_the_power_is_cut(powered: Victim) -> None:
    await _under_load(powered, ["power"] * SCALE.kills, 2)
    assert list(powered.data_dir.rglob("*.aof.synced")), "no fsync was ever seen: the harness is blind"
