"""A service on a real port, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from ingestion.settings import Settings
from tests.chatbot.conftest import redis, store_settings  # noqa: F401
from tests.flows.serving import Served, serving


@pytest.fixture
async def served(store_settings: Settings, redis: Redis) -> AsyncIterator[Served]:  # noqa: F811
    async with serving(store_settings) as running:
        yield running


@pytest.fixture
async def http(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=served.url) as client:
        yield client
