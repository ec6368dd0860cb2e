"""The agent's API: the queue, one ticket, and what an agent does with it."""

from __future__ import annotations

import functools
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chatbot import keys
from chatbot.api.depends import Agent, TheService
from chatbot.api.stream import DESCRIBED, check_room, stream
from chatbot.errors import BadInput

router = APIRouter(prefix="/api/v1/agent/tickets", tags=["agents"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reply(_Body):
    """``from_suggestion``: it began as the bot's draft."""

    client_id: str
    text: str
    from_suggestion: bool = False


class Note(_Body):
    text: str


class Return(_Body):
    text: str | None = None


class Transfer(_Body):
    """To a ``team``'s queue, or to an ``agent`` (their user name) whose console is open. One of the two."""

    team: str | None = Field(None, max_length=60)
    agent: str | None = Field(None, max_length=60)


class Postpone(_Body):
    """``until``: by when the customer is promised an answer."""

    until: AwareDatetime


@router.get("")
async def tickets(session: Agent, service: TheService) -> dict[str, Any]:
    """``counts``: how many wait, are in my hands and in others', of which the list has the first."""
    found = await service.desk.tickets(session.account.user)
    await service.audit.seen(session.account.user, "ticket.listed", [one["ticket"] for one in found.tickets])
    return {"tickets": found.tickets, "counts": found.counts}


@router.get("/colleagues")
async def colleagues(session: Agent, service: TheService) -> dict[str, Any]:
    """To whom a ticket may be passed: other agents, and teams."""
    return {"agents": await service.desk.colleagues(session.account.user), "teams": service.handoffs.teams()}


@router.get("/events", response_class=StreamingResponse, responses=DESCRIBED)
async def events(
    session: Agent, service: TheService, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """`ticket` events: something changed; without Last-Event-ID from now on. They end with the session: whoever may not
    sign in any more neither reads on nor counts as present."""
    check_room(service, keys.DESK, service.limits.streams)
    after = last_event_id or await service.handoffs.desk_now()
    return stream(service, keys.DESK_EVENTS, keys.DESK, after, bytes.decode,
                  around=service.keeper.console(session.account.user),
                  still=functools.partial(service.staff.still, session))


@router.get("/{ticket}")
async def ticket(ticket: str, session: Agent, service: TheService) -> dict[str, Any]:
    found = await service.desk.detail(await service.tickets.get(ticket))
    await service.audit.note(session.account.user, "ticket.read", ticket)
    return found


@router.post("/{ticket}/claim")
async def claim(ticket: str, session: Agent, service: TheService) -> dict[str, Any]:
    claimed = await service.tickets.claim(ticket, session.account)
    await service.audit.note(session.account.user, "ticket.claim", ticket)
    return {"ticket": claimed.id, "state": claimed.state, "claimed_by": claimed.claimed_by}


@router.post("/{ticket}/reply", status_code=202)
async def reply(ticket: str, body: Reply, session: Agent, service: TheService) -> dict[str, str]:
    message = await service.tickets.reply(ticket, session.account, body.client_id, body.text,
                                          from_suggestion=body.from_suggestion)
    await service.audit.note(session.account.user, "ticket.reply", ticket)
    return {"message": message}


@router.post("/{ticket}/note", status_code=204)
async def note(ticket: str, body: Note, session: Agent, service: TheService) -> Response:
    await service.tickets.note(ticket, session.account, body.text)
    await service.audit.note(session.account.user, "ticket.note", ticket)
    return Response(status_code=204)


@router.post("/{ticket}/return", status_code=204)
async def give_back(ticket: str, body: Return, session: Agent, service: TheService) -> Response:
    await service.tickets.give_back(ticket, session.account, body.text)
    await service.audit.note(session.account.user, "ticket.return", ticket)
    return Response(status_code=204)


@router.post("/{ticket}/transfer", status_code=204)
async def transfer(ticket: str, body: Transfer, session: Agent, service: TheService) -> Response:
    """To another team's queue, or straight to a colleague."""
    if (body.team is None) == (body.agent is None):
        raise BadInput("transfer")
    if body.agent is not None:
        await service.tickets.pass_to(ticket, session.account, await service.staff.account(body.agent))
    elif body.team not in service.handoffs.teams():
        raise BadInput("no_team", team=body.team)
    else:
        await service.tickets.requeue(ticket, by=session.account, team=body.team)
    await service.audit.note(session.account.user, "ticket.transfer", ticket)
    return Response(status_code=204)


@router.post("/{ticket}/postpone", status_code=204)
async def postpone(ticket: str, body: Postpone, session: Agent, service: TheService) -> Response:
    """Back to the queue, with a promise to the customer."""
    await service.tickets.postpone(ticket, session.account, int(body.until.timestamp() * 1000))
    await service.audit.note(session.account.user, "ticket.postpone", ticket)
    return Response(status_code=204)


@router.get("/{ticket}/canned")
async def canned_replies(
    ticket: str, session: Agent, service: TheService, q: Annotated[str | None, Query(max_length=500)] = None
) -> dict[str, Any]:
    """Approved FAQ answers near ``q``, or near what the customer asked."""
    words = q or (await service.desk.detail(await service.tickets.get(ticket)))["question"]
    await service.audit.seen(session.account.user, "ticket.read", [ticket])
    return {"replies": await service.canned(words)}


@router.post("/{ticket}/close", status_code=204)
async def close(ticket: str, session: Agent, service: TheService) -> Response:
    await service.tickets.close(ticket, session.account)
    await service.audit.note(session.account.user, "ticket.close", ticket)
    return Response(status_code=204)
