"""A customer who goes away while an answer is being made: the work stops, and is taken up when they are back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest

from chatbot import access, keys
from chatbot.answer import Answer, Question, Sentence
from chatbot.privacy.vault import Vault
from chatbot.service import Service
from tests.chatbot import answerers
from tests.chatbot.cast import Customer, eventually
from tests.flows.pages import Page
from tests.flows.serving import Served


class Long:
    """An answer that takes a minute, and counts how many are being made."""

    def __init__(self) -> None:
        self.begun = self.running = 0

    async def __call__(self, question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
        self.begun += 1
        self.running += 1
        try:
            yield Sentence("Pierwsze zdanie.")
            await asyncio.sleep(60)
        finally:
            self.running -= 1


async def test_an_answer_nobody_waits_for_is_put_aside_and_given_on_return(
    served: Served, http: httpx.AsyncClient
) -> None:
    long = Long()
    served.service.answer_with(long)
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    await customer.write("Ile trwa zwrot?")
    await page.until(lambda one: one.type == "token")
    await page.cut()
    await eventually(lambda: _idle(served.service, long))
    served.service.answer_with(answerers.echo)
    page.open()
    await page.until(lambda one: one.type == "message" and one.data["author"] == "ai")
    stored = await customer.until(lambda found: len(found) == 2)
    assert page.messages() == stored
    assert any(one.type == "done" for one in page.seen), "the first attempt's sentence was taken back"
    await page.cut()


async def test_a_second_page_or_a_reload_keeps_the_answer_going(served: Served, http: httpx.AsyncClient) -> None:
    long = Long()
    served.service.answer_with(long)
    customer = await Customer.begin(http)
    pages = [Page(http, f"{customer.path}/events", customer.headers).open() for _ in range(2)]
    await customer.write("Ile trwa zwrot?")
    for page in pages:
        await page.until(lambda one: one.type == "token")
    await pages[0].cut()
    await asyncio.sleep(served.service.limits.disconnect_seconds + 0.8)
    assert (long.begun, long.running) == (1, 1)
    await pages[1].cut()
    pages[1].open()
    await asyncio.sleep(served.service.limits.disconnect_seconds + 0.8)
    assert (long.begun, long.running) == (1, 1)
    await pages[1].cut()


async def test_a_page_at_another_process_keeps_the_answer_going(served: Served, http: httpx.AsyncClient) -> None:
    hub = served.service.hub
    asked: list[str] = []

    async def gone(name: str) -> None:
        asked.append(name)

    hub.on_gone = gone
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    await eventually(lambda: _reading(served.service))
    async with served.service.redis.pubsub() as other:
        await other.subscribe(keys.WAKE)
        await page.cut()
        async with asyncio.timeout(5):
            while True:
                heard = await other.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if heard and heard["data"] == f"?{customer.conversation}".encode():
                    break
        await served.service.redis.publish(keys.WAKE, f"+{customer.conversation}")
        await asyncio.sleep(0.8)
    assert asked == []


@pytest.mark.parametrize("asks", ["read", "ask_for_a_human"])
async def test_whatever_a_customer_does_next_wakes_what_was_put_aside(
    served: Served, asks: str
) -> None:
    live = served.service
    live.answer_with(Long())
    begun = await live.conversations.begin(access.Identity(), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Ile trwa zwrot?")
    await eventually(lambda: _parked(live, meta.id))
    live.answer_with(answerers.echo)
    admitted = await live.conversations.admitted(meta.id, begun.token)
    assert not admitted.parked
    if asks == "read":
        await eventually(lambda: _answered(live, meta.id))
    else:
        await live.conversations.hand_over(admitted)
        await asyncio.sleep(0.3)
        assert (await live.records.meta(meta.id)).state in ("queued", "bot")


async def _idle(service: Service, long: Long) -> bool:
    return long.running + service.runner.running + await service.redis.xlen(keys.TURNS) == 0


async def _reading(service: Service) -> bool:
    return service.hub.streams == 1


async def _parked(service: Service, conversation: str) -> bool:
    return await service.turns.park(conversation)


async def _answered(service: Service, conversation: str) -> bool:
    meta = await service.records.meta(conversation)
    return [one.author for one in await service.records.transcript(meta)] == ["customer", "ai"]
