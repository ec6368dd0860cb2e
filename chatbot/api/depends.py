"""What routes ask for: the service, an admitted customer, a signed-in agent or admin."""

from __future__ import annotations

from typing import Annotated

from fastapi import Cookie, Depends, Header, Request

from chatbot.budget import address
from chatbot.errors import Forbidden, Unauthorised
from chatbot.record import Meta
from chatbot.service import Service
from chatbot.staff import Role, Session

COOKIE = "staff_session"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


# Dependencies are coroutines: FastAPI runs plain functions in threads, which costs more than all they do.


async def service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


TheService = Annotated[Service, Depends(service)]


async def public() -> None:
    """Asks for nobody: the route is open to everyone, and says so (see `chatbot.api.declared`)."""


PUBLIC = [Depends(public)]


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
