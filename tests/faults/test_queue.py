"""Many agents at one queue, over HTTP: each ticket is claimed once, and none is left."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
from argon2 import PasswordHasher

from chatbot.api.depends import COOKIE
from chatbot.limits import Limits
from chatbot.service import now_ms
from chatbot.staff import Role, Staff
from ingestion.settings import Settings
from ingestion.store import connect_async
from tests.chatbot.cast import PASSWORD, Customer
from tests.faults.scale import SCALE
from tests.faults.victim import Victim
from tests.flows.test_serve import free_port

AT_ONCE = 20
"""Customers who come at the same time."""
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Fifty sign-ins are not what is tried here."""


async def test_agents_on_many_tickets_claim_each_once(tmp_path: Path) -> None:
    """All race down the same list, read it again, and go on until nobody waits."""
    victim = Victim(tmp_path / "data", free_port())
    victim.start()
    try:
        await victim.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{victim.port}", timeout=60,
                                     limits=httpx.Limits(max_connections=None)) as http:
            tickets = await _queue(http)
            began = time.monotonic()
            answers = await asyncio.gather(*(_work(http, headers) for headers in await _agents(victim)))
            took = time.monotonic() - began
    finally:
        victim.kill()
    won = [ticket for one in answers for ticket in one[0]]
    tried = sum((one[1] for one in answers), Counter[int]())
    winners = sum(bool(one[0]) for one in answers)
    sys.stderr.write(f"{SCALE.agents} agents, {tickets} tickets: {len(won)} claims won by {winners} of them, "
                     f"{tried[409]} lost, in {took:.0f} s\n")
    assert len(won) == len(set(won)) == tickets
    assert set(tried) <= {200, 409} and tried[409] > tickets, "there was no race"


async def _queue(http: httpx.AsyncClient) -> int:
    """So many customers wait for a human."""
    coming = asyncio.Semaphore(AT_ONCE)

    async def come() -> None:
        async with coming:
            customer = await Customer.begin(http)
            assert (await customer.ask_for_a_human()).status_code == 200

    await asyncio.gather(*(come() for _ in range(SCALE.tickets)))
    return SCALE.tickets


async def _agents(victim: Victim) -> list[dict[str, str]]:
    """The headers of so many signed-in agents."""
    found = []
    async with connect_async(Settings(data_dir=victim.data_dir)) as redis:
        staff = Staff(redis, Limits(), now_ms)
        staff._hasher = CHEAP
        for number in range(SCALE.agents):
            await staff.add(f"agent{number}", f"Agent {number}", Role.AGENT, PASSWORD)
            token, session = await staff.sign_in(f"agent{number}", PASSWORD, "127.0.0.1")
            found.append({"Cookie": f"{COOKIE}={token}", "X-CSRF-Token": session.csrf})
    return found


async def _work(http: httpx.AsyncClient, headers: dict[str, str]) -> tuple[list[str], Counter[int]]:
    """The tickets that one agent won, and how often each answer came."""
    won: list[str] = []
    answers: Counter[int] = Counter()
    while True:
        listed = await http.get("/api/v1/agent/tickets", headers=headers)
        assert listed.status_code == 200, listed.text
        waiting = [one["ticket"] for one in listed.json()["tickets"] if one["state"] == "queued"]
        if not waiting:
            return won, answers
        for ticket in waiting:
            answer = await http.post(f"/api/v1/agent/tickets/{ticket}/claim", headers=headers)
            answers[answer.status_code] += 1
            if answer.status_code == 200:
                won.append(ticket)
