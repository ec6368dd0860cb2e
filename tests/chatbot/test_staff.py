"""Sign-in, sessions, roles and what guards them."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from chatbot import keys
from chatbot.api.agents import events
from chatbot.handoff import told_desk
from chatbot.service import Service
from chatbot.staff import Role
from tests.chatbot.cast import PASSWORD, Customer

SESSION = "/api/v1/staff/session"


@pytest.fixture
async def agent(live: Service, http: httpx.AsyncClient) -> httpx.AsyncClient:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    answer = await http.post(SESSION, json={"user": "ola", "password": PASSWORD})
    assert answer.status_code == 200
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return http


async def test_the_cookie_is_out_of_scripts_and_other_sites_reach(live: Service, http: httpx.AsyncClient) -> None:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    cookie = (await http.post(SESSION, json={"user": "ola", "password": PASSWORD})).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie


async def test_a_wrong_password_and_an_unknown_user_look_the_same(live: Service, http: httpx.AsyncClient) -> None:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    wrong = await http.post(SESSION, json={"user": "ola", "password": "nie to"})
    unknown = await http.post(SESSION, json={"user": "nikt", "password": "nie to"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_guessing_is_stopped(live: Service, http: httpx.AsyncClient) -> None:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    codes = [(await http.post(SESSION, json={"user": "ola", "password": "x"})).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    right = await http.post(SESSION, json={"user": "ola", "password": PASSWORD})
    assert right.status_code == 429 and int(right.headers["Retry-After"]) > 0


async def test_a_write_without_the_csrf_token_is_refused(agent: httpx.AsyncClient) -> None:
    del agent.headers["X-CSRF-Token"]
    answer = await agent.post("/api/v1/agent/tickets/t_1/claim")
    assert answer.status_code == 403


async def test_an_agent_is_no_admin(agent: httpx.AsyncClient) -> None:
    assert (await agent.get("/api/v1/agent/tickets")).status_code == 200
    assert (await agent.get("/api/v1/admin/audit")).status_code == 403


async def test_a_revoked_session_ends_at_once(live: Service, agent: httpx.AsyncClient) -> None:
    assert (await agent.get(SESSION)).json()["name"] == "Ola"
    await live.staff.revoke("ola")
    assert (await agent.get(SESSION)).status_code == 401


async def test_a_consoles_events_end_with_its_session(live: Service) -> None:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    _, session = await live.staff.sign_in("ola", PASSWORD, "address")
    answer = await events(session, live)
    pieces = answer.body_iterator
    await anext(pieces)
    await live.redis.delete(keys.present("ola"))
    await live.staff.remove("ola")
    for command in told_desk("t_1", "queued", 1):
        await live.redis.execute_command(*command)
    assert [one async for one in pieces] == []
    await live.redis.delete(keys.present("ola"))
    await asyncio.sleep(3 * live.limits.keeper_seconds)
    assert not await live.redis.exists(keys.present("ola")), "whoever may not sign in is not there"


async def test_an_account_without_a_name_or_with_an_endless_password_is_refused(
    live: Service, agent: httpx.AsyncClient
) -> None:
    await live.staff.add("ola", "Ola", Role.ADMIN, PASSWORD)
    signed_in = await agent.post(SESSION, json={"user": "ola", "password": PASSWORD})
    agent.headers["X-CSRF-Token"] = signed_in.json()["csrf"]
    for name, password, told in (("", PASSWORD, "za krótki"), ("Jan", "x" * 1001, "za długi")):
        body = {"user": "jan", "name": name, "password": password}
        answer = await agent.post("/api/v1/admin/accounts", json=body)
        assert answer.status_code == 422 and told in answer.json()["detail"]


async def test_signing_out_ends_the_session(live: Service, agent: httpx.AsyncClient) -> None:
    cookies = dict(agent.cookies)
    assert (await agent.delete(SESSION)).status_code == 204
    agent.cookies.update(cookies)
    assert (await agent.get(SESSION)).status_code == 401
    assert [one.action for one in await live.audit.read(1)] == ["sign_out"]


async def test_passwords_are_kept_as_argon2id_alone(live: Service) -> None:
    await live.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    kept = await live.redis.hget("chat:staff:ola", "password")
    assert kept.startswith(b"$argon2id$")


async def test_who_did_what_is_in_a_chain_that_shows_a_change(live: Service, agent: httpx.AsyncClient) -> None:
    await live.audit.note("ola", "ticket.read", "t_1")
    await live.audit.note("ola", "ticket.claim", "t_1")
    entries = await live.audit.read()
    assert [one.action for one in entries] == ["ticket.claim", "ticket.read", "sign_in"]
    assert await live.audit.broken_at() is None
    second = (await live.redis.xrange("chat:audit"))[1][0]
    await live.redis.xdel("chat:audit", second)
    assert await live.audit.broken_at() == 2


async def test_a_forged_chain_does_not_fit_its_anchors(live: Service) -> None:
    await live.audit.note("ola", "ticket.read", "t_1")
    await live.audit.anchor()
    assert await live.audit.broken_at() is None
    await live.redis.delete("chat:audit", "chat:audit:head")
    assert await live.audit.broken_at() == 1, "a trail that is gone"
    await live.audit.note("ola", "ticket.claim", "t_2")
    assert await live.audit.broken_at() == 1, "a trail made anew"


async def test_every_look_at_a_ticket_is_in_the_trail_and_no_word_of_it(live: Service, agent: httpx.AsyncClient,
                                                                       http: httpx.AsyncClient) -> None:
    customer = await Customer.begin(http)
    await customer.write("człowiek, nazywam się Brzęczyszczykiewicz")
    await customer.until(lambda found: len(found) >= 2)
    for _ in range(3):
        (ticket,) = (await agent.get("/api/v1/agent/tickets")).json()["tickets"]
    name = ticket["ticket"]
    await agent.get(f"/api/v1/agent/tickets/{name}")
    await agent.post(f"/api/v1/agent/tickets/{name}/claim")
    await agent.post(f"/api/v1/agent/tickets/{name}/note", json={"text": "Pani Brzęczyszczykiewicz dzwoniła"})
    await agent.post(f"/api/v1/agent/tickets/{name}/reply", json={"client_id": "1", "text": "Już sprawdzam."})
    entries = [one for one in reversed(await live.audit.read()) if one.subject == name]
    assert [one.action for one in entries] == ["ticket.listed", "ticket.read", "ticket.claim", "ticket.note",
                                               "ticket.reply"]
    assert "Brzęcz" not in str(await live.audit.read())
