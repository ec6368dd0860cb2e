"""However an answerer behaves, a turn ends once, in order, and only while the bot may speak."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx
import pytest
from redis.asyncio import Redis

from chatbot import access, keys
from chatbot.answer import AnswerKind, Question, Sentence
from chatbot.errors import ChatError
from chatbot.record import Meta
from chatbot.runner import Answerer
from chatbot.service import Service, build, running
from chatbot.turns import Job, Stale
from ingestion.settings import Settings
from tests.chatbot import answerers
from tests.chatbot.cast import Customer, eventually
from tests.chatbot.conftest import COMPANY, QUICK


@pytest.mark.parametrize("answerer", [answerers.hung, answerers.dying, answerers.silent], ids=lambda one: one.__name__)
async def test_a_turn_that_fails_ends_with_a_human(live: Service, http: httpx.AsyncClient, answerer: Answerer) -> None:
    live.answer_with(answerer)
    customer = await Customer.begin(http)
    await customer.write("Ile trwa zwrot?")

    async def queued() -> bool:
        return await customer.state() == "queued"

    await eventually(queued)
    [ticket] = (await live.desk.tickets()).tickets
    assert ticket["reason"] == "model_down"
    assert ticket["question"] == "Ile trwa zwrot?"
    assert await live.redis.xlen(keys.TURNS) == 0


async def test_bot_stays_silent_once_a_human_is_called_while_it_speaks(live: Service, http: httpx.AsyncClient) -> None:
    live.answer_with(answerers.slow)
    customer = await Customer.begin(http)
    await customer.write("Ile trwa zwrot?")

    async def speaks() -> bool:
        return "token" in [one async for one in _types(live, customer)]

    await eventually(speaks)
    await customer.ask_for_a_human()
    await asyncio.sleep(0.8)
    types = [one async for one in _types(live, customer)]
    after = types[types.index("state"):]
    assert "token" not in after and "message" not in after
    assert [one["author"] for one in (await customer.read()).json()["messages"]] == ["customer"]
    assert live.runner.running == 0


async def test_a_turn_that_was_claimed_again_is_written_once(service: Service, redis: Redis) -> None:
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    message = await service.conversations.post(meta, "1", "Ile trwa zwrot?")
    job = Job((await redis.xrange(keys.TURNS))[0][0].decode(), meta.id, message, 0)
    first = await service.turns.claim(job)
    assert first is not None
    await service.turns.say(first, Sentence("Pierwsza próba."))
    second = await service.turns.claim(job)
    assert second is not None
    with pytest.raises(Stale):
        await service.turns.say(first, Sentence("Spóźnione zdanie."))
    await service.turns.end(second, answerers.finished(AnswerKind.REPLY, "Odpowiedź [1]"))
    with pytest.raises(Stale):
        await service.turns.end(first, answerers.finished(AnswerKind.REPLY, "Spóźniona odpowiedź [1]"))
    texts = [one.text for one in await service.records.transcript(meta)]
    assert texts == ["Ile trwa zwrot?", "Odpowiedź [1]"]
    assert await service.turns.claim(job) is None


async def test_a_turn_put_aside_while_it_waited_is_answered_by_one_job(service: Service, redis: Redis) -> None:
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    message = await service.conversations.post(meta, "1", "Ile trwa zwrot?")
    assert await service.turns.park(meta.id)
    await service.conversations.admitted(meta.id, begun.token)
    first, second = [Job(entry.decode(), meta.id, message, 0) for entry, _ in await redis.xrange(keys.TURNS)]
    claim = await service.turns.claim(first)
    assert claim is not None
    assert await service.turns.claim(second) is None
    await service.turns.end(claim, answerers.finished(AnswerKind.REPLY, "Odpowiedź [1]"))
    assert [one.text for one in await service.records.transcript(meta)] == ["Ile trwa zwrot?", "Odpowiedź [1]"]
    assert await redis.xlen(keys.TURNS) == 0


async def test_the_drafts_of_an_abandoned_attempt_are_taken_off_the_page(service: Service, redis: Redis) -> None:
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    message = await service.conversations.post(meta, "1", "Ile trwa zwrot?")
    job = Job((await redis.xrange(keys.TURNS))[0][0].decode(), meta.id, message, 0)
    first = await service.turns.claim(job)
    second = await service.turns.claim(job)
    assert first is not None and second is not None
    events = [(event.type, event.data) async for event in _now(service, meta.id)]
    assert events[-1] == ("done", {"turn": first.meta.turn})
    assert first.meta.turn != second.meta.turn


async def test_a_killed_process_leaves_its_turn_to_the_next(settings: Settings, redis: Redis) -> None:
    dead = build(settings, COMPANY, redis, QUICK)
    begun = await dead.conversations.begin(access.Identity(), "pl")
    meta = await dead.records.meta(begun.conversation)
    message = await dead.conversations.post(meta, "1", "Ile trwa zwrot?")
    await redis.xgroup_create(keys.TURNS, keys.ANSWERERS, id="0")
    [[_, [(entry, _)]]] = await redis.xreadgroup(keys.ANSWERERS, "dead", {keys.TURNS: ">"})
    assert await dead.turns.claim(Job(entry.decode(), meta.id, message, dead.runner.clock())) is not None
    alive = build(settings, COMPANY, redis, QUICK)
    alive.answer_with(answerers.echo)
    async with running(alive):
        await eventually(lambda: _has(alive, meta, 2))
    assert [one.author for one in await alive.records.transcript(meta)] == ["customer", "ai"]


async def test_a_full_queue_refuses_politely_and_still_calls_a_human(
    settings: Settings, redis: Redis, service: Service
) -> None:
    for number in range(QUICK.turns_waiting):
        await redis.xadd(keys.TURNS, {"c": "elsewhere", "m": str(number), "at": 0})
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    with pytest.raises(ChatError) as refused:
        await service.conversations.post(meta, "1", "Ile trwa zwrot?")
    assert refused.value.status == 503 and refused.value.retry_after
    assert await service.records.transcript(meta) == []
    assert (await service.conversations.hand_over(meta)).value == "queued"


async def test_a_question_is_as_of_the_signed_contract(live: Service) -> None:
    asked: list[Question] = []

    async def noting(question: Question, vault: object):  # type: ignore[no-untyped-def]
        asked.append(question)
        yield answerers.finished(AnswerKind.REPLY, "Tak [1]")

    live.answer_with(noting)
    begun = await live.conversations.begin(access.Identity("K-1", date(2024, 3, 1)), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Pierwsze")
    await live.conversations.post(meta, "2", "Drugie")
    await eventually(lambda: _has(live, meta, 4))
    assert [(one.as_of, one.as_of_stated) for one in asked] == [(date(2024, 3, 1), True)] * 2
    assert [one.text for one in asked[1].history] == ["Pierwsze", "Tak [1]"]


async def _has(service: Service, meta: Meta, messages: int) -> bool:
    return len(await service.records.transcript(meta)) == messages


async def _types(service: Service, customer: Customer):  # type: ignore[no-untyped-def]
    async for event in _now(service, customer.conversation):
        yield event.type


async def _now(service: Service, conversation: str):  # type: ignore[no-untyped-def]
    """The events there are at this moment."""
    meta = await service.records.meta(conversation)
    count = await service.redis.xlen(keys.events(conversation))
    events = service.hub.follow(keys.events(conversation), conversation, None,
                                lambda sealed: service.records.open(meta, sealed))
    for _ in range(count):
        event = await anext(events)
        assert event is not None
        yield event
    await events.aclose()


