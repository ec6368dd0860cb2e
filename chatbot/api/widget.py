"""The customer's API: begin a conversation, write, read events, ask for a human, rate, erase."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from chatbot import access, keys
from chatbot.api.depends import PUBLIC, Admitted, TheService, client_address
from chatbot.api.stream import DESCRIBED, check_room, stream
from chatbot.corrections import NOT_ASKED
from chatbot.states import WAITING, State
from chatbot.subjects import Subjects
from chatbot.texts import languages, say

router = APIRouter(prefix="/api/v1", tags=["widget"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Begin(_Body):
    """``customer`` and ``contract_date`` come with the company's ``signature`` (`chatbot.access.signature`)."""

    language: str | None = Field(None, max_length=35)
    customer: str | None = None
    contract_date: date | None = None
    signature: str | None = None


class Begun(BaseModel):
    conversation: str
    token: str


class Write(_Body):
    client_id: str
    text: str


class Written(BaseModel):
    message: str


class Rate(_Body):
    message: str
    value: Literal["up", "down"]
    comment: str = Field("", max_length=2000)


class Consent(_Body):
    """``training``: the conversation may teach the assistant, once nobody can be told from it."""

    training: bool


@router.get("/widget", dependencies=PUBLIC)
async def widget(service: TheService, language: str = "pl") -> dict[str, Any]:
    """For the widget's first paint, before any conversation."""
    language = spoken(language)
    company = service.company
    return {
        "company": company.name, "about": company.about.get("en" if language == "en" else "pl"),
        "greeting": say(language, "chat.greeting", company=company.name),
        "disclosure": say(language, "chat.disclosure"),
        "languages": [one for one in company.languages if one in languages()],
        "hours": company.hours.model_dump(mode="json"), "open_now": service.handoffs.open_now(),
        "contact": company.contact, "ready": service.readiness.ready,
    }


@router.post("/conversations", status_code=201, dependencies=PUBLIC)
async def begin(
    body: Begin, service: TheService, address: Annotated[str, Depends(client_address)],
    accept_language: Annotated[str | None, Header()] = None,
) -> Begun:
    await service.budgets.spend("conversations", address, service.limits.conversations_per_minute)
    given = (service.settings.customer_secret, service.settings.customer_secret_before)
    who = access.identity(
        [one.get_secret_value() for one in given if one], body.customer, body.contract_date, body.signature)
    begun = await service.conversations.begin(who, spoken(body.language or accept_language or "pl"))
    return Begun(conversation=begun.conversation, token=begun.token)


@router.post("/conversations/{conversation}/messages", status_code=202)
async def write(body: Write, meta: Admitted, service: TheService) -> Written:
    """Acknowledged once it is on disk."""
    return Written(message=await service.conversations.post(meta, body.client_id, body.text))


@router.get("/conversations/{conversation}/messages")
async def read(meta: Admitted, service: TheService) -> dict[str, Any]:
    """The whole transcript, for a page whose place in the event stream is gone (`gap`)."""
    return {"state": meta.state, "consent": meta.consent or NOT_ASKED,
            "messages": [one.shown() for one in await service.records.transcript(meta)]}


@router.get("/conversations/{conversation}/events", response_class=StreamingResponse, responses=DESCRIBED)
async def events(
    meta: Admitted, service: TheService, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Server-sent events from the beginning, or from after Last-Event-ID, and each new one."""
    check_room(service, meta.id, service.limits.streams_per_conversation)
    return stream(service, keys.events(meta.id), meta.id, last_event_id,
                  lambda sealed: service.records.open(meta, sealed))


@router.post("/conversations/{conversation}/handoff")
async def handoff(meta: Admitted, service: TheService) -> dict[str, str]:
    return {"state": await service.conversations.hand_over(meta)}


@router.delete("/conversations/{conversation}/handoff")
async def no_handoff(meta: Admitted, service: TheService) -> dict[str, str]:
    """The customer doesn't want the human that was offered, or no longer waits for one."""
    if meta.state in WAITING:
        await service.tickets.withdraw(meta)
    else:
        await service.conversations.decline(meta)
    return {"state": State.BOT}


@router.post("/conversations/{conversation}/consent", status_code=204)
async def consent(body: Consent, meta: Admitted, service: TheService) -> Response:
    """Taken back, it also takes the conversation out of the data sets and flags the adapters trained on it."""
    await service.conversations.consent(meta, training=body.training)
    people = Subjects(service.settings.data_dir)
    if body.training:
        await asyncio.to_thread(people.welcome, [f"conversation:{meta.id}", meta.owner])
    else:
        await asyncio.to_thread(people.forget, [f"conversation:{meta.id}"])
    await service.audit.note("customer", "consent.given" if body.training else "consent.taken_back", meta.id)
    return Response(status_code=204)


@router.post("/conversations/{conversation}/rating", status_code=204)
async def rating(body: Rate, meta: Admitted, service: TheService) -> Response:
    await service.conversations.rate(meta, body.message, body.value, body.comment)
    return Response(status_code=204)


@router.delete("/conversations/{conversation}", status_code=204)
async def delete(meta: Admitted, service: TheService) -> Response:
    """Erases the conversation: its key, then its records."""
    await service.erasure.conversation(meta)
    await service.audit.note("customer", "erase", meta.id)
    return Response(status_code=204)


def spoken(asked: str) -> str:
    """The first of our languages that a browser's or caller's wish names, or Polish."""
    for wish in asked.split(","):
        language = wish.split(";")[0].strip()[:2].lower()
        if language in languages():
            return language
    return "pl"
