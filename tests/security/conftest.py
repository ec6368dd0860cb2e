"""The security suite's service: a real server on loopback, quick passwords, and nothing that reaches further."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis

from chatbot.staff import Staff
from ingestion.settings import Settings
from tests.chatbot.conftest import redis, store_settings  # noqa: F401
from tests.flows.serving import Served, serving

OUTSIDE = Path(__file__).parent / "outside"


@pytest.fixture(scope="session", autouse=True)
def loopback_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No program that these tests start may leave the machine: a try ends it, and fails the run at its end."""
    log = tmp_path_factory.mktemp("outside") / "connections.log"
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "CONNECTIONS_LOG")}
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(OUTSIDE), before["PYTHONPATH"])))
    os.environ["CONNECTIONS_LOG"] = str(log)
    yield log
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
    assert not log.exists(), f"programs of the suite tried to leave the machine:\n{log.read_text()}"


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 at its cheapest: these tests sign in hundreds of times, and are about what comes after."""
    made = Staff.__init__

    def init(self: Staff, *arguments: object) -> None:
        made(self, *arguments)  # type: ignore[arg-type]
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self._decoy = self._hasher.hash("decoy")

    monkeypatch.setattr(Staff, "__init__", init)


@pytest.fixture
async def served(store_settings: Settings, redis: Redis, quick_passwords: None) -> AsyncIterator[Served]:  # noqa: F811
    async with serving(store_settings) as running:
        yield running
