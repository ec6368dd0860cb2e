"""A service on a real embedded Valkey, its HTTP in process, and a small cast: a customer, an agent, an admin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, time
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from chatbot.audit import ANCHORS
from chatbot.limits import Limits
from chatbot.privacy.tombstones import FILE
from chatbot.service import Service, build, running
from ingestion.company import Company, Hours, Span
from ingestion.settings import Settings
from ingestion.store import connect, connect_async
from tests.chatbot.answerers import echo

ALWAYS = {day: Span(opens=time(0, 0), closes=time(0, 0)) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
COMPANY = Company(name="Jarzębina", about={"pl": "Sklep ogrodniczy.", "en": "A garden shop."}, hours=Hours(week=ALWAYS))
CLOSED = COMPANY.model_copy(update={"hours": Hours(week={"mon": Span(opens=time(8), closes=time(16))},
                                                   closed=(date(2026, 11, 11),))})
QUICK = Limits(keeper_seconds=0.1, lease_seconds=1.0, turn_seconds=3.0, conversations_per_minute=100_000,
               messages_per_minute=100_000, requests_per_minute=1_000_000, stop_seconds=1.0,
               disconnect_seconds=0.3)


@pytest.fixture(scope="session")
def store_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One embedded Valkey for the whole run; each test empties it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=0)
    with connect(settings):
        yield settings


@pytest.fixture
async def redis(store_settings: Settings) -> AsyncIterator[Redis]:
    async with connect_async(store_settings) as client:
        await client.flushall()
        for kept_apart in (ANCHORS, FILE):  # what outlives a store on purpose
            (store_settings.data_dir / kept_apart).unlink(missing_ok=True)
        yield client


@pytest.fixture
def settings(store_settings: Settings, tmp_path: Path) -> Settings:
    return store_settings


@pytest.fixture
def limits() -> Limits:
    return QUICK


@pytest.fixture
def company() -> Company:
    return COMPANY


@pytest.fixture
def service(settings: Settings, company: Company, redis: Redis, limits: Limits) -> Service:
    built = build(settings, company, redis, limits)
    built.answer_with(echo)
    return built


@pytest.fixture
async def live(service: Service) -> AsyncIterator[Service]:
    """The service with its hub, runner and keeper running."""
    async with running(service):
        await service.hub.ready.wait()
        yield service


@pytest.fixture
async def http(live: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to the application in process. Event streams need a server: see tests/flows."""
    from chatbot.app import create_app

    transport = httpx.ASGITransport(create_app(live))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
