"""Event streams over HTTP: `chatbot.events` in FastAPI's wire format for server-sent events.

FastAPI's own streaming of a generator isn't used: it runs two tasks a stream, and an event that comes while the page
goes away ends there in an error (BrokenResourceError, 0.165).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import structlog
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from redis.exceptions import RedisError

from chatbot import metrics
from chatbot.errors import TooMany
from chatbot.events import Decode
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.service import Service

log = structlog.get_logger()

Still = Callable[[], Awaitable[bool]]

RETRY_MS = 1000
"""When an EventSource should come back after a lost connection."""
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}}
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Neither kept nor held back by a proxy."""


def check_room(service: Service, name: str, limit: int) -> None:
    """Raises TooMany when this process, or this conversation, has enough open streams."""
    if service.hub.streams >= service.limits.streams or service.hub.streams_of(name) >= limit:
        raise TooMany("streams", retry_after=service.limits.retry_after)


def stream(
    service: Service, key: str, name: str, after: str | None, decode: Decode,
    around: contextlib.AbstractContextManager[None] | None = None, still: Still | None = None,
) -> StreamingResponse:
    """Events with their positions as ids. A store that goes away ends the stream: the page resumes when it is back.
    ``around`` is entered while the page reads. ``still`` is asked before each event and heartbeat: a no ends it."""
    return StreamingResponse(_body(service, key, name, after, decode, around or contextlib.nullcontext(), still),
                             media_type="text/event-stream", headers=HEADERS)


async def _body(
    service: Service, key: str, name: str, after: str | None, decode: Decode,
    around: contextlib.AbstractContextManager[None], still: Still | None,
) -> AsyncGenerator[bytes, None]:
    events = service.hub.follow(key, name, after, decode, seal_lost=(KeyDestroyed, SealDamaged))
    with around, metrics.STREAMS.track_inprogress():
        try:
            async with contextlib.aclosing(events):
                yield format_sse_event(comment="ok", retry=RETRY_MS)
                async for event in events:
                    if still is not None and not await still():
                        return
                    if event is None:
                        yield KEEPALIVE_COMMENT
                    else:
                        data = json.dumps(event.data, ensure_ascii=False)
                        yield format_sse_event(data_str=data, event=event.type, id=event.id or None)
        except (RedisError, OSError) as error:
            log.warning("stream.store_away", error=type(error).__name__)
