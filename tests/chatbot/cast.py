"""The cast of the tests, as they act over HTTP."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

PASSWORD = "jarzębina-2026"
DEADLINE = 10.0


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = DEADLINE) -> None:
    """Wait until it holds; AssertionError after so long."""
    began = time.monotonic()
    while True:
        if await holds():
            return
        assert time.monotonic() - began < seconds, "it did not come about"
        await asyncio.sleep(0.02)


@dataclass
class Customer:
    http: httpx.AsyncClient
    conversation: str
    token: str

    @classmethod
    async def begin(cls, http: httpx.AsyncClient, **body: Any) -> Customer:
        answer = await http.post("/api/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return cls(http, answer.json()["conversation"], answer.json()["token"])

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.conversation}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def write(self, text: str, client_id: str | None = None) -> httpx.Response:
        body = {"client_id": client_id or uuid.uuid4().hex, "text": text}
        return await self.http.post(f"{self.path}/messages", json=body, headers=self.headers)

    async def read(self) -> httpx.Response:
        return await self.http.get(f"{self.path}/messages", headers=self.headers)

    async def ask_for_a_human(self) -> httpx.Response:
        return await self.http.post(f"{self.path}/handoff", headers=self.headers)

    async def state(self) -> str:
        return str((await self.read()).json()["state"])

    async def until(self, holds: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The transcript, once it is as wished; an AssertionError after the deadline."""
        began = time.monotonic()
        while True:
            answer = await self.read()
            assert answer.status_code == 200, answer.text
            messages: list[dict[str, Any]] = answer.json()["messages"]
            if holds(messages):
                return messages
            assert time.monotonic() - began < DEADLINE, messages
            await asyncio.sleep(0.02)
