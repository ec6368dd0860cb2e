"""One atomic step in the store: checks that must hold, then writes, or nothing at all.

Python reads, decides and lists what it saw and what it wants written; `commit.lua` compares and writes. Where the
check fails, somebody was faster: the caller reads again and decides again. A step is written once even when
it is repeated after a lost connection.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chatbot import keys

SCRIPT = (Path(__file__).parent / "commit.lua").read_text(encoding="utf-8")
TRIES = 50
"""Reads and decisions before a step gives up; each failure means that another step was written."""
PATIENCE_SECONDS = 2.0
"""How long a step is repeated over lost connections: a restart of the embedded store takes about half a second."""
PAUSE_SECONDS = 0.1

Value: TypeAlias = str | bytes | int | float
Commands: TypeAlias = list[tuple[Value, ...]]

Store: TypeAlias = Any
"""A `redis.asyncio.Redis` from `ingestion.store.connect_async`, whose replies are bytes. Its published types are unions
over every way of decoding, of no use to a checker."""


@dataclass(slots=True)
class Step:
    """Checks and writes in the making. ``name`` of a check is what `commit` returns when it fails."""

    checks: list[tuple[Value, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    writes: list[tuple[Value, ...]] = field(default_factory=list)

    def field(self, key: str, name: str, *values: Value) -> Step:
        """The hash's field holds one of ``values``; an absent field reads as ""."""
        return self._check(name, "field", key, name, *values)

    def absent(self, key: str) -> Step:
        return self._check("absent", "absent", key)

    def exists(self, key: str) -> Step:
        return self._check("exists", "exists", key)

    def shorter(self, stream: str, length: int) -> Step:
        return self._check("full", "turns", stream, length)

    def length(self, key: str, length: int) -> Step:
        return self._check("length", "length", key, length)

    def write(self, *command: Value) -> Step:
        self.writes.append(command)
        return self

    def add(self, commands: Commands) -> Step:
        self.writes.extend(commands)
        return self

    def _check(self, name: str, *check: Value) -> Step:
        self.checks.append(check)
        self.names.append(name)
        return self


async def commit(redis: Store, step: Step) -> str | None:
    """Write the step. None when it was written; else the name of the check that failed, and nothing was written.

    Raises a redis ConnectionError when the store stays away; then the step may or may not have been written.
    """
    arguments: list[Value] = [keys.STEP, len(step.checks)]
    for strings in (*step.checks, *step.writes):
        arguments += [len(strings), *strings]
    script = redis.register_script(SCRIPT)
    mark = keys.step(secrets.token_hex(12))
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            reply: Any = await script(keys=[mark], args=arguments)
        except (RedisConnectionError, RedisTimeoutError, NoScriptError):  # the last: replaced between load and call
            if time.monotonic() > until:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return None if reply[0] == 1 else step.names[int(reply[1]) - 1]
