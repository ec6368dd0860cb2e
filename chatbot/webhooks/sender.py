"""One try: the event as JSON, signed as Standard Webhooks has it, to an address of the public internet, in time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import httpcore
import httpx
from standardwebhooks import Webhook

from chatbot.errors import BadInput
from chatbot.webhooks.limits import Limits
from ingestion.errors import ProductError
from ingestion.web.errors import RefusedAddress, WebError
from ingestion.web.guard import Guard

AGENT = "chat-webhooks/1.0"
GONE = 410
"""The receiver wants no more, by Standard Webhooks."""


class NotSent(Exception):
    """Why a try failed, in a line for the admin's log."""


class Unwanted(NotSent):
    """The receiver says that it is gone for good."""


class Sender:
    """``schemes`` and ``guard`` may be a test's own; a running service sends to public addresses by TLS alone."""

    def __init__(self, limits: Limits, guard: Guard | None = None, schemes: tuple[str, ...] = ("https",)) -> None:
        self._limits = limits
        self._guard = guard or Guard()
        self._schemes = schemes

    async def check(self, url: str) -> str:
        """The address in its plain form. Raises BadInput for one that nothing will be sent to, with the reason."""
        try:
            found = httpx.URL(url.strip())
        except httpx.InvalidURL as error:
            raise BadInput("webhook_https") from error
        if found.scheme not in self._schemes or not found.host or found.userinfo or len(url) > self._limits.url_chars:
            raise BadInput("webhook_https")
        try:
            await asyncio.to_thread(self._guard.checked, found.host, _port(found))
        except RefusedAddress as error:
            raise BadInput("webhook_inside") from error
        except WebError as error:
            raise BadInput("webhook_unknown") from error
        return str(found.copy_with(fragment=None))

    async def send(self, url: str, secret: str, event: str, body: str) -> str:
        """What the receiver answered. Raises NotSent; no redirect is followed, no answer is read."""
        at = datetime.now(UTC)
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "webhook-id": event,
                   "webhook-timestamp": str(int(at.timestamp())),
                   "webhook-signature": Webhook(secret).sign(event, at, body)}
        timeout = httpx.Timeout(self._limits.seconds, connect=self._limits.connect)
        try:
            async with asyncio.timeout(self._limits.seconds), httpx.AsyncClient(
                transport=_Guarded(self._guard), timeout=timeout, trust_env=False, follow_redirects=False
            ) as client, client.stream("POST", url, content=body.encode(), headers=headers) as answer:
                status = answer.status_code
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NotSent(f"no answer within {self._limits.seconds:g} s") from error
        except ProductError as error:
            raise NotSent(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise NotSent(str(error) or type(error).__name__) from error
        if status == GONE:
            raise Unwanted(f"HTTP {status}")
        if not 200 <= status < 300:
            raise NotSent(f"HTTP {status}")
        return f"HTTP {status}"


class _Guarded(httpx.AsyncHTTPTransport):
    """httpx's own transport over `ingestion.web.guard`: what was checked is what is connected to."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_Backend(guard), max_connections=1, http2=False)


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        trouble: Exception | None = None
        for address in await asyncio.to_thread(self._guard.checked, host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble or httpcore.ConnectError(f"{host} has no address")


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
