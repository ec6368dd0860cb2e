"""At five times its capacity the service answers as much as before, refuses the rest fast, and stays small."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.chatbot.cast import Customer
from tests.faults.naps import TRIES, Naps, quantile
from tests.faults.scale import SCALE
from tests.faults.service import CAPACITY
from tests.faults.victim import Victim
from tests.flows.test_serve import free_port

TIMES = 5
CUSTOMERS = 250
"""So many that none has a question waiting when its turn to ask comes again."""
GOODPUT = 0.9
"""Of the peak: the issue's figure."""
REFUSAL_SECONDS = 0.1
"""The issue's figure."""
REFUSAL_WAKES = 3
"""Service, store and client."""
GROWTH_MB = 200
STOP_SECONDS = 30


@dataclass
class Run:
    """One rate for a while. ``goodput``: answers a second. """

    goodput: float = 0.0
    refusals: list[float] = field(default_factory=list)
    naps: Naps = field(default_factory=Naps)
    statuses: dict[int, int] = field(default_factory=dict)
    resident: float = 0.0


@pytest.mark.timeout(300)
async def test_five_times_the_capacity_costs_no_goodput_and_refusals_are_fast(tmp_path: Path) -> None:
    victim = Victim(tmp_path / "data", free_port(), plan="capacity")
    victim.start()
    try:
        await victim.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.port}", timeout=30,
                                     limits=httpx.Limits(max_connections=None)) as http:
            customers = [await Customer.begin(http) for _ in range(CUSTOMERS)]
            turns = itertools.cycle(customers)
            before = victim.resident_mb()
            for _ in range(TRIES):
                peak = max([await _offer(victim, http, turns, share * CAPACITY) for share in (1.0, 1.5)],
                           key=lambda run: run.goodput)
                over = await _offer(victim, http, turns, TIMES * CAPACITY)
                if over.goodput >= GOODPUT * peak.goodput and _refused_in(over) < REFUSAL_SECONDS:
                    break
            stopping = asyncio.create_task(_offer(victim, http, turns, CAPACITY, until_gone=True))
            await asyncio.sleep(0.3)
            assert victim.process is not None
            victim.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert await asyncio.to_thread(victim.process.wait, STOP_SECONDS) == 0
            stopped = time.monotonic() - began
            await stopping
    finally:
        if victim.process is not None and victim.process.poll() is None:
            victim.kill()
    refused = _refused_in(over)
    grown = over.resident - before
    sys.stderr.write(f"capacity {CAPACITY:g}/s: goodput {peak.goodput:.1f}/s at its peak, {over.goodput:.1f}/s at "
                     f"{TIMES}x; {len(over.refusals)} refusals, p99 {refused * 1000:.0f} ms (the client woke "
                     f"{quantile(over.naps.late, 0.99) * 1000:.0f} ms late); {grown:.0f} MB grown; {over.statuses}; "
                     f"stopped in {stopped:.1f} s\n")
    assert set(over.statuses) <= {202, 429, 503} and set(peak.statuses) <= {202, 429, 503}
    assert len(over.refusals) > 0, "it was never over its capacity"
    assert over.goodput >= GOODPUT * peak.goodput
    assert refused < REFUSAL_SECONDS
    assert grown < GROWTH_MB


def _refused_in(run: Run) -> float:
    return run.naps.off(run.refusals, 0.99, REFUSAL_WAKES)


async def _offer(
    victim: Victim, http: httpx.AsyncClient, turns: itertools.cycle[Customer], rate: float, *, until_gone: bool = False
) -> Run:
    """Questions at a steady rate, answered or not: an open loop, as customers are."""
    run, loop = Run(), asyncio.get_running_loop()
    answered, began = 0.0 if until_gone else await _answered(http), loop.time()
    asking = []
    async with run.naps.taken():
        for number in range(int(SCALE.load_seconds * rate)):
            asking.append(asyncio.create_task(_ask(next(turns), run, ignore=until_gone)))
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - loop.time()))
            run.resident = max(run.resident, victim.resident_mb() if number % 50 == 0 and not until_gone else 0.0)
    if not until_gone:
        run.goodput = (await _answered(http) - answered) / (loop.time() - began)
    await asyncio.gather(*asking)
    return run


async def _ask(customer: Customer, run: Run, *, ignore: bool) -> None:
    began = time.monotonic()
    try:
        answer = await customer.write("Ile trwa zwrot?")
    except httpx.HTTPError:
        if not ignore:
            raise
        return
    run.statuses[answer.status_code] = run.statuses.get(answer.status_code, 0) + 1
    if answer.status_code != 202:
        run.refusals.append(time.monotonic() - began)
        assert answer.headers["Retry-After"] and answer.json()["retry"], answer.text


async def _answered(http: httpx.AsyncClient) -> float:
    lines = (await http.get("/metrics")).text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith('chat_turns_total{outcome="reply"}'))
