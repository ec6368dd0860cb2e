"""The admin's webhooks: a company's own systems that are told what happens to tickets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from chatbot.api.depends import Admin, TheService
from chatbot.webhooks.outbox import Type
from chatbot.webhooks.subscription import ALL, Subscription

router = APIRouter(prefix="/api/v1/admin/webhooks", tags=["admin"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class New(_Body):
    """No ``types``: all. ``with_text``: the question and the messages go along."""

    url: str = Field(min_length=1, max_length=500)
    types: tuple[Type, ...] = ()
    with_text: bool = False


class Switch(_Body):
    active: bool


@router.get("")
async def webhooks(session: Admin, service: TheService) -> dict[str, Any]:
    """Each with what came of its newest deliveries; never its secret."""
    found = [await _shown(one, service) for one in await service.webhooks.subscriptions.all()]
    return {"webhooks": found, "types": list(ALL)}


@router.post("", status_code=201)
async def add(body: New, session: Admin, service: TheService) -> dict[str, Any]:
    """With its secret, shown this once: by it the receiver checks the signature (Standard Webhooks)."""
    url = await service.webhooks.sender.check(body.url)
    hook, secret = await service.webhooks.subscriptions.add(url, body.types, with_text=body.with_text)
    await service.audit.note(session.account.user, "webhook.add", hook.id)
    return asdict(hook) | {"secret": secret}


@router.delete("/{webhook}", status_code=204)
async def remove(webhook: str, session: Admin, service: TheService) -> Response:
    await service.webhooks.subscriptions.remove(webhook)
    await service.audit.note(session.account.user, "webhook.remove", webhook)
    return Response(status_code=204)


@router.post("/{webhook}/active", status_code=204)
async def switch(webhook: str, body: Switch, session: Admin, service: TheService) -> Response:
    """What waits for one that is switched off is dropped when it is due."""
    await service.webhooks.subscriptions.activate(webhook, active=body.active)
    await service.audit.note(session.account.user, "webhook.switch", webhook)
    return Response(status_code=204)


@router.post("/{webhook}/test", status_code=202)
async def test(webhook: str, session: Admin, service: TheService) -> dict[str, str]:
    """A delivery that tells nothing, to try the receiver."""
    await service.webhooks.subscriptions.get(webhook)
    delivery = await service.webhooks.dispatcher.test(webhook)
    await service.audit.note(session.account.user, "webhook.test", webhook)
    return {"delivery": delivery}


@router.get("/{webhook}/deliveries")
async def deliveries(webhook: str, session: Admin, service: TheService) -> dict[str, Any]:
    """The newest first."""
    await service.webhooks.subscriptions.get(webhook)
    return {"deliveries": [asdict(one) for one in await service.webhooks.deliveries.log(webhook)]}


@router.post("/{webhook}/deliveries/{delivery}/again", status_code=202)
async def again(webhook: str, delivery: str, session: Admin, service: TheService) -> dict[str, str]:
    """All tries anew; the receiver knows it by the same id."""
    await service.webhooks.subscriptions.get(webhook)
    await service.webhooks.deliveries.again(webhook, delivery)
    await service.audit.note(session.account.user, "webhook.again", delivery)
    return {"delivery": delivery}


async def _shown(hook: Subscription, service: TheService) -> dict[str, Any]:
    newest = await service.webhooks.deliveries.log(hook.id)
    return asdict(hook) | {"last": asdict(newest[0]) if newest else None,
                           "waiting": sum(one.state.value == "pending" for one in newest),
                           "failed": sum(one.state.value == "failed" for one in newest)}
