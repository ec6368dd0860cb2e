"""A stream's consumer group: each entry goes to one of its consumers, and stays theirs until it is acknowledged."""

from __future__ import annotations

from redis.exceptions import ResponseError

from chatbot.commit import Store


async def group(redis: Store, stream: str, name: str) -> None:
    """Make the group, from the stream's beginning, unless it is there."""
    try:
        await redis.xgroup_create(stream, name, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
