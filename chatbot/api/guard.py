"""What every request passes: whose page it comes from, how large it is, how many are in hand, and the headers that
browsers enforce for us. Plain ASGI, so that event streams pass untouched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot import metrics
from chatbot.api import problems
from chatbot.limits import Limits

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ALLOWED_METHODS = "GET, POST, DELETE, OPTIONS"
ALLOWED_HEADERS = "Authorization, Content-Type, Last-Event-ID, Accept-Language"
PREFLIGHT_SECONDS = 600
DOCS_CSP = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Origins:
    """Which pages may use the chat: this service's own, and those an admin has listed."""

    listed: frozenset[str]

    @classmethod
    def of(cls, setting: str) -> Origins:
        return cls(frozenset(one.strip().rstrip("/") for one in setting.split(",") if one.strip()))

    def allow(self, origin: str, host: str) -> bool:
        return origin in self.listed or self.own(origin, host)

    def own(self, origin: str, host: str) -> bool:
        return bool(host) and urlsplit(origin).netloc == host

    def csp(self) -> str:
        """Everything from here alone; no inline script or style; framed by the listed origins only."""
        ancestors = " ".join(["'self'", *sorted(self.listed)])
        return ("default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors " + ancestors)


class TooLarge(HTTPException):
    """While the body is read: FastAPI lets its own kind of error through."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, str(limit))


class Guard:
    def __init__(self, app: ASGIApp, origins: Origins, limits: Limits) -> None:
        self._app = app
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
            if not self._origins.allow(origin, headers.get("host", "")):
                refused = problems.worded(403, "forbidden", "origin", origin=origin[:200])
                await refused(scope, receive, dressed)
                return
            if scope["method"] == "OPTIONS":
                await _preflight(dressed)
                return
        limit = self._limits.upload_bytes if scope["path"].endswith("/admin/documents") else self._limits.body_bytes
        if int(headers.get("content-length") or 0) > limit:
            await problems.worded(413, "too-large", "too_large", limit=limit)(scope, receive, dressed)
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

    def _dressed(self, scope: Scope, send: Send, origin: str | None) -> Send:
        """``send`` that adds the headers, and counts the request."""
        began = time.monotonic()

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self._origins.csp())
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
