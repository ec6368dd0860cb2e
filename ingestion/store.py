"""The connection to the store: the embedded Valkey of DATA_DIR, or the server at REDIS_URL. One client for both.

`connect` and `connect_async` join the server that runs on DATA_DIR, or start one for their own lifetime. If the one
they joined ends (its owner was a short command), the next command starts another on the same data. Replies are bytes.
No command is sent twice by itself: after a lost connection it raises StoreError (also a redis ConnectionError), and
the caller decides; connections are checked before each use, so only a command under way can be lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import redis as sync_redis
import redis.asyncio as async_redis
import redis.asyncio.connection as async_connection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError
from redis.retry import Retry

from ingestion.errors import ProductError, StoreError
from ingestion.keeper import Keeper
from ingestion.settings import Settings


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``answer`` bounds every command: block (XREAD, BLPOP) for less than that."""

    connect: float = 5.0
    answer: float = 30.0


PATIENCE = Patience()
MOST_CONNECTIONS = 512
"""Per process: one per waiting event stream and a few for the rest."""


class StoreGone(StoreError, sync_redis.ConnectionError):
    """The store can't be reached, or went away under a command. A retry can help."""


@contextlib.contextmanager
def connect(settings: Settings) -> Iterator[sync_redis.Redis]:
    """A client whose commands block. Raises StoreError or DiskError when there is no store to be had."""
    keeper = _keeper(settings)
    try:
        pool: sync_redis.ConnectionPool
        if keeper is None:
            assert settings.redis_url is not None
            pool = sync_redis.ConnectionPool.from_url(settings.redis_url, **_kwargs(Retry(NoBackoff(), 0)))
        else:
            keeper.ensure()
            pool = sync_redis.ConnectionPool(connection_class=sync_redis.UnixDomainSocketConnection,
                                             path=str(keeper.place.socket), **_kwargs(Retry(NoBackoff(), 0)))
        pool.connection_class = _speaking(pool.connection_class, _shown(settings), keeper)
        client = sync_redis.Redis.from_pool(pool)
        try:
            client.ping()
            yield client
        finally:
            client.close()
    finally:
        if keeper is not None:
            keeper.leave()


@contextlib.asynccontextmanager
async def connect_async(settings: Settings) -> AsyncIterator[async_redis.Redis]:
    """The same with asyncio commands."""
    keeper = _keeper(settings)
    try:
        pool: async_redis.ConnectionPool
        if keeper is None:
            assert settings.redis_url is not None
            pool = async_redis.ConnectionPool.from_url(settings.redis_url, **_kwargs(AsyncRetry(NoBackoff(), 0)))
        else:
            await asyncio.to_thread(keeper.ensure)
            pool = async_redis.ConnectionPool(connection_class=async_connection.UnixDomainSocketConnection,
                                              path=str(keeper.place.socket), **_kwargs(AsyncRetry(NoBackoff(), 0)))
        pool.connection_class = _speaking_async(pool.connection_class, _shown(settings), keeper)
        client = async_redis.Redis.from_pool(pool)
        try:
            await client.ping()
            yield client
        finally:
            await client.aclose()
    finally:
        if keeper is not None:
            await asyncio.to_thread(keeper.leave)


def _keeper(settings: Settings) -> Keeper | None:
    return None if settings.redis_url else Keeper.of(settings.data_dir)


def _kwargs(retry: Any) -> dict[str, Any]:
    return {"socket_connect_timeout": PATIENCE.connect, "socket_timeout": PATIENCE.answer,
            "max_connections": MOST_CONNECTIONS, "retry": retry}


def _shown(settings: Settings) -> str:
    if settings.redis_url is None:
        return f"the embedded store of DATA_DIR={settings.data_dir}"
    return f"REDIS_URL={settings.redis_url.rpartition('@')[2]}"


@contextlib.contextmanager
def _translated(where: str) -> Iterator[None]:
    try:
        yield
    except StoreGone:
        raise
    except (AuthenticationError, AuthorizationError) as error:
        raise StoreGone(f"{where} refuses our user or password ({error}). Mend REDIS_URL.") from error
    except (sync_redis.ConnectionError, sync_redis.TimeoutError) as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, ProductError):
            raise StoreGone(str(cause)) from error
        raise StoreGone(f"{where} can't be reached ({error}). What was acknowledged is kept; "
                        "check that the server runs and try again.") from error


def _speaking(base: type[Any], where: str, keeper: Keeper | None) -> type[Any]:
    """``base`` with our errors, and with the embedded server started again when it is gone."""

    class Connection(base):  # type: ignore[misc]
        def _connect(self) -> Any:
            try:
                return super()._connect()
            except OSError:
                if keeper is None:
                    raise
            with _own(where):
                keeper.ensure()
            return super()._connect()

        def connect_check_health(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return super().connect_check_health(*args, **kwargs)

        def send_packed_command(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return super().send_packed_command(*args, **kwargs)

        def read_response(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return super().read_response(*args, **kwargs)

    return Connection


def _speaking_async(base: type[Any], where: str, keeper: Keeper | None) -> type[Any]:
    class Connection(base):  # type: ignore[misc]
        async def _connect(self) -> Any:
            try:
                return await super()._connect()
            except OSError:
                if keeper is None:
                    raise
            with _own(where):
                await asyncio.to_thread(keeper.ensure)
            return await super()._connect()

        async def connect_check_health(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return await super().connect_check_health(*args, **kwargs)

        async def send_packed_command(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return await super().send_packed_command(*args, **kwargs)

        async def read_response(self, *args: Any, **kwargs: Any) -> Any:
            with _translated(where):
                return await super().read_response(*args, **kwargs)

    return Connection


@contextlib.contextmanager
def _own(where: str) -> Iterator[None]:
    """Why the store could not be started again, as an error that redis-py lets through."""
    try:
        yield
    except ProductError as error:
        raise sync_redis.ConnectionError(str(error)) from error
