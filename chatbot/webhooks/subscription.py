"""Who is told what: a company's own systems, by address, each with a secret of its own."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from chatbot import keys
from chatbot.commit import Store
from chatbot.errors import BadInput, NotFound
from chatbot.handoff import Clock
from chatbot.messages import new_id
from chatbot.privacy.sealing import Sealer
from chatbot.webhooks.limits import LIMITS
from chatbot.webhooks.outbox import Type

ALL = tuple(one for one in Type if one is not Type.TEST)
SECRET_BYTES = 24
"""Standard Webhooks asks for 24 to 64."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """``with_text``: the question and the messages go along, not only ids and states. ``created`` in ms."""

    id: str
    url: str
    types: tuple[Type, ...]
    with_text: bool
    active: bool
    created: int

    def wants(self, type_: Type) -> bool:
        return self.active and (type_ in self.types or type_ is Type.TEST)


class Subscriptions:
    def __init__(self, redis: Store, sealer: Sealer, clock: Clock) -> None:
        self._redis = redis
        self._sealer = sealer
        self._clock = clock

    async def add(self, url: str, types: tuple[Type, ...], *, with_text: bool) -> tuple[Subscription, str]:
        """With its secret, which is shown this once. Raises BadInput when there are too many."""
        if await self._redis.hlen(keys.WEBHOOKS) >= LIMITS.hooks:
            raise BadInput("webhooks_full", limit=LIMITS.hooks)
        found = Subscription(new_id("w"), url, types or ALL, with_text, True, self._clock())
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        await self._save(found, self._sealer.seal(_owner(found.id), secret))
        return found, secret

    async def all(self) -> list[Subscription]:
        kept: dict[bytes, bytes] = await self._redis.hgetall(keys.WEBHOOKS)
        return sorted((_loaded(name.decode(), value) for name, value in kept.items()), key=lambda one: one.created)

    async def get(self, id_: str) -> Subscription:
        """Raises NotFound."""
        kept = await self._redis.hget(keys.WEBHOOKS, id_)
        if kept is None:
            raise NotFound("no_webhook")
        return _loaded(id_, kept)

    async def secret(self, id_: str) -> str:
        """Raises NotFound."""
        kept = await self._redis.hget(keys.WEBHOOKS, id_)
        if kept is None:
            raise NotFound("no_webhook")
        return self._sealer.open(_owner(id_), base64.b64decode(json.loads(kept)["secret"]))

    async def activate(self, id_: str, *, active: bool) -> Subscription:
        found = replace(await self.get(id_), active=active)
        await self._save(found, self._sealer.seal(_owner(id_), await self.secret(id_)))
        return found

    async def remove(self, id_: str) -> None:
        """Raises NotFound. What waits for it is dropped when it is due."""
        if not await self._redis.hdel(keys.WEBHOOKS, id_):
            raise NotFound("no_webhook")
        self._sealer.destroy(_owner(id_))

    async def _save(self, one: Subscription, sealed: bytes) -> None:
        kept: dict[str, Any] = {"url": one.url, "types": list(one.types), "with_text": one.with_text,
                                "active": one.active, "created": one.created,
                                "secret": base64.b64encode(sealed).decode()}
        await self._redis.hset(keys.WEBHOOKS, one.id, json.dumps(kept))


def _owner(id_: str) -> str:
    return f"webhook:{id_}"


def _loaded(id_: str, kept: bytes) -> Subscription:
    found = json.loads(kept)
    return Subscription(id_, found["url"], tuple(Type(one) for one in found["types"]), found["with_text"],
                        found["active"], found["created"])
