"""Streams that are cut, posts that are repeated, pages that vanish: no hole, no double, nothing left behind."""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from pathlib import Path

import httpx
from redis.asyncio import Redis

from chatbot import keys
from chatbot.errors import Conflict
from chatbot.staff import Account, Role
from ingestion.settings import Settings
from tests.chatbot import answerers
from tests.chatbot.cast import Customer, eventually
from tests.chatbot.conftest import QUICK
from tests.faults.scale import SCALE
from tests.faults.test_kills import Victim
from tests.flows.pages import Page
from tests.flows.serving import Served, serving
from tests.flows.test_parking import Long
from tests.flows.test_serve import free_port


async def test_every_cut_page_resumes_to_the_stored_transcript(served: Served, http: httpx.AsyncClient) -> None:
    chance = random.Random(4)
    cuts = 0
    while cuts < SCALE.cuts:
        customer = await Customer.begin(http)
        page = Page(http, f"{customer.path}/events", customer.headers).open()
        for number in range(10):
            await customer.write(f"pytanie {number}")
            await asyncio.sleep(chance.random() * 0.02)
            await page.cut()
            page.open()
            cuts += 1
        stored = await customer.until(lambda found: len(found) == 20)
        await page.until(lambda one, last=stored[-1]: one.data.get("message") == last["message"])  # type: ignore[misc]
        assert page.messages() == stored
        assert len({one.id for one in page.seen}) == len(page.seen)
        await page.cut()


async def test_agents_on_many_tickets_claim_each_once(served: Served) -> None:
    """Over HTTP, all agents racing down the same list."""
    desk = served.service
    customers = []
    async with httpx.AsyncClient(base_url=served.url) as http:
        for _ in range(SCALE.tickets):
            customer = await Customer.begin(http)
            assert (await customer.ask_for_a_human()).status_code == 200
            customers.append(customer)
    waiting = await desk.tickets.waiting()
    assert len(waiting) == SCALE.tickets
    agents = [Account(f"agent{number}", f"Agent {number}", Role.AGENT) for number in range(SCALE.agents)]

    async def work(agent: Account) -> list[str]:
        won = []
        for ticket in waiting:
            try:
                won.append((await desk.tickets.claim(ticket, agent)).id)
            except Conflict:
                continue
        return won

    won = await asyncio.gather(*(work(agent) for agent in agents))
    flat = [ticket for one in won for ticket in one]
    assert sorted(flat) == sorted(waiting)


async def test_a_model_that_hangs_slows_or_dies_always_ends_in_a_terminal_event(
    store_settings: Settings, redis: Redis
) -> None:
    for answerer in (answerers.hung, answerers.dying, answerers.silent, answerers.slow):
        async with serving(store_settings, answerer=answerer) as served, httpx.AsyncClient(base_url=served.url) as http:
            customer = await Customer.begin(http)
            page = Page(http, f"{customer.path}/events", customer.headers).open()
            await customer.write("Ile trwa zwrot?")
            done = await page.until(lambda one: one.type == "done")
            ended = done.data.get("message") or await page.until(lambda one: one.type == "state")
            assert ended, answerer.__name__
            await page.cut()


async def test_after_many_disconnects_no_generation_and_no_slot_is_left(store_settings: Settings, redis: Redis) -> None:
    """Nobody says goodbye: the pages are just gone, in the middle of an answer that would take a minute."""
    long, gone = Long(), []
    limits = replace(QUICK, turn_seconds=60, wait_seconds=600)
    async with serving(store_settings, answerer=long, limits=limits) as served, httpx.AsyncClient(
        base_url=served.url, limits=httpx.Limits(max_connections=None), timeout=30) as http:
        async def idle() -> bool:
            left = served.service.hub.streams + served.service.runner.running + long.running
            return left + await served.service.redis.xlen(keys.TURNS) == 0

        for _ in range(SCALE.disconnects // 40):
            customers = [await Customer.begin(http) for _ in range(40)]
            pages = [Page(http, f"{one.path}/events", one.headers).open() for one in customers]
            posted = await asyncio.gather(*(one.write("Ile trwa zwrot?") for one in customers))
            assert {one.status_code for one in posted} == {202}
            await asyncio.gather(*(page.cut() for page in pages))
            await eventually(idle)
            gone += customers
        assert long.begun > 0 and len(asyncio.all_tasks()) < 60, "tasks were left behind"
        served.service.answer_with(answerers.echo)
        for customer in gone[-40:]:
            await customer.until(lambda found: len(found) == 2)


async def test_idle_streams_cost_little_memory(tmp_path: Path) -> None:
    """At most 300 MB for 1,000 idle streams, of the service's process alone; and they are alive."""
    victim = Victim(tmp_path / "data", free_port())
    victim.start()
    try:
        await victim.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.port}", timeout=30,
                                     limits=httpx.Limits(max_connections=None)) as http:
            customers = [await Customer.begin(http) for _ in range(SCALE.idle_streams)]
            before = victim.resident_mb()
            pages = [Page(http, f"{one.path}/events", one.headers).open() for one in customers]

            async def open_() -> bool:
                shown = (await http.get("/metrics")).text
                return f"chat_event_streams {float(SCALE.idle_streams)}" in shown

            await eventually(open_)
            grown = victim.resident_mb() - before
            sys.stderr.write(f"{SCALE.idle_streams} idle streams: {grown:.0f} MB\n")
            assert grown < 0.3 * SCALE.idle_streams
            await customers[0].write("Ile trwa zwrot?")
            await pages[0].until(lambda one: one.type == "done")
            for page in pages:
                await page.cut()
    finally:
        victim.kill()


async def test_over_capacity_is_refused_fast_and_what_was_taken_is_answered(
    store_settings: Settings, redis: Redis
) -> None:
    limits = replace(QUICK, turns_waiting=10, turns_running=2, wait_seconds=60)
    loop = asyncio.get_running_loop()
    async with serving(store_settings, answerer=answerers.slow, limits=limits) as served, httpx.AsyncClient(
        base_url=served.url, limits=httpx.Limits(max_connections=None), timeout=30) as http:
        customers = [await Customer.begin(http) for _ in range(50)]

        async def write(customer: Customer) -> tuple[Customer, httpx.Response, float]:
            began = loop.time()
            answer = await customer.write("Ile trwa zwrot?")
            return customer, answer, loop.time() - began

        results = await asyncio.gather(*(write(one) for one in customers))
        assert {answer.status_code for _, answer, _ in results} == {202, 503}
        taken = [customer for customer, answer, _ in results if answer.status_code == 202]
        assert 10 <= len(taken) <= 14
        for _, answer, _ in results:
            if answer.status_code == 503:
                assert answer.json()["retry"] and answer.headers["Retry-After"]
        for customer in taken:
            await customer.until(lambda found: found[-1]["author"] == "ai")
