"""What routes ask for: the service, an admitted customer, a signed-in agent or admin."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Annotated

from fastapi import Cookie, Depends, Header, Request

from chatbot.budget import address
from chatbot.errors import Forbidden, Unauthorised
from chatbot.record import Meta
from chatbot.service import Service
from chatbot.staff import Role, Session

COOKIE = "staff_session"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers that proxies add."""
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


# Dependencies are coroutines: FastAPI runs plain functions in threads, which costs more than all they do.


async def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(service)]


async def public() -> None:
    """Asks for nobody: the route is open to everyone, and says so (see `chatbot.api.declared`)."""


PUBLIC = [Depends(public)]


async def monitor(
    request: Request, service: TheService, authorization: Annotated[str | None, Header()] = None
) -> None:
    """Who reads the figures: whoever shows METRICS_TOKEN; where none is set, this machine and its private network, and
    not through a proxy, which lends everybody its own address. Raises Unauthorised or Forbidden."""
    if (token := service.settings.metrics_token) is not None:
        scheme, _, given = (authorization or "").partition(" ")
        known = secrets.compare_digest(given.encode(), token.get_secret_value().encode())
        if not known or scheme.lower() != "bearer":
            raise Unauthorised("metrics_token")
    elif any(name in request.headers for name in FORWARDED) or not _near(request.client.host if request.client else ""):
        raise Forbidden("metrics_outside")


MONITOR = [Depends(monitor)]


def _near(host: str) -> bool:
    """Whether an address is this machine's or a private network's."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (inner or found).is_private  # loopback and link-local are


async def client_address(request: Request) -> str:
    return address(request.client.host if request.client else "")


async def within_budget(
    request: Request, service: TheService, address: Annotated[str, Depends(client_address)]
) -> None:
    """Every write of an address counts, whoever it is and whatever it asks for. Raises TooMany."""
    if request.method in UNSAFE:
        await service.budgets.spend("requests", address, service.limits.requests_per_minute)


async def customer(
    conversation: str, service: TheService, authorization: Annotated[str | None, Header()] = None
) -> Meta:
    """The conversation, for whoever shows its token."""
    scheme, _, token = (authorization or "").partition(" ")
    return await service.conversations.admitted(conversation, token if scheme.lower() == "bearer" else "")


Admitted = Annotated[Meta, Depends(customer)]


async def session(
    request: Request,
    service: TheService,
    staff_session: Annotated[str | None, Cookie()] = None,
    x_csrf_token: Annotated[str | None, Header()] = None,
) -> Session:
    """A signed-in agent or admin; writes need the CSRF token."""
    found = await service.staff.session(staff_session)
    if request.method in UNSAFE:
        service.staff.check_csrf(found, x_csrf_token)
    return found


Agent = Annotated[Session, Depends(session)]


async def admin_session(session: Agent) -> Session:
    if session.account.role is not Role.ADMIN:
        raise Forbidden("role")
    return session


Admin = Annotated[Session, Depends(admin_session)]


async def may_upload(service: Service, staff_session: str | None) -> bool:
    """Whether a large body is worth reading: before any of it is, and before the route asks again."""
    try:
        found = await service.staff.session(staff_session)
    except Unauthorised:
        return False
    return found.account.role is Role.ADMIN
