"""The customer's side, over HTTP in process and on a real Valkey."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from redis.asyncio import Redis

from chatbot import keys
from chatbot.messages import Message
from chatbot.service import Service
from tests.chatbot.cast import Customer


async def test_a_question_is_answered_with_its_citations(http: httpx.AsyncClient, live: Service) -> None:
    customer = await Customer.begin(http)
    await customer.write("Ile trwa zwrot?")
    messages = await customer.until(lambda found: len(found) == 2)
    assert [one["author"] for one in messages] == ["customer", "ai"]
    assert messages[1]["citations"][0]["clause"] == "§ 5 ust. 1"
    assert messages[1]["mode"] == "quoted"


async def test_a_hundred_concurrent_posts_of_one_client_id_are_one_message(http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    answers = await asyncio.gather(*(customer.write("Dzień dobry", "the-same") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["message"] for answer in answers}) == 1
    messages = await customer.until(lambda found: len(found) == 2)
    assert [one["text"] for one in messages if one["author"] == "customer"] == ["Dzień dobry"]


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
