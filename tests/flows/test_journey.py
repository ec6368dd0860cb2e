"""The whole journey over HTTP: ask, a streamed cited answer, a human, and back."""

from __future__ import annotations

import asyncio

import httpx

from tests.chatbot.cast import PASSWORD, Customer
from tests.flows.pages import Page, Seen
from tests.flows.serving import Served


class Agent:
    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url)

    async def sign_in(self, user: str = "agent") -> Agent:
        answer = await self.http.post("/api/v1/staff/session", json={"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return self

    async def tickets(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await self.http.get("/api/v1/agent/tickets")).json()["tickets"]
        return found

    async def act(self, ticket: object, move: str, **body: object) -> httpx.Response:
        return await self.http.post(f"/api/v1/agent/tickets/{ticket}/{move}", json=body)


def state(name: str) -> object:
    def holds(event: Seen) -> bool:
        return event.type == "state" and event.data["state"] == name

    return holds


async def test_from_a_question_to_a_human_and_back(served: Served, http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    other_tab = Page(http, f"{customer.path}/events", customer.headers).open()

    await customer.write("Ile trwa zwrot?")
    done = await page.until(lambda one: one.type == "done")
    types = [one.type for one in page.seen]
    assert types == ["message", "token", "token", "citations", "message", "done"]
    assert page.seen[3].data["citations"][0]["quote"] == "Zwrot trwa 14 dni."
    assert page.messages()[1]["message"] == done.data["message"]

    await customer.ask_for_a_human()
    queued = await page.until(state("queued"))
    assert queued.data["reason"] == "customer_asked"
    assert "konsultant" in queued.data["text"].lower()
    place = await page.until(lambda one: one.type == "queue")
    assert place.data["position"] == 1
    await customer.write("Halo?")

    agent = await Agent(served.url).sign_in()
    desk = Page(agent.http, "/api/v1/agent/tickets/events", {}).open()
    [ticket] = await agent.tickets()
    assert ticket["question"] == "Ile trwa zwrot?"
    assert (await agent.act(ticket["ticket"], "claim")).status_code == 200
    await desk.until(lambda one: one.type == "ticket" and one.data["state"] == "claimed")
    assert (await agent.act(ticket["ticket"], "transfer", team="nie ma takiego")).status_code == 422
    joined = await page.until(state("agent"))
    assert joined.data["name"] == "Ola"
    assert (await agent.act(ticket["ticket"], "reply", client_id="r1", text="Dzień dobry, 14 dni.")).status_code == 202
    said = await page.until(lambda one: one.type == "message" and one.data["author"] == "human")
    assert said.data["name"] == "Ola"

    await agent.act(ticket["ticket"], "return")
    await page.until(state("returned"))
    await customer.write("Dziękuję, a jak zwrócić?")
    await page.until(lambda one: one.type == "message" and "jak zwrócić" in one.data["text"]
                     and one.data["author"] == "ai")
    await other_tab.until(lambda one: one.type == "message" and "jak zwrócić" in one.data["text"]
                          and one.data["author"] == "ai")
    assert [one["text"] for one in other_tab.messages()] == [one["text"] for one in page.messages()]
    assert page.messages() == (await customer.read()).json()["messages"]
    for one in (page, other_tab, desk):
        await one.cut()
    await agent.http.aclose()


async def test_a_cut_page_resumes_without_a_hole_or_a_double(http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    for number in range(10):
        await customer.write(f"pytanie {number}")
        await page.cut()
        page.open()
    await customer.until(lambda found: len(found) == 20)
    await page.until(lambda one: one.type == "message" and one.data["author"] == "ai" and "nie 9" in one.data["text"])
    assert page.messages() == (await customer.read()).json()["messages"]
    assert len({one.id for one in page.seen}) == len(page.seen)
    await page.cut()


async def test_a_place_that_is_gone_is_told_as_a_gap(http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    await customer.write("Dzień dobry")
    page = Page(http, f"{customer.path}/events", customer.headers, last="99999999999999-0").open()
    await page.until(lambda one: one.type == "gap")
    await page.until(lambda one: one.type == "message" and one.data["author"] == "ai")
    await page.cut()


async def test_a_closed_page_leaves_nothing_behind(served: Served, http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    pages = [Page(http, f"{customer.path}/events", customer.headers).open() for _ in range(5)]
    await customer.write("Dzień dobry")
    for page in pages:
        await page.until(lambda one: one.type == "done")
    assert served.service.hub.streams == 5
    for page in pages:
        await page.cut()
    for _ in range(200):
        if served.service.hub.streams == 0:
            break
        await asyncio.sleep(0.02)
    assert served.service.hub.streams == 0
