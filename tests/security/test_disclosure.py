"""Whoever writes is told that an AI answers before the first word, and each message says whose it is."""

from __future__ import annotations

import httpx
import pytest

from chatbot.messages import AI, CUSTOMER, HUMAN, Message
from tests.chatbot.cast import Customer
from tests.flows.pages import Page
from tests.flows.serving import Served
from tests.security.matrix import sign_in


@pytest.mark.parametrize(("language", "greeting", "disclosure"), [
    ("pl", "asystentem AI", "Rozmawiasz z asystentem AI"), ("en", "AI assistant", "AI assistant")])
async def test_the_widget_is_told_to_disclose_before_there_is_a_conversation(
    served: Served, language: str, greeting: str, disclosure: str
) -> None:
    async with httpx.AsyncClient(base_url=served.url) as http:
        told = (await http.get(f"/api/v1/widget?language={language}")).json()
    assert greeting in told["greeting"] and disclosure in told["disclosure"]


async def test_every_message_says_who_wrote_it_and_the_machines_own_are_marked(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url) as http, httpx.AsyncClient(base_url=served.url) as staff:
        customer = await Customer.begin(http)
        page = Page(http, f"{customer.path}/events", customer.headers).open()
        await customer.write("Ile trwa zwrot?")
        await page.until(lambda event: event.type == "done")
        await customer.ask_for_a_human()
        told = await page.until(lambda event: event.type == "state" and event.data["state"] == "queued")
        assert "konsultant" in told.data["text"].lower(), "the handover is announced"
        await sign_in(staff, "agent")
        ticket = (await served.service.records.meta(customer.conversation)).ticket
        assert (await staff.post(f"/api/v1/agent/tickets/{ticket}/claim")).status_code == 200
        joined = await page.until(lambda event: event.type == "state" and event.data["state"] == "agent")
        assert joined.data["name"] in joined.data["text"], "and so is the human, by name"
        await staff.post(f"/api/v1/agent/tickets/{ticket}/reply", json={"client_id": "1", "text": "Dzień dobry"})
        await page.until(lambda event: event.type == "message" and event.data["author"] == HUMAN)
        await page.cut()
        stored = (await customer.read()).json()["messages"]
    for messages in (page.messages(), stored):
        assert [one["author"] for one in messages] == [CUSTOMER, AI, HUMAN]
        assert [one.get("ai_generated") for one in messages] == [None, True, None]


def test_the_mark_is_made_from_the_author_and_can_not_be_stored_otherwise() -> None:
    human = Message("m", HUMAN, "Dzień dobry", 1)
    forged = human.dump().replace("}", ', "ai_generated": true}')
    assert "ai_generated" not in Message.load(forged).shown()
    assert Message.load(Message("m", AI, "x", 1).dump()).shown()["ai_generated"] is True
