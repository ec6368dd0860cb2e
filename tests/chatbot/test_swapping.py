"""What is to answer is loaded while the service runs: an approval, a rollback, a calibration; never a half of it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from chatbot import adapter, calibration
from chatbot.appointed import Appointed, appoint
from chatbot.audit import SERVICE
from chatbot.service import Service, build
from chatbot.swapping import follow, mark
from chatbot.trial import STOPPED, Trials
from ingestion.errors import ModelError
from ingestion.settings import Settings
from tests.chatbot.conftest import COMPANY

SOON = 0.02
PATIENCE = 5.0


def put(settings: Settings, name: str) -> None:
    appoint(settings.data_dir, Appointed(adapter=name, since=datetime.now(UTC), by="ada", why="approved"))


class Loading:
    """Counts what is loaded; refuses what it is told to."""

    def __init__(self) -> None:
        self.done = 0
        self.refuse = False

    async def __call__(self) -> None:
        if self.refuse:
            raise ModelError("The adapter new was trained for another model.")
        self.done += 1


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """A data folder with one more adapter, ``new``; the shipped one is in service."""
    settings = Settings(data_dir=tmp_path)
    folder = tmp_path / "adapters" / "new"
    folder.mkdir(parents=True)
    manifest = json.loads((adapter.SHIPPED / "demo" / adapter.MANIFEST).read_text()) | {"name": "new"}
    (folder / adapter.MANIFEST).write_text(json.dumps(manifest))
    return settings


@pytest.fixture
async def followed(own: Settings, redis: Redis) -> AsyncIterator[tuple[Service, Loading]]:
    service, loading = build(own, COMPANY, redis), Loading()
    task = asyncio.create_task(follow(service, mark(own), loading, SOON))
    yield service, loading
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(true: object) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # type: ignore[operator] # noqa: ASYNC110
            await asyncio.sleep(SOON)


async def test_an_approved_adapter_is_loaded_once_and_ends_the_trial_that_ran(
    followed: tuple[Service, Loading], own: Settings
) -> None:
    service, loading = followed
    trials = Trials(service.redis, service.keeper.clock)
    await trials.begin("demo", "other", 0.5)
    put(own, "new")
    await until(lambda: loading.done)
    await asyncio.sleep(10 * SOON)
    assert loading.done == 1
    ended = await trials.now()
    assert ended is not None and ended.status == STOPPED
    acts = [(one.by, one.action, one.subject) for one in await service.audit.read()]
    assert acts == [(SERVICE, "adapter.swap", "new"), (SERVICE, "trial.end", "other")]


async def test_a_rule_that_was_calibrated_anew_is_loaded_and_ends_no_trial(
    followed: tuple[Service, Loading], own: Settings
) -> None:
    service, loading = followed
    trials = Trials(service.redis, service.keeper.clock)
    await trials.begin("demo", "other", 0.5)
    (own.data_dir / calibration.FILE).write_text("{}")
    await until(lambda: loading.done)
    running = await trials.now()
    assert running is not None and running.status == "running"


async def test_an_adapter_that_cannot_be_loaded_is_told_and_tried_again_only_when_something_changes(
    followed: tuple[Service, Loading], own: Settings
) -> None:
    service, loading = followed
    loading.refuse = True
    put(own, "new")
    await until(lambda: service.swapping.error)
    await asyncio.sleep(10 * SOON)
    assert service.swapping.adapter is None and "another model" in str(service.swapping.error)
    assert [one.action for one in await service.audit.read()] == ["adapter.swap_failed"]
    loading.refuse = False
    put(own, "demo")
    await until(lambda: loading.done)
    assert service.swapping.error is None


async def test_an_adapter_that_is_gone_is_told_and_what_answers_goes_on(
    followed: tuple[Service, Loading], own: Settings
) -> None:
    service, loading = followed
    shutil.rmtree(own.data_dir / "adapters")
    put(own, "new")
    await until(lambda: service.swapping.error)
    assert "'new' is not there" in str(service.swapping.error) and loading.done == 0
