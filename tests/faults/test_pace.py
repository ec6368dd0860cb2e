"""The service's own cost, over an answerer that takes no time: from a question to its first sentence on the page."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx

from tests.chatbot.cast import Customer
from tests.faults.naps import quantile
from tests.faults.scale import SCALE, WHOLE
from tests.faults.victim import Victim
from tests.flows.pages import Page
from tests.flows.test_serve import free_port

GOAL_SECONDS = 0.050
"""The issue's figure, for two idle cores."""
LOST_SECONDS = 5.0
"""In `make test`, where other programs have the cores, a wait says only whether a wake-up was lost (it would cost up to
a heartbeat, 15 s). There the cost is held to the goal as processor time, to which nobody else can add."""



async def test_the_first_sentence_comes_at_once(tmp_path: Path) -> None:
    victim = Victim(tmp_path / "data", free_port())
    victim.start()
    try:
        await victim.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.port}", timeout=10,
                                     limits=httpx.Limits(max_connections=None)) as http:
            before = victim.processor_seconds()
            waits = await _converse(http)
            cost = (victim.processor_seconds() - before) / len(waits)
    finally:
        victim.kill()
    p50, p95 = (1000 * quantile(waits, share) for share in (0.5, 0.95))
    sys.stderr.write(f"first sentence, {len(waits)} conversations: p50 {p50:.1f} ms, p95 {p95:.1f} ms; "
                     f"{cost * 1000:.1f} ms of processor time each\n")
    assert cost < GOAL_SECONDS
    assert p95 < 1000 * (GOAL_SECONDS if SCALE is WHOLE else LOST_SECONDS)


async def _converse(http: httpx.AsyncClient) -> list[float]:
    pace = 1 / SCALE.conversations_per_second
    tasks = []
    for _ in range(int(SCALE.load_seconds * SCALE.conversations_per_second)):
        tasks.append(asyncio.create_task(_one(http)))
        await asyncio.sleep(pace)
    return list(await asyncio.gather(*tasks))


async def _one(http: httpx.AsyncClient) -> float:
    loop = asyncio.get_running_loop()
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    await asyncio.sleep(0.2)
    began = loop.time()
    await customer.write("Ile trwa zwrot?")
    await page.until(lambda one: one.type == "token")
    took = loop.time() - began
    await page.cut()
    return took
