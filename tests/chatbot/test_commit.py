"""One atomic step in a store that may be replaced under it."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from chatbot.commit import Step, commit


async def test_a_step_is_written_though_the_store_was_replaced_while_it_learnt_the_script(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, loads = redis.script_load, []

    async def replaced_once(script: str) -> Any:
        loads.append(await load(script))
        if len(loads) == 1:
            await redis.script_flush()
        return loads[-1]

    await redis.script_flush()
    monkeypatch.setattr(redis, "script_load", replaced_once)
    assert await commit(redis, Step().write("RPUSH", "list", "once")) is None
    assert await redis.lrange("list", 0, -1) == [b"once"] and len(loads) == 2  # type: ignore[misc]


async def test_a_failed_check_is_named_and_nothing_is_written(redis: Redis) -> None:
    await redis.hset("hash", "state", "bot")  # type: ignore[misc]
    step = Step().field("hash", "state", "queued", "agent").write("SET", "key", "value")
    assert await commit(redis, step) == "state"
    assert await redis.get("key") is None
