"""Event streams over HTTP: FastAPI's own server-sent events over `chatbot.events`."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import structlog
from fastapi.sse import ServerSentEvent
from redis.exceptions import RedisError

from chatbot import metrics
from chatbot.errors import TooMany
from chatbot.events import Decode
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.service import Service

log = structlog.get_logger()

RETRY_MS = 1000
"""When an EventSource should come back after a lost connection."""


def check_room(service: Service, name: str, limit: int) -> None:
    """Raises TooMany when this process, or this conversation, has enough open streams."""
    if service.hub.streams >= service.limits.streams or service.hub.streams_of(name) >= limit:
        raise TooMany("streams", retry_after=service.limits.retry_after)


async def stream(
    service: Service, key: str, name: str, after: str | None, decode: Decode
) -> AsyncIterator[ServerSentEvent]:
    """Events with their positions as ids. A store that goes away ends the stream: the page resumes when it is back."""
    yield ServerSentEvent(comment="ok", retry=RETRY_MS)
    metrics.STREAMS.inc()
    events = service.hub.follow(key, name, after, decode, seal_lost=(KeyDestroyed, SealDamaged))
    try:
        async with contextlib.aclosing(events):
            async for event in events:
                yield ServerSentEvent(id=event.id or None, event=event.type, data=event.data)
    except (RedisError, OSError) as error:
        log.warning("stream.store_away", error=type(error).__name__)
    finally:
        metrics.STREAMS.dec()
