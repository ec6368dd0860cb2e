"""Who tries what: five roles, each with objects of its own and of others, over every operation that OpenAPI names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from redis.asyncio import Redis

from chatbot.staff import Role
from tests.chatbot.cast import PASSWORD, Customer
from tests.flows.serving import Served

ROLES = ("anonymous", "customer", "other customer", "agent", "admin")
ALLOWED = {"public": set(ROLES), "monitor": set(ROLES), "conversation": {"customer"}, "staff": {"agent", "admin"},
           "admin": {"admin"}}
"""Roles by declared access. A conversation is its own customer's alone: staff read it through its ticket. Who may read
the figures is told by address or token, not by role: all here are on this machine."""
REFUSED = (401, 403)
COMES_AND_GOES = (b"chat:present:", b"chat:budget:", b"chat:tries:", b"chat:step:", b"chat:keeper", b"chat:session:",
                 b"chat:webhooks:outbox", b"chat:turns", b"chat:sweeper")
"""Keys that any request may touch, or that only say who is there (a stream notes when its reader last
looked; what is written into one is written elsewhere too)."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    access: str
    body: str | None
    """Content type, where it takes one."""

    @property
    def names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def operations(api: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in api["paths"].items():
        for method, one in methods.items():
            body = next(iter(one.get("requestBody", {}).get("content", ())), None)
            yield Operation(method.upper(), path, one["x-access"], body)


@dataclass
class Cast:
    """Each role's own client. ``ids`` are of objects that belong to the customer ``customer``; to every other role they
    are foreign."""

    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def make(cls, served: Served) -> Cast:
        once = httpx.Limits(max_keepalive_connections=0)  # a server closes an idle connection in the moment of its use
        cast = cls({role: httpx.AsyncClient(base_url=served.url, limits=once, timeout=60) for role in ROLES})
        for role in ("agent", "admin"):
            await sign_in(cast.clients[role], role)
        owner = await Customer.begin(cast.clients["customer"])
        stranger = await Customer.begin(cast.clients["other customer"])
        cast.clients["customer"].headers.update(owner.headers)
        cast.clients["other customer"].headers.update(stranger.headers)
        await owner.write("Ile trwa zwrot?")
        said = await owner.until(lambda rows: any(row["author"] == "ai" for row in rows))
        await owner.ask_for_a_human()
        await served.service.staff.add("jan", "Jan", Role.AGENT, PASSWORD)
        ticket = (await served.service.records.meta(owner.conversation)).ticket
        cast.ids = {"conversation": owner.conversation, "ticket": ticket, "user": "jan", "document": "regulamin",
                    "message": said[-1]["message"]}
        return cast

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()

    async def attempt(self, role: str, operation: Operation) -> int:
        """The status of the role's try at the customer's object; a stream is left as soon as it has begun."""
        path = operation.path.format(**{name: self.ids.get(name, "nowhere") for name in operation.names})
        sent: dict[str, Any] = {}
        if operation.body == "application/json":
            sent = {"json": {}}
        elif operation.body:
            sent = {"files": [("files", ("a.md", b"# A"))]}
        async with self.clients[role].stream(operation.method, path, **sent) as answer:
            return answer.status_code


async def sign_in(client: httpx.AsyncClient, user: str) -> None:
    answer = await client.post("/api/v1/staff/session", json={"user": user, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf"]


READ: dict[bytes, Any] = {b"hash": lambda pipe, key: pipe.hgetall(key), b"set": lambda pipe, key: pipe.smembers(key)}


async def everything(redis: Redis) -> dict[bytes, bytes]:
    """What the store holds, but for what any request may touch. Hashes and sets are read in one order: the store
    moves their entries about as it likes, and a dump shows that."""
    keys: list[Any] = await redis.keys("*")
    kept = [key for key in sorted(keys) if not key.startswith(COMES_AND_GOES)]
    async with redis.pipeline(transaction=False) as pipe:
        for key in kept:
            pipe.type(key)
        kinds = dict(zip(kept, await pipe.execute(), strict=True))
    async with redis.pipeline(transaction=False) as pipe:
        for key, kind in kinds.items():
            READ.get(kind, type(pipe).dump)(pipe, key)
        return {key: repr(sorted(held.items()) if isinstance(held, dict) else sorted(held) if isinstance(held, set)
                          else held).encode()
                for key, held in zip(kept, await pipe.execute(), strict=True)}
