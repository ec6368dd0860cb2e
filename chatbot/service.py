"""The running service's parts, wired together once. No HTTP here: `chatbot.app` puts it behind routes."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any

import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from chatbot.audit import ANCHORS, Audit
from chatbot.budget import Budgets
from chatbot.commit import Store
from chatbot.conversation import Conversations
from chatbot.desk import Desk
from chatbot.erasure import Erasure
from chatbot.errors import Busy
from chatbot.events import Hub
from chatbot.handoff import Clock, Handoffs
from chatbot.keeper import Keeper
from chatbot.limits import Limits
from chatbot.privacy.patterns import Patterns
from chatbot.privacy.sealing import Sealer
from chatbot.privacy.wrapping import wrapping
from chatbot.record import Records
from chatbot.retention import Retention
from chatbot.runner import Answerer, Runner
from chatbot.staff import Staff
from chatbot.swapping import Swapping
from chatbot.tickets import Tickets
from chatbot.turns import Turns
from chatbot.webhooks.delivery import Deliveries
from chatbot.webhooks.dispatcher import Dispatcher
from chatbot.webhooks.limits import LIMITS as WEBHOOK_LIMITS
from chatbot.webhooks.sender import Sender
from chatbot.webhooks.subscription import Subscriptions
from ingestion.company import Company
from ingestion.errors import DiskError, ModelError, SearchIndexError, SettingError
from ingestion.settings import Settings

log = structlog.get_logger()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


PARTS: dict[type[Exception], str] = {SearchIndexError: "index", ModelError: "model", SettingError: "settings",
                                     DiskError: "disk"}
"""What could not be loaded, by the error that ended the start."""


@dataclass(slots=True)
class Readiness:
    """How far the start is. ``failed`` names the part that could not be loaded; why is told to the log, not to whoever
    asks."""

    ready: bool = False
    stage: str = "starting"
    failed: str | None = None

    @classmethod
    def without(cls, error: Exception) -> Readiness:
        """The start has failed with ``error``."""
        return cls(stage="failed", failed=next((part for kind, part in PARTS.items() if isinstance(error, kind)),
                                               "other"))


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The parts that tell a company's other systems."""

    subscriptions: Subscriptions
    deliveries: Deliveries
    sender: Sender
    dispatcher: Dispatcher


@dataclass(slots=True)
class Service:
    settings: Settings
    company: Company
    limits: Limits
    redis: Store
    records: Records
    hub: Hub
    handoffs: Handoffs
    conversations: Conversations
    tickets: Tickets
    desk: Desk
    turns: Turns
    runner: Runner
    staff: Staff
    audit: Audit
    budgets: Budgets
    erasure: Erasure
    retention: Retention
    patterns: Patterns
    keeper: Keeper
    webhooks: Webhooks
    readiness: Readiness = field(default_factory=Readiness)
    swapping: Swapping = field(default_factory=Swapping)
    parts: Any = None

    def answer_with(self, answerer: Answerer, parts: Any = None) -> None:
        """From now on questions are answered; until then they wait in the queue."""
        self.runner.answerer = answerer
        self.parts = parts
        self.readiness = Readiness(ready=True, stage="ready")

    async def canned(self, words: str) -> list[dict[str, Any]]:
        """Approved answers for an agent. Raises Busy while the index is being loaded, and when a search takes too long
        behind the customers'."""
        if self.parts is None:
            raise Busy("starting", retry_after=self.limits.retry_after)
        from chatbot import canned

        search = functools.partial(canned.find, words, self.parts.search, self.handoffs.today())
        searching = asyncio.get_running_loop().run_in_executor(self.parts.cpu, search)
        try:
            found = await asyncio.wait_for(searching, self.limits.canned_seconds)
        except TimeoutError as error:
            raise Busy("full", retry_after=self.limits.retry_after) from error
        return [asdict(one) for one in found]

    async def ask_to_stop(self) -> None:
        """End the event streams and let running turns finish, before the server closes its connections."""
        self.hub.close()
        await self.runner.stop(self.limits.stop_seconds)


def build(
    settings: Settings, company: Company, redis: Store, limits: Limits | None = None, clock: Clock = now_ms
) -> Service:
    limits = limits or Limits()
    # A pooled connection to a server that was replaced is only found out by its first command. Every command here may
    # be sent twice: steps are marked (`chatbot.commit`), what a lost read of the turn stream had claimed is reclaimed.
    redis.set_retry(Retry(NoBackoff(), SECOND_TRIES))
    sealer = Sealer(settings.data_dir, wrapping(settings))
    records = Records(redis, sealer, limits)
    hub = Hub(redis, limits)
    handoffs = Handoffs(records, company, limits, clock)
    turns = Turns(records, handoffs, limits, clock)
    hub.on_gone = turns.park
    budgets = Budgets(redis, clock)
    tickets = Tickets(records, handoffs, limits, clock)
    staff = Staff(redis, limits, clock)
    audit = Audit(redis, clock, settings.data_dir / ANCHORS)
    erasure = Erasure(records, settings, clock)
    return Service(
        settings=settings, company=company, limits=limits, redis=redis, records=records, hub=hub, handoffs=handoffs,
        conversations=Conversations(records, handoffs, budgets, limits, clock), tickets=tickets,
        desk=Desk(records, tickets, handoffs, staff, clock), turns=turns,
        runner=Runner(redis, turns, hub, limits, clock, alone=settings.redis_url is None),
        staff=staff, audit=audit, budgets=budgets,
        erasure=erasure, retention=Retention(redis, records, erasure, audit, settings, clock),
        patterns=Patterns(company, settings.data_dir),
        keeper=Keeper(redis, records, tickets, handoffs, hub, audit, limits, clock),
        webhooks=_webhooks(redis, sealer, records, tickets, clock),
    )


def _webhooks(redis: Store, sealer: Sealer, records: Records, tickets: Tickets, clock: Clock) -> Webhooks:
    subscriptions = Subscriptions(redis, sealer, clock)
    deliveries, sender = Deliveries(redis, WEBHOOK_LIMITS, clock), Sender(WEBHOOK_LIMITS)
    return Webhooks(subscriptions, deliveries, sender, Dispatcher(
        redis, records, tickets, subscriptions, deliveries, sender, WEBHOOK_LIMITS, clock))


@contextlib.asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """Run the service's own tasks: hub, runner, keeper, webhooks, retention. One that dies is begun again."""
    await service.erasure.again()  # before anybody reads what a restored backup has brought back
    tasks = [asyncio.create_task(_kept(name, work), name=name) for name, work in (
        ("hub", service.hub.run), ("runner", service.runner.run), ("keeper", service.keeper.run),
        ("webhooks", service.webhooks.dispatcher.run), ("retention", service.retention.run))]
    try:
        yield service
    finally:
        await service.ask_to_stop()
        await cancelled(tasks)


SECOND_TRIES = 1
RESTART_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.2


async def cancelled(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until they are over: a cancellation that meets a client's own timeout in the same moment can be lost
    there (Python 3.11)."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)


async def _kept(name: str, work: Any) -> None:
    while True:
        try:
            await work()
        except Exception as error:
            # The service goes on: what died is named, and begun again.
            log.exception("service.task_died", task=name, error=type(error).__name__)
        else:
            return
        await asyncio.sleep(RESTART_SECONDS)
