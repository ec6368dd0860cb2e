"""Hands events to the webhooks that want them and sends what is due. Every service process runs one; the store sees to
it that each delivery is at one try at a time."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatbot import keys, metrics
from chatbot.commit import Step, Store, commit
from chatbot.errors import NotFound
from chatbot.group import group
from chatbot.handoff import Clock
from chatbot.messages import new_id
from chatbot.privacy.errors import SealDamaged
from chatbot.record import Records
from chatbot.tickets import Tickets
from chatbot.webhooks.delivery import Deliveries, Delivery
from chatbot.webhooks.limits import Limits
from chatbot.webhooks.outbox import Type
from chatbot.webhooks.payload import payload
from chatbot.webhooks.sender import NotSent, Sender, Unwanted
from chatbot.webhooks.subscription import Subscriptions

log = structlog.get_logger()

READ = 100
PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class Dispatcher:
    """``run`` until cancelled."""

    redis: Store
    records: Records
    tickets: Tickets
    subscriptions: Subscriptions
    deliveries: Deliveries
    sender: Sender
    limits: Limits
    clock: Clock
    _me: str = field(default_factory=lambda: f"{socket.gethostname()}-{new_id('d')}")
    _sending: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        ready = False
        try:
            while True:
                try:
                    if not ready:
                        await group(self.redis, keys.OUTBOX, keys.DISPATCHERS)
                        ready = True
                    await self.round(self.limits.poll_ms)
                except (RedisError, OSError) as error:
                    log.warning("webhooks.store_away", error=type(error).__name__, retry_s=PAUSE_SECONDS)
                    ready = False
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            for task in self._sending.values():
                task.cancel()

    async def round(self, wait_ms: int) -> None:
        """Plan the deliveries of new events, waiting for some up to ``wait_ms``; begin what is due."""
        idle = int(self.limits.lease * 1000)
        _, entries, *_ = await self.redis.xautoclaim(keys.OUTBOX, keys.DISPATCHERS, self._me, idle, count=READ)
        found = await self.redis.xreadgroup(keys.DISPATCHERS, self._me, {keys.OUTBOX: ">"}, count=READ, block=wait_ms)
        entries += [entry for _, new in found or () for entry in new]
        for id_, fields in entries:
            if fields:
                await self._plan(id_.decode(), {name.decode(): value.decode() for name, value in fields.items()})
        for one in await self.deliveries.due(self.limits.of_one):
            self._begin(one)

    async def test(self, webhook: str) -> str:
        """Plan a delivery that tells nothing; its id."""
        event = new_id("evt")
        key, commands = self.deliveries.planned(event, webhook, Type.TEST, "", self.clock())
        await commit(self.redis, Step().absent(key).add(commands))
        return f"{event}.{webhook}"

    async def _plan(self, entry: str, fields: dict[str, str]) -> None:
        type_ = Type(fields["type"])
        step = Step().write("XACK", keys.OUTBOX, keys.DISPATCHERS, entry).write("XDEL", keys.OUTBOX, entry)
        for hook in await self.subscriptions.all():
            if hook.wants(type_) and hook.created <= int(fields["at"]):
                key, commands = self.deliveries.planned(f"evt_{entry}", hook.id, type_, fields["ticket"],
                                                         int(fields["at"]))
                step.absent(key).add(commands)
        await commit(self.redis, step)

    def _begin(self, one: Delivery) -> None:
        if one.id in self._sending or len(self._sending) >= self.limits.at_once:
            return
        if self._busy[one.webhook] >= self.limits.of_one:
            return
        self._busy[one.webhook] += 1
        task = asyncio.create_task(self._send(one), name=f"webhook {one.id}")
        self._sending[one.id] = task

        def over(_: Any) -> None:
            self._sending.pop(one.id, None)
            self._busy[one.webhook] -= 1

        task.add_done_callback(over)

    async def _send(self, one: Delivery) -> None:
        try:
            if not await self.deliveries.begin(one):
                return
            begun = await self.deliveries.get(one.id)
            outcome = await self._tried(begun)
            metrics.WEBHOOKS.labels(outcome).inc()
        except (RedisError, OSError) as error:
            # Due again when its lease is over.
            log.warning("webhook.store_away", delivery=one.id, error=type(error).__name__)

    async def _tried(self, begun: Delivery) -> str:
        try:
            hook = await self.subscriptions.get(begun.webhook)
            secret = await self.subscriptions.secret(begun.webhook)
        except NotFound:
            await self.deliveries.failed(begun, "webhook removed", for_good=True)
            return "removed"
        except SealDamaged:
            log.warning("webhook.secret_damaged", webhook=begun.webhook, delivery=begun.id)
            await self.deliveries.failed(begun, "the webhook's secret can't be read; subscribe anew", for_good=True)
            return "failed"
        if not hook.active:
            await self.deliveries.failed(begun, "webhook switched off", for_good=True)
            return "off"
        body = await payload(begun, self.records, self.tickets, with_text=hook.with_text)
        try:
            said = await self.sender.send(hook.url, secret, begun.event, body)
        except NotSent as error:
            gone = isinstance(error, Unwanted)
            if gone:
                await self.subscriptions.activate(hook.id, active=False)
            log.warning("webhook.not_sent", webhook=hook.id, delivery=begun.id, tries=begun.tries, why=str(error))
            await self.deliveries.failed(begun, str(error), for_good=gone)
            return "gone" if gone else "failed"
        await self.deliveries.succeeded(begun, said)
        return "delivered"
