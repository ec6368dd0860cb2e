"""The keeper's rounds: who waits outside the hours, who left, who moved up; one bad ticket holds up no other."""

from __future__ import annotations

from datetime import UTC, datetime, time
from unittest.mock import AsyncMock

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from chatbot import keys, priority
from chatbot.service import Service, build
from chatbot.states import State
from ingestion.company import Hours, Span
from tests.chatbot.conftest import CLOSED, COMPANY, QUICK
from tests.chatbot.test_tickets import OLA, state, waiting

FRIDAY = int(datetime(2026, 11, 20, 16, 30, tzinfo=UTC).timestamp() * 1000)
HOUR = 60 * priority.MINUTE
WEEK = COMPANY.model_copy(update={"hours": Hours(week={day: Span(opens=time(8), closes=time(18)) for day in (
    "mon", "tue", "wed", "thu", "fri")})})


async def test_outside_the_hours_the_customer_learns_when_humans_are_back(service: Service) -> None:
    closed = build(service.settings, CLOSED, service.redis, QUICK, clock=lambda: 1_795_348_800_000)  # Sunday
    meta, ticket = await waiting(closed)
    assert await state(closed, meta) is State.OFF_HOURS
    events = [
        (fields[b"t"], closed.records.open_json(meta, fields[b"d"]))
        for _, fields in await closed.redis.xrange(keys.events(meta.id))
    ]
    said = next(data for type_, data in events if type_ == b"state")
    assert "Wracamy jutro o 8:00." in said["text"]
    queue = next(data for type_, data in events if type_ == b"queue")
    assert queue["opens_at"].startswith("2026-11-23T08:00")
    monday = build(service.settings, CLOSED, service.redis, QUICK, clock=lambda: 1_795_348_800_000 + 24 * 3_600_000)
    await monday.keeper.round()
    assert await state(monday, meta) is State.QUEUED
    assert (await monday.tickets.get(ticket)).state == "queued"


async def test_a_customer_who_left_for_a_day_is_taken_off_the_queue(service: Service) -> None:
    meta, _ = await waiting(service)
    await service.redis.hset(keys.ticket((await service.records.meta(meta.id)).ticket), "created", 1)
    await service.redis.hset(keys.conversation(meta.id), "state_at", 1)
    await service.keeper.round()
    assert await state(service, meta) is State.ABANDONED
    assert await service.tickets.waiting() == []


async def test_those_who_wait_are_told_that_they_moved_up(service: Service) -> None:
    first, ticket = await waiting(service)
    second, _ = await waiting(service)
    await service.keeper.round()
    await service.tickets.claim(ticket, OLA)
    await service.keeper.round()
    places = [
        service.records.open_json(second, fields[b"d"])["position"]
        for _, fields in await service.redis.xrange(keys.events(second.id))
        if fields[b"t"] == b"queue"
    ]
    assert places == [2, 1]
    assert first.id != second.id


async def test_nobody_is_taken_to_have_left_while_the_doors_are_closed(service: Service) -> None:
    closed = build(service.settings, CLOSED, service.redis, QUICK, clock=lambda: 1_795_348_800_000)  # Sunday
    meta, ticket = await waiting(closed)
    await service.redis.hset(keys.ticket(ticket), "created", 1)
    await service.redis.hset(keys.conversation(meta.id), "state_at", 1)
    await closed.keeper.round()
    assert await state(closed, meta) is State.OFF_HOURS


async def test_a_weekend_takes_nobody_off_the_queue(service: Service) -> None:
    now = FRIDAY
    desk = build(service.settings, WEEK, service.redis, QUICK, clock=lambda: now)
    meta, _ = await waiting(desk)
    assert await state(desk, meta) is State.QUEUED
    now += 63 * HOUR  # Monday, half an hour after the doors have opened
    await desk.keeper.round()
    assert await state(desk, meta) is State.QUEUED
    now += 4 * HOUR
    await desk.keeper.round()
    assert await state(desk, meta) is State.ABANDONED


async def test_those_who_wait_when_the_doors_close_are_told_when_humans_are_back(service: Service) -> None:
    now = FRIDAY
    desk = build(service.settings, WEEK, service.redis, QUICK, clock=lambda: now)
    meta, _ = await waiting(desk)
    await desk.keeper.round()
    now += HOUR  # 18:30 in Warsaw
    for _ in range(2):
        await desk.keeper.round()
    told = [
        desk.records.open_json(meta, fields[b"d"])
        for _, fields in await desk.redis.xrange(keys.events(meta.id))
        if fields[b"t"] == b"queue"
    ]
    assert [one.get("opens_at", "")[:16] for one in told] == ["", "2026-11-23T08:00"]


async def test_a_round_that_was_broken_off_looks_at_all_of_them_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = FRIDAY + 2 * HOUR
    desk = build(service.settings, WEEK, service.redis, QUICK, clock=lambda: now)
    meta, _ = await waiting(desk)
    await desk.keeper.round()
    assert await state(desk, meta) is State.OFF_HOURS
    now += 62 * HOUR
    with monkeypatch.context() as patch, pytest.raises(RedisConnectionError):
        patch.setattr(desk.tickets, "get", AsyncMock(side_effect=RedisConnectionError("gone")))
        await desk.keeper.round()
    await desk.keeper.round()
    assert await state(desk, meta) is State.QUEUED


async def test_a_ticket_that_cannot_be_moved_holds_up_no_other(service: Service) -> None:
    odd, first = await waiting(service)
    other, second = await waiting(service)
    for ticket in (first, second):
        await service.tickets.claim(ticket, OLA)
        await service.redis.hset(keys.ticket(ticket), "lease", 1)
    await service.redis.hset(keys.conversation(odd.id), "state", State.BOT)  # as no step of ours leaves it
    await service.redis.delete(keys.present("ola"))
    await service.keeper.round()
    assert await state(service, other) is State.QUEUED
