"""Signing in and out, for agents and admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from chatbot import keys
from chatbot.api.depends import COOKIE, PUBLIC, Agent, TheService, client_address
from chatbot.staff import PASSWORD_MOST, Session

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


class SignIn(BaseModel):
    """Longer than these is no account of ours."""

    user: str = Field(max_length=100)
    password: str = Field(max_length=PASSWORD_MOST)


class Who(BaseModel):
    user: str
    name: str
    role: str
    csrf: str


@router.post("/session", dependencies=PUBLIC)
async def sign_in(
    body: SignIn, request: Request, response: Response, service: TheService,
    address: Annotated[str, Depends(client_address)],
) -> Who:
    token, session = await service.staff.sign_in(body.user, body.password, address)
    response.set_cookie(COOKIE, token, max_age=keys.SESSION, httponly=True, samesite="strict",
                        secure=_encrypted(request), path="/api/v1")
    await service.audit.note(session.account.user, "sign_in")
    return _who(session)


@router.get("/session")
async def who(session: Agent) -> Who:
    return _who(session)


@router.delete("/session", status_code=204)
async def sign_out(session: Agent, service: TheService) -> Response:
    await service.staff.sign_out(session)
    await service.audit.note(session.account.user, "sign_out")
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/api/v1")
    return response


def _encrypted(request: Request) -> bool:
    """Whether the browser came by HTTPS: seen from its page's origin, too, where a proxy that isn't listed in
    TRUSTED_PROXIES ends the encryption."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")


def _who(session: Session) -> Who:
    account = session.account
    return Who(user=account.user, name=account.name, role=account.role.value, csrf=session.csrf)
