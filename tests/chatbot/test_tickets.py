"""The human queue: one winner, leases, notes that stay inside, corrections, opening hours."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from chatbot import access, keys
from chatbot.answer import Reason
from chatbot.errors import ChatError, ClientIdReused, Conflict, Forbidden
from chatbot.handoff import Case, rank
from chatbot.record import Meta
from chatbot.service import Service, build
from chatbot.staff import Account, Role
from chatbot.states import State
from tests.chatbot.cast import eventually
from tests.chatbot.conftest import CLOSED, QUICK

OLA = Account("ola", "Ola", Role.AGENT)
JAN = Account("jan", "Jan", Role.AGENT)
ADA = Account("ada", "Ada", Role.ADMIN)


async def waiting(service: Service, text: str = "Ile trwa zwrot?") -> tuple[Meta, str]:
    """A customer who has asked for a human, and their ticket."""
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    await service.conversations.post(meta, "first", text)
    await service.conversations.hand_over(await service.records.meta(meta.id))
    meta = await service.records.meta(meta.id)
    return meta, meta.ticket


async def state(service: Service, meta: Meta) -> State:
    return (await service.records.meta(meta.id)).state


async def in_state(service: Service, meta: Meta, wished: State) -> bool:
    return await state(service, meta) is wished


async def said_last(service: Service, meta: Meta, author: str, words: str) -> bool:
    last = (await service.records.transcript(meta))[-1]
    return last.author == author and words in last.text


async def test_fifty_agents_and_one_ticket_have_one_winner(service: Service) -> None:
    _, ticket = await waiting(service)
    agents = [Account(f"agent{number}", f"Agent {number}", Role.AGENT) for number in range(50)]
    results = await asyncio.gather(*(service.tickets.claim(ticket, one) for one in agents), return_exceptions=True)
    winners = [one for one in results if not isinstance(one, BaseException)]
    assert len(winners) == 1
    assert all(isinstance(one, Conflict) for one in results if isinstance(one, BaseException))


async def test_claiming_ones_own_ticket_again_is_harmless(service: Service) -> None:
    _, ticket = await waiting(service)
    first, second = await service.tickets.claim(ticket, OLA), await service.tickets.claim(ticket, OLA)
    assert first.claimed_at == second.claimed_at


async def test_only_the_holder_or_an_admin_may_reply(service: Service) -> None:
    _, ticket = await waiting(service)
    with pytest.raises(Conflict):
        await service.tickets.reply(ticket, OLA, "1", "Dzień dobry")
    await service.tickets.claim(ticket, OLA)
    with pytest.raises(Forbidden):
        await service.tickets.reply(ticket, JAN, "1", "Dzień dobry")
    assert await service.tickets.reply(ticket, ADA, "1", "Dzień dobry")


async def test_a_repeated_reply_reaches_the_customer_once(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    sent = await asyncio.gather(*(service.tickets.reply(ticket, OLA, "same", "Dzień dobry") for _ in range(20)))
    assert len(set(sent)) == 1
    with pytest.raises(ClientIdReused):
        await service.tickets.reply(ticket, OLA, "same", "Do widzenia")
    assert [one.text for one in await service.records.transcript(meta) if one.author == "human"] == ["Dzień dobry"]


async def test_notes_stay_inside(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.tickets.note(ticket, OLA, "Klient dzwonił wczoraj.")
    detail = await service.tickets.detail(await service.tickets.get(ticket))
    assert [(one["by"], one["text"]) for one in detail["notes"]] == [("Ola", "Klient dzwonił wczoraj.")]
    assert "dzwonił" not in json.dumps([one.shown() for one in await service.records.transcript(meta)])
    sealed = await service.redis.xrange(keys.events(meta.id))
    assert not any("dzwonił" in service.records.open(meta, fields[b"d"]) for _, fields in sealed)


async def test_bot_stays_silent_while_a_human_has_the_conversation(live: Service) -> None:
    meta, ticket = await waiting(live)
    await live.tickets.claim(ticket, OLA)
    await live.conversations.post(await live.records.meta(meta.id), "second", "Halo?")
    await live.tickets.reply(ticket, OLA, "1", "Dzień dobry")
    await live.conversations.post(await live.records.meta(meta.id), "third", "A ile kosztuje zwrot?")
    await asyncio.sleep(0.3)
    authors = [one.author for one in await live.records.transcript(meta)]
    assert authors[authors.index("human"):] == ["human", "customer"]
    assert authors.count("ai") <= 1  # only what was said before the handover


async def test_what_the_agent_sends_is_kept_beside_the_bots_draft(live: Service) -> None:
    begun = await live.conversations.begin(access.Identity(), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "draft: ile trwa zwrot?")
    await eventually(lambda: in_state(live, meta, State.QUEUED))
    ticket = (await live.records.meta(meta.id)).ticket
    detail = await live.tickets.detail(await live.tickets.get(ticket))
    assert detail["suggestion"]["text"] == "Zwrot trwa 14 dni [1]"
    assert detail["suggestion"]["citations"][0]["clause"] == "§ 5 ust. 1"
    await live.tickets.claim(ticket, OLA)
    await live.tickets.reply(ticket, OLA, "1", "Zwrot trwa 14 dni od odbioru.")
    await live.tickets.reply(ticket, OLA, "2", "Czy coś jeszcze?")
    sealed = await live.redis.hget(keys.correction(ticket), "data")
    kept = live.records.open_json(meta, sealed)
    assert kept["sent"] == "Zwrot trwa 14 dni od odbioru."
    assert kept["draft"] == "Zwrot trwa 14 dni [1]"
    assert kept["reasons"] == ["weak_support"]
    assert kept["citations"][0]["quote"] == "Zwrot trwa 14 dni."


async def test_a_ticket_returns_to_the_queue_when_its_agent_goes_away(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    await service.redis.hset(keys.ticket(ticket), "lease", 1)
    await service.keeper.round()
    assert (await service.tickets.get(ticket)).state == "queued"
    assert await state(service, meta) is State.QUEUED
    assert (await service.tickets.claim(ticket, JAN)).claimed_by == "jan"


async def test_a_present_agents_lease_is_renewed(service: Service) -> None:
    _, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    await service.redis.hset(keys.ticket(ticket), "lease", 1)
    await service.redis.set(keys.present("ola"), 1)
    await service.keeper.round()
    found = await service.tickets.get(ticket)
    assert found.claimed_by == "ola" and found.lease > 1


async def test_closing_wakes_the_bot_only_when_the_customer_writes_again(live: Service) -> None:
    meta, ticket = await waiting(live)
    await live.tickets.claim(ticket, OLA)
    await live.tickets.close(ticket, OLA)
    assert await state(live, meta) is State.CLOSED
    with pytest.raises(Conflict):
        await live.tickets.close(ticket, OLA)
    await live.conversations.post(await live.records.meta(meta.id), "again", "Jeszcze jedno")
    await eventually(lambda: said_last(live, meta, "ai", "Jeszcze jedno"))
    assert await state(live, meta) is State.BOT


async def test_outside_the_hours_the_customer_learns_when_humans_are_back(service: Service) -> None:
    closed = build(service.settings, CLOSED, service.redis, QUICK, clock=lambda: 1_795_348_800_000)  # Sunday
    meta, ticket = await waiting(closed)
    assert await state(closed, meta) is State.OFF_HOURS
    events = [(fields[b"t"], closed.records.open_json(meta, fields[b"d"]))
              for _, fields in await closed.redis.xrange(keys.events(meta.id))]
    said = next(data for type_, data in events if type_ == b"state")
    assert "w poniedziałek" in said["text"] and "08:00" in said["text"]
    queue = next(data for type_, data in events if type_ == b"queue")
    assert queue["opens_at"].startswith("2026-11-23T08:00")
    monday = build(service.settings, CLOSED, service.redis, QUICK, clock=lambda: 1_795_348_800_000 + 24 * 3_600_000)
    await monday.keeper.round()
    assert await state(monday, meta) is State.QUEUED
    assert (await monday.tickets.get(ticket)).state == "queued"


async def test_a_customer_who_left_for_a_day_is_taken_off_the_queue(service: Service) -> None:
    meta, _ = await waiting(service)
    await service.redis.hset(keys.ticket((await service.records.meta(meta.id)).ticket), "created", 1)
    await service.keeper.round()
    assert await state(service, meta) is State.ABANDONED
    assert await service.tickets.waiting() == []


async def test_those_who_wait_are_told_that_they_moved_up(service: Service) -> None:
    first, ticket = await waiting(service)
    second, _ = await waiting(service)
    await service.keeper.round()
    await service.tickets.claim(ticket, OLA)
    await service.keeper.round()
    places = [service.records.open_json(second, fields[b"d"])["position"]
              for _, fields in await service.redis.xrange(keys.events(second.id)) if fields[b"t"] == b"queue"]
    assert places == [2, 1]
    assert first.id != second.id


def test_an_upset_customer_passes_a_few_but_starves_nobody() -> None:
    calm = Case(Reason.WEAK_SUPPORT)
    upset = replace(calm, reasons=(Reason.MOOD,))
    minute = 60_000
    assert rank(10 * minute, upset) < rank(0, calm)
    assert rank(16 * minute, upset) > rank(0, calm)


async def test_a_thumb_down_offers_a_human_and_calls_none(live: Service) -> None:
    begun = await live.conversations.begin(access.Identity(), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Ile trwa zwrot?")
    await eventually(lambda: said_last(live, meta, "ai", "Odpowiedź"))
    answer = (await live.records.transcript(meta))[-1].id
    await live.conversations.rate(await live.records.meta(meta.id), answer, "down", "")
    assert await state(live, meta) is State.OFFERED
    assert await live.tickets.waiting() == []
    with pytest.raises(ChatError):
        await live.conversations.rate(await live.records.meta(meta.id), "m_unknown", "up", "")


async def test_a_ticket_is_passed_to_another_team(service: Service) -> None:
    _, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    await service.tickets.requeue(ticket, by=OLA, team="complaints")
    assert (await service.tickets.get(ticket)).team == "complaints"
    assert await service.tickets.waiting() == [ticket]
