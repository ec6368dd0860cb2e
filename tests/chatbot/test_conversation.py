"""The customer's side, over HTTP in process and on a real Valkey."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from redis.asyncio import Redis

from chatbot import access, keys
from chatbot.errors import Busy
from chatbot.messages import Message
from chatbot.record import Meta
from chatbot.service import Service
from chatbot.states import State
from tests.chatbot.cast import Customer, eventually


async def test_a_question_is_answered_with_its_citations(http: httpx.AsyncClient, live: Service) -> None:
    customer = await Customer.begin(http)
    await customer.write("Ile trwa zwrot?")
    messages = await customer.until(lambda found: len(found) == 2)
    assert [one["author"] for one in messages] == ["customer", "ai"]
    assert messages[1]["citations"][0]["clause"] == "§ 5 ust. 1"
    assert messages[1]["mode"] == "quoted"


async def test_a_client_id_with_another_text_is_refused(http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    await customer.write("Dzień dobry", "the-same")
    answer = await customer.write("Do widzenia", "the-same")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/client-id-reused"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_messages_are_answered_one_at_a_time_and_in_order(http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    for number in range(5):
        await customer.write(f"pytanie {number}")
    messages = await customer.until(lambda found: sum(one["author"] == "ai" for one in found) == 5)
    replies = [one["text"] for one in messages if one["author"] == "ai"]
    assert [f"pytanie {number}" in reply for number, reply in enumerate(replies)] == [True] * 5


async def test_text_is_not_readable_in_the_store(http: httpx.AsyncClient, redis: Redis) -> None:
    customer = await Customer.begin(http)
    await customer.write("Nazywam się Brzęczyszczykiewicz")
    await customer.until(lambda found: len(found) == 2)
    for key in await redis.keys("*"):
        dumped = await redis.dump(key)
        assert "Brzęczyszczykiewicz".encode() not in (dumped or b"")


async def test_a_wrong_token_opens_nothing(http: httpx.AsyncClient) -> None:
    customer, other = await Customer.begin(http), await Customer.begin(http)
    intruder = Customer(http, customer.conversation, other.token)
    assert (await intruder.write("Dzień dobry")).status_code == 401
    assert (await intruder.read()).status_code == 401
    unknown = Customer(http, "c_000", other.token)
    assert (await unknown.read()).json() == (await intruder.read()).json()


async def test_an_unsigned_identity_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/conversations", json={"customer": "K-1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
async def test_an_empty_or_endless_message_is_refused_in_polish(http: httpx.AsyncClient, text: str) -> None:
    customer = await Customer.begin(http)
    answer = await customer.write(text)
    assert answer.status_code == 422
    assert "Wiadomość" in answer.json()["detail"]


async def test_deleting_erases_every_key_and_the_text(http: httpx.AsyncClient, redis: Redis) -> None:
    customer = await Customer.begin(http)
    await customer.write("człowiek, proszę")
    await customer.until(lambda found: len(found) == 2)
    assert (await http.delete(customer.path, headers=customer.headers)).status_code == 204
    assert (await customer.read()).status_code == 401
    left = [key for key in await redis.keys("*") if customer.conversation.encode() in key
            and not key.startswith(b"chat:budget:")]
    assert left == []
    assert await redis.zcard(keys.TICKETS) == 0


def test_a_message_survives_its_stored_form() -> None:
    message = Message("m_1", "ai", "Zażółć", 5, kind="reply", mode="quoted", citations=({"n": 1, "quote": "x"},))
    assert Message.load(message.dump()) == message


@pytest.mark.parametrize(("text", "state"), [("Tak, poproszę.", State.QUEUED), ("tak", State.QUEUED),
                                             ("Tak, ale ile trwa zwrot?", State.BOT), ("Nie", State.BOT)])
async def test_a_bare_yes_to_the_offered_human_calls_one(live: Service, text: str, state: State) -> None:
    meta = await offered(live)
    await live.conversations.post(meta, "yes", text)
    found = await live.records.meta(meta.id)
    assert found.state is state
    if state is State.QUEUED:
        ticket = await live.tickets.get(found.ticket)
        assert live.records.open(found, ticket.question) == "Ile trwa zwrot?"
        assert [one.text for one in await live.records.transcript(found)][-1] == text


async def test_words_for_a_human_are_heard_at_once_while_the_bot_is_busy_or_full(service: Service) -> None:
    busy = await begun(service)
    await service.conversations.post(busy, "1", "Ile trwa zwrot?")  # nobody answers: the runner doesn't run
    await service.conversations.post(await service.records.meta(busy.id), "2", "Chcę rozmawiać z konsultantem")
    assert (await service.records.meta(busy.id)).state is State.QUEUED
    service.conversations._limits = replace(service.conversations._limits, turns_waiting=0)
    late = await begun(service)
    with pytest.raises(Busy):
        await service.conversations.post(late, "1", "Ile trwa zwrot?")
    await service.conversations.post(late, "2", "Chcę rozmawiać z konsultantem")
    assert (await service.records.meta(late.id)).state is State.QUEUED


async def begun(service: Service) -> Meta:
    found = await service.conversations.begin(access.Identity(), "pl")
    return await service.records.meta(found.conversation)


async def offered(service: Service) -> Meta:
    meta = await begun(service)
    await service.conversations.post(meta, "1", "Ile trwa zwrot?")

    async def answered() -> bool:
        return len(await service.records.transcript(meta)) == 2

    await eventually(answered)
    answer = (await service.records.transcript(meta))[-1].id
    await service.conversations.rate(await service.records.meta(meta.id), answer, "down", "")
    meta = await service.records.meta(meta.id)
    assert meta.state is State.OFFERED
    return meta
