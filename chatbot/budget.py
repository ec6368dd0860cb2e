"""How much one conversation or one address may use in a minute."""

from __future__ import annotations

import hashlib
import ipaddress

from chatbot import keys
from chatbot.commit import Store
from chatbot.errors import TooMany
from chatbot.handoff import Clock

WINDOW_SECONDS = 60


class Budgets:
    def __init__(self, redis: Store, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def spend(self, what: str, who: str, limit: int) -> None:
        """Count one use. Raises TooMany with the seconds until the window ends."""
        seconds = self._clock() // 1000
        key = keys.budget(what, who, seconds // WINDOW_SECONDS)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, WINDOW_SECONDS)
            used, _ = await pipe.execute()
        if used > limit:
            raise TooMany("budget", retry_after=WINDOW_SECONDS - seconds % WINDOW_SECONDS)


def address(host: str) -> str:
    """An address as a key: hashed, and gone with the window. Of an IPv6 address the network (/64) counts: one line
    holds 2^64 addresses."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:  # a unix socket, or a test's client
        return _hashed(host)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False).network_address
    return _hashed(found.compressed)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
