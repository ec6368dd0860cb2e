"""Webhooks: signed, retried, told by one id, kept over a restart, never sent into the company's own network."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from chatbot import keys
from chatbot.errors import BadInput, NotFound
from chatbot.group import group
from chatbot.service import Service, cancelled, now_ms
from chatbot.staff import Role
from chatbot.webhooks.delivery import Deliveries, Delivery, State
from chatbot.webhooks.dispatcher import Dispatcher
from chatbot.webhooks.limits import LIMITS, Limits
from chatbot.webhooks.outbox import Type
from chatbot.webhooks.sender import NotSent, Sender
from chatbot.webhooks.subscription import ALL
from ingestion.web.guard import Guard
from tests.chatbot.cast import PASSWORD, eventually
from tests.chatbot.test_tickets import OLA, waiting

QUICK = replace(LIMITS, retries=(0.0, 0.0, 0.0), jitter=0.0, seconds=2.0, lease=4.0, poll_ms=20)


@dataclass
class Receiver:
    """A company's system: answers with the next status of ``answers`` (None: never), then with 204."""

    port: int = 0
    answers: list[int | None] = field(default_factory=list)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tickets"

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) if line.lower().startswith("content-length") else
                       (line.split(": ", 1)[0].lower(), line.split(": ", 1)[1]) for line in head[1:] if ": " in line)
        self.got.append((headers, (await reader.readexactly(int(headers["content-length"]))).decode()))
        status = self.answers.pop(0) if self.answers else 204
        if status is not None:
            place = b"Location: http://127.0.0.1:1/\r\n" if status == 302 else b""
            writer.write(b"HTTP/1.1 %d X\r\n%bContent-Length: 0\r\n\r\n" % (status, place))
            await writer.drain()
        else:
            with contextlib.suppress(ConnectionError):
                await reader.read()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await asyncio.start_server(found.handle, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


def dispatcher(service: Service, receiver: Receiver, limits: Limits = QUICK) -> Dispatcher:
    """As the service's own, but it may send to the test's receiver, and doesn't wait between tries."""
    guard = Guard(allowed=frozenset({("127.0.0.1", receiver.port)}))
    return Dispatcher(service.redis, service.records, service.tickets, service.webhooks.subscriptions,
                      Deliveries(service.redis, limits, now_ms), Sender(limits, guard, ("http", "https")), limits,
                      now_ms)


@contextlib.asynccontextmanager
async def running(one: Dispatcher) -> AsyncIterator[None]:
    task = asyncio.create_task(one.run())
    try:
        yield
    finally:
        await cancelled([task])


async def log(service: Service, webhook: str) -> list[Delivery]:
    return await service.webhooks.deliveries.log(webhook)


async def test_a_ticket_is_mirrored_signed_and_in_time(service: Service, receiver: Receiver) -> None:
    hook, secret = await service.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    async with running(dispatcher(service, receiver)):
        meta, ticket = await waiting(service, "Ile trwa zwrot?")
        await service.tickets.claim(ticket, OLA)
        await service.tickets.reply(ticket, OLA, "1", "Dzień dobry")
        await service.tickets.close(ticket, OLA)
        await eventually(lambda: _length(receiver, 4))
    assert sorted(one["type"] for one in receiver.told()) == sorted(
        ["ticket.queued", "ticket.claimed", "ticket.message", "ticket.closed"])
    for headers, body in receiver.got:
        told = Webhook(secret).verify(body, headers)
        assert told["data"]["ticket"] == ticket and told["data"]["conversation"] == meta.id
        assert "zwrot" not in body and "Dzień" not in body, "no text without with_text"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 4
    assert {one.state for one in await log(service, hook.id)} == {State.DELIVERED}
    assert await service.redis.zcard(keys.DELIVERIES) == 0


async def test_the_backlog_of_a_slow_receiver_stands_before_no_others(service: Service, receiver: Receiver) -> None:
    slow, _ = await service.webhooks.subscriptions.add("https://slow.example/", (), with_text=False)
    quick, _ = await service.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    for number in range(20):
        _, commands = service.webhooks.deliveries.planned(f"evt_{number}", slow.id, Type.QUEUED, "t_1", number)
        for command in commands:
            await service.redis.execute_command(*command)
    await asyncio.sleep(0.01)
    await service.webhooks.dispatcher.test(quick.id)
    due = [one.webhook for one in await service.webhooks.deliveries.due(LIMITS.of_one)]
    assert due == [slow.id] * LIMITS.of_one + [quick.id]


async def test_a_receiver_that_fails_or_hangs_is_tried_again_under_the_same_id(
    service: Service, receiver: Receiver
) -> None:
    receiver.answers = [500, None, 302]
    hook, _ = await service.webhooks.subscriptions.add(receiver.url, (Type.QUEUED,), with_text=True)
    async with running(dispatcher(service, receiver)):
        await waiting(service, "Ile trwa zwrot?")
        await eventually(lambda: _state(service, hook.id, State.DELIVERED))
    assert len(receiver.got) == 4
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert receiver.told()[-1]["data"]["question"] == "Ile trwa zwrot?"
    assert [one["text"] for one in receiver.told()[-1]["data"]["messages"]] == ["Ile trwa zwrot?"]


async def test_after_its_last_try_a_delivery_is_given_up_and_an_admin_may_begin_it_anew(
    service: Service, receiver: Receiver
) -> None:
    receiver.answers = [503] * 4
    hook, _ = await service.webhooks.subscriptions.add(receiver.url, (Type.QUEUED,), with_text=False)
    async with running(dispatcher(service, receiver)):
        await waiting(service)
        await eventually(lambda: _state(service, hook.id, State.FAILED))
        [given_up] = await log(service, hook.id)
        assert given_up.said == "HTTP 503" and given_up.tries == 4
        await service.webhooks.deliveries.again(hook.id, given_up.id)
        await eventually(lambda: _state(service, hook.id, State.DELIVERED))


async def test_what_a_dead_process_had_begun_is_sent_by_another_and_what_it_then_says_is_not_written(
    service: Service, receiver: Receiver
) -> None:
    hook, _ = await service.webhooks.subscriptions.add(receiver.url, (Type.QUEUED,), with_text=False)
    await waiting(service)
    first, second = dispatcher(service, receiver), dispatcher(service, receiver, replace(QUICK, lease=0.2))
    await group(first.redis, keys.OUTBOX, keys.DISPATCHERS)
    await first.redis.xreadgroup(keys.DISPATCHERS, first._me, {keys.OUTBOX: ">"})  # and died before planning
    async with running(second):
        await eventually(lambda: _state(service, hook.id, State.DELIVERED))
    [sent] = await log(service, hook.id)
    await service.webhooks.deliveries.failed(replace(sent, state=State.PENDING), "late")
    assert (await log(service, hook.id))[0].state is State.DELIVERED
    begun = await asyncio.gather(*(service.webhooks.deliveries.begin(replace(sent)) for _ in range(9)))
    assert sum(begun) == 1, "one try at a time, whoever begins it"


async def test_a_receiver_that_is_gone_is_switched_off_and_an_erased_ticket_is_told_as_that(
    service: Service, receiver: Receiver
) -> None:
    hook, _ = await service.webhooks.subscriptions.add(receiver.url, (), with_text=True)
    meta, ticket = await waiting(service, "Ile trwa zwrot?")
    await service.erasure.conversation(await service.records.meta(meta.id))
    async with running(dispatcher(service, receiver)):
        await eventually(lambda: _length(receiver, 2))
        assert {one["type"] for one in receiver.told()} == {"ticket.erased"}
        assert all(one["data"] == {"ticket": ticket} for one in receiver.told())
        receiver.answers = [410]
        await waiting(service)
        await eventually(lambda: _switched_off(service, hook.id))


async def test_a_delivery_whose_secret_can_not_be_read_ends_and_says_so(service: Service, receiver: Receiver) -> None:
    hook, _ = await service.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    kept = json.loads(await service.redis.hget(keys.WEBHOOKS, hook.id))
    damaged = base64.b64encode(b"\0" * len(base64.b64decode(kept["secret"]))).decode()
    await service.redis.hset(keys.WEBHOOKS, hook.id, json.dumps(kept | {"secret": damaged}))
    async with running(dispatcher(service, receiver)):
        await waiting(service)
        await eventually(lambda: _failed(service, hook.id))
    assert receiver.got == []


async def _failed(service: Service, webhook: str) -> bool:
    return any("can't be read" in one.said for one in await log(service, webhook))


async def test_a_delivery_is_begun_anew_through_its_own_webhook_alone_and_the_trail_says_so(
    http: httpx.AsyncClient, live: Service, receiver: Receiver
) -> None:
    hook, _ = await live.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    other, _ = await live.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    await live.staff.add("ada", "Ada", Role.ADMIN, PASSWORD)
    signed_in = await http.post("/api/v1/staff/session", json={"user": "ada", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = signed_in.json()["csrf"]
    path = "/api/v1/admin/webhooks"
    delivery = (await http.post(f"{path}/{hook.id}/test")).json()["delivery"]
    foreign = await http.post(f"{path}/{other.id}/deliveries/{delivery}/again")
    assert foreign.status_code == 404 and foreign.json()["detail"] == "Nie ma już takiego doręczenia."
    assert (await http.post(f"{path}/w_none/deliveries/{delivery}/again")).status_code == 404
    assert (await http.post(f"{path}/{hook.id}/deliveries/{delivery}/again")).status_code == 202
    noted = [(one.by, one.action, one.subject) for one in await live.audit.read() if one.action.startswith("webhook.")]
    assert noted == [("ada", "webhook.again", delivery), ("ada", "webhook.test", hook.id)]


async def test_a_webhook_learns_nothing_of_what_was_before_it_and_its_secret_leaves_with_it(
    service: Service, receiver: Receiver
) -> None:
    await waiting(service)
    await asyncio.sleep(0.01)
    hook, secret = await service.webhooks.subscriptions.add(receiver.url, (), with_text=False)
    kept = await service.redis.hget(keys.WEBHOOKS, hook.id)
    assert secret.encode() not in kept
    async with running(dispatcher(service, receiver)):
        await asyncio.sleep(0.2)
        assert receiver.got == []
        await service.webhooks.subscriptions.remove(hook.id)
        with pytest.raises(NotFound):
            await service.webhooks.subscriptions.secret(hook.id)


@pytest.mark.parametrize("url", [
    "http://example.com/hook", "ftp://example.com", "https://user:secret@example.com/", "https://", "nonsense",
    "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.7/",
    "https://[::ffff:192.168.1.1]/", "https://localhost/", "https://0/", "https://2130706433/"])
async def test_no_webhook_leads_into_the_own_network(url: str) -> None:
    with pytest.raises(BadInput):
        await Sender(QUICK).check(url)


async def test_a_name_that_answers_otherwise_when_it_is_called_gains_nothing() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    sender = Sender(QUICK, Guard(resolver=lambda host, port: answers.pop(0)))
    assert await sender.check("https://rebinding.example/hook#part") == "https://rebinding.example/hook"
    with pytest.raises(NotSent, match=r"127\.0\.0\.1"):
        await sender.send("https://rebinding.example/hook", "whsec_AAAA", "evt_1", "{}")


def test_every_happening_at_the_desk_has_a_type_and_a_test_is_none_to_subscribe_to() -> None:
    assert set(ALL) == set(Type) - {Type.TEST}


async def _length(receiver: Receiver, count: int) -> bool:
    return len(receiver.got) >= count


async def _state(service: Service, hook: str, state: State) -> bool:
    return [one.state for one in await log(service, hook)] == [state]


async def _switched_off(service: Service, hook: str) -> bool:
    return not (await service.webhooks.subscriptions.get(hook)).active
