"""Signing in and out, for agents and admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from chatbot import keys
from chatbot.api.depends import COOKIE, PUBLIC, Agent, TheService, client_address
from chatbot.staff import Session

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])


class SignIn(BaseModel):
    user: str
    password: str


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
                        secure=request.url.scheme == "https", path="/api/v1")
    await service.audit.note(session.account.user, "sign_in")
    return _who(session)


@router.get("/session")
async def who(session: Agent) -> Who:
    return _who(session)


@router.delete("/session", status_code=204)
async def sign_out(session: Agent, service: TheService) -> Response:
    await service.staff.sign_out(session)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/api/v1")
    return response


def _who(session: Session) -> Who:
    account = session.account
    return Who(user=account.user, name=account.name, role=account.role.value, csrf=session.csrf)
