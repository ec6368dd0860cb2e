"""What every request passes: whose page it comes from, how large it is, how many are in hand, and the headers that
browsers enforce for us. Plain ASGI, so that event streams pass untouched."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot import metrics
from chatbot.api import problems
from chatbot.api.depends import COOKIE
from chatbot.limits import Limits
from ingestion.errors import StoreError

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ALLOWED_METHODS = "GET, POST, DELETE, OPTIONS"
ALLOWED_HEADERS = "Authorization, Content-Type, Last-Event-ID, Accept-Language"
PREFLIGHT_SECONDS = 600
UPLOAD = "/api/v1/admin/documents"
STAFF_API = ("/api/v1/staff", "/api/v1/agent", "/api/v1/admin")
STAFF_PAGES = ("/console", "/admin", "/docs", "/api/")
"""Framed by nobody: a page of the company's site must not have an agent click what isn't seen."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Which pages may use the chat: those an admin has listed, and this service's own.

    Its own is told by the Host header where that is an address or localhost, which no other site's page can have as its
    origin. A name can be anybody's that points here (DNS rebinding): our own is to be listed like any other.
    """

    listed: frozenset[str]

    @classmethod
    def of(cls, setting: str) -> Origins:
        return cls(frozenset(one.strip().rstrip("/") for one in setting.split(",") if one.strip()))

    def allow(self, origin: str, host: str) -> bool:
        return origin in self.listed or self.own(origin, host)

    def own(self, origin: str, host: str) -> bool:
        """Whether the page came from this very service."""
        try:
            page = urlsplit(origin)
        except ValueError:
            return False
        return bool(host) and page.netloc == host and (origin in self.listed or _unforgeable(page.hostname or ""))

    def csp(self, path: str) -> str:
        """Everything from here alone; no inline script or style, no text taken for markup (trusted types); framed by
        the listed origins only, and staff's pages by none."""
        ancestors = "'none'" if path.startswith(STAFF_PAGES) else " ".join(["'self'", *sorted(self.listed)])
        return ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                "object-src 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; "
                "trusted-types 'none'; frame-ancestors " + ancestors)


def _unforgeable(hostname: str) -> bool:
    try:
        return hostname == "localhost" or bool(ipaddress.ip_address(hostname))
    except ValueError:
        return False


class TooLarge(HTTPException):
    """While the body is read: FastAPI lets its own kind of error through."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, str(limit))


class Guard:
    """``may_upload`` tells of a session cookie whether its owner may send a body larger than the usual one."""

    def __init__(
        self, app: ASGIApp, origins: Origins, limits: Limits, may_upload: Callable[[str | None], Awaitable[bool]]
    ) -> None:
        self._app = app
        self._may_upload = may_upload
        self._origins = origins
        self._limits = limits
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        api = scope["path"].startswith("/api/")
        dressed = self._dressed(scope, send, origin)
        if origin is not None and (api or scope["method"] == "OPTIONS"):
            host = headers.get("host", "")
            ours = self._origins.own if scope["path"].startswith(STAFF_API) else self._origins.allow
            if not ours(origin, host):
                refused = problems.worded(403, "forbidden", "origin", origin=origin[:200])
                await refused(scope, receive, dressed)
                return
            if scope["method"] == "OPTIONS":
                await _preflight(dressed)
                return
        try:
            limit = await self._limit(scope)
        except (RedisError, StoreError):
            await problems.store_away()(scope, receive, dressed)
            return
        if _length(headers) > limit:
            await problems.too_large(limit)(scope, receive, dressed)
            return
        if scope["path"].endswith("/events"):
            await self._app(scope, receive, dressed)
            return
        if self._running >= self._limits.requests_running:
            busy = problems.worded(503, "busy", "full", retry=True, retry_after=self._limits.retry_after)
            await busy(scope, receive, dressed)
            return
        self._running += 1
        try:
            await self._app(scope, _bounded(receive, limit), dressed)
        finally:
            self._running -= 1

    async def _limit(self, scope: Scope) -> int:
        """Bytes this request's body may have: an upload's for an admin alone, so that nobody else fills the disk."""
        if scope["path"] != UPLOAD or scope["method"] != "POST":
            return self._limits.body_bytes
        admin = await self._may_upload(HTTPConnection(scope).cookies.get(COOKIE))
        return self._limits.upload_bytes if admin else self._limits.body_bytes

    def _dressed(self, scope: Scope, send: Send, origin: str | None) -> Send:
        """``send`` that adds the headers, and counts the request."""
        began = time.monotonic()

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self._origins.csp(scope["path"]))
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
                public = scope["path"].startswith("/static/") or scope["path"] == "/widget.js"
                headers["Cross-Origin-Resource-Policy"] = "cross-origin" if public else "same-origin"
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                if origin in self._origins.listed:
                    headers["Access-Control-Allow-Origin"] = str(origin)
                    headers["Access-Control-Expose-Headers"] = "Retry-After"
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                headers.add_vary_header("Origin")
                route = getattr(scope.get("route"), "path", "other")
                metrics.REQUESTS.labels(route, str(message["status"])).inc()
                metrics.REQUEST_SECONDS.labels(route).observe(time.monotonic() - began)
            await send(message)

        return dressed


def _length(headers: Headers) -> int:
    """The announced length of a body; 0 where there is none, or no number (then it is counted as it comes)."""
    announced = headers.get("content-length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else 0


async def _preflight(send: Send) -> None:
    headers = [(b"access-control-allow-methods", ALLOWED_METHODS.encode()),
               (b"access-control-allow-headers", ALLOWED_HEADERS.encode()),
               (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode())]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _bounded(receive: Receive, limit: int) -> Receive:
    """``receive`` that gives up once a body without a length has grown over the limit."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge(limit)
        return message

    return bounded
