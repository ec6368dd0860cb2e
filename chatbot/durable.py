"""Whether the store keeps through a power cut what it acknowledged. The embedded one does; a company's own may not."""

from __future__ import annotations

from redis.exceptions import ResponseError

from chatbot.commit import Store

NEEDED = {"appendonly": "yes", "appendfsync": "always"}
"""A message is acknowledged when the store has answered. With `everysec` 575 to 3,030 acknowledged writes were lost at
a simulated power cut, with `always` none (DESIGN.md)."""


async def doubt(redis: Store) -> str | None:
    """What is wrong with the store's settings and what to do, in a line; None when nothing is."""
    wrong = []
    for name, value in NEEDED.items():
        try:
            kept: dict[str, str] = await redis.config_get(name)
        except ResponseError:  # managed servers often let nobody ask
            return ("The store at REDIS_URL doesn't tell whether it keeps every acknowledged write: make sure that its "
                    f"{' and '.join(f'{one} is {wish}' for one, wish in NEEDED.items())}.")
        if kept.get(name) != value:
            wrong.append(f"{name} {kept.get(name)}")
    if not wrong:
        return None
    return (f"The store at REDIS_URL may lose acknowledged messages at a power cut ({', '.join(wrong)}): set there "
            f"{' and '.join(f'{one} {wish}' for one, wish in NEEDED.items())}.")
