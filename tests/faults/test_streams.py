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
from ingestion.settings import Settings
from tests.chatbot import answerers
from tests.chatbot.cast import Customer, eventually
from tests.chatbot.conftest import QUICK
from tests.faults.scale import SCALE
from tests.faults.victim import Victim
from tests.flows.pages import Page
from tests.flows.serving import Served, serving
from tests.flows.test_parking import Long
from tests.flows.test_serve import free_port

OPENING_SECONDS = 60.0
"""For so many pages to be open: what is measured is memory, not how busy the machine is."""


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


async def test_a_hundred_posts_of_one_client_id_at_once_are_one_message(http: httpx.AsyncClient) -> None:
    """From as many connections, while the page is open."""
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    answers = await asyncio.gather(*(customer.write("Dzień dobry", "the-same") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["message"] for answer in answers}) == 1
    assert (await customer.write("Do widzenia", "the-same")).status_code == 422
    stored = await customer.until(lambda found: len(found) == 2)
    await page.until(lambda one: one.data.get("message") == stored[-1]["message"])
    assert page.messages() == stored and [one["author"] for one in stored] == ["customer", "ai"]
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

            await eventually(open_, OPENING_SECONDS)
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
