"""The human queue: one winner, leases, notes that stay inside, corrections, opening hours."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from chatbot import access, corrections, keys, priority
from chatbot.answer import Reason
from chatbot.errors import BadInput, ChatError, ClientIdReused, Conflict, Forbidden
from chatbot.record import Meta
from chatbot.service import Service, build
from chatbot.staff import Account, Role
from chatbot.states import State
from ingestion.company import Topic
from tests.chatbot.cast import eventually
from tests.chatbot.conftest import COMPANY, QUICK

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
    detail = await service.desk.detail(await service.tickets.get(ticket))
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
    detail = await live.desk.detail(await live.tickets.get(ticket))
    assert detail["suggestion"]["text"] == "Zwrot trwa 14 dni [1]"
    assert detail["suggestion"]["citations"][0]["clause"] == "§ 5 ust. 1"
    await live.tickets.claim(ticket, OLA)
    await live.tickets.reply(ticket, OLA, "1", "Zwrot trwa 14 dni od odbioru.")
    await live.tickets.reply(ticket, OLA, "2", "Czy coś jeszcze?")
    [kept] = [one async for one in corrections.read(live.records)]
    assert kept.sent == ("Zwrot trwa 14 dni od odbioru.", "Czy coś jeszcze?")
    assert (kept.draft, kept.draft_was) == ("Zwrot trwa 14 dni [1]", corrections.HELD_BACK)
    assert kept.best == "Zwrot trwa 14 dni od odbioru."
    assert kept.reasons == ("weak_support",) and kept.question == "draft: ile trwa zwrot?"
    assert kept.citations[0]["quote"] == "Zwrot trwa 14 dni."
    assert kept.consent == "not_asked" and kept.by == "ola"


async def test_a_correction_carries_the_customers_consent_as_it_is_now_and_goes_with_the_conversation(
    live: Service,
) -> None:
    meta, ticket = await waiting(live)
    await live.tickets.claim(ticket, OLA)
    await live.tickets.reply(ticket, OLA, "1", "Dzień dobry!")
    await live.tickets.reply(ticket, OLA, "2", "Tak.", from_suggestion=True)
    for training, consent in ((True, "given"), (False, "refused")):
        await live.conversations.consent(await live.records.meta(meta.id), training=training)
        [kept] = [one async for one in corrections.read(live.records)]
        assert kept.consent == consent and kept.best == "Tak."
    await live.erasure.conversation(await live.records.meta(meta.id))
    assert [one async for one in corrections.read(live.records)] == []


async def test_an_answer_that_did_not_help_is_kept_as_what_was_corrected(live: Service) -> None:
    begun = await live.conversations.begin(access.Identity(), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Ile trwa zwrot?")
    await eventually(lambda: said_last(live, meta, "ai", "Odpowiedź"))
    await live.conversations.hand_over(await live.records.meta(meta.id))
    ticket = (await live.records.meta(meta.id)).ticket
    await live.tickets.claim(ticket, OLA)
    await live.tickets.reply(ticket, OLA, "1", "Trwa do 14 dni.")
    [kept] = [one async for one in corrections.read(live.records)]
    assert kept.draft_was == corrections.SENT and kept.draft.startswith("Odpowiedź na")


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


def test_an_upset_customer_passes_a_few_but_starves_nobody() -> None:
    upset = priority.boost((Reason.WEAK_SUPPORT, Reason.MOOD), None)
    minute = priority.MINUTE
    assert priority.rank(10 * minute, upset) < priority.rank(0, 0)
    assert priority.rank(16 * minute, upset) > priority.rank(0, 0)


def test_a_topic_and_a_promise_set_a_ticket_forward_and_never_back() -> None:
    urgent = Topic(name="safety", title={}, boost_minutes=30)
    minute = priority.MINUTE
    assert priority.boost((Reason.TOPIC_POLICY,), urgent) == 40
    assert priority.rank(60 * minute, 0, promised=75 * minute) == 45 * minute
    assert priority.rank(60 * minute, 0, promised=600 * minute) == 60 * minute


async def test_mood_topic_and_promise_are_read_from_the_question_when_a_button_hands_over(service: Service) -> None:
    topic = Topic(name="money", title={"pl": "Pieniądze"}, team="sales", words=("zwrot",), promise_minutes=45)
    company = COMPANY.model_copy(update={"topics": (topic,)})
    clock = int(datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)
    desk = build(service.settings, company, service.redis, QUICK, clock=lambda: clock)
    calm, first = await waiting(desk, "Gdzie jest sklep?")
    angry, second = await waiting(desk, "TO SKANDAL! GDZIE MÓJ ZWROT")
    ticket = await desk.tickets.get(second)
    assert (ticket.topic, ticket.team, ticket.language) == ("money", "sales", "pl")
    assert Reason.MOOD in ticket.reasons and ticket.promised == clock + 45 * priority.MINUTE
    assert await desk.tickets.waiting() == [second, first]
    events = [desk.records.open_json(angry, fields[b"d"]) for _, fields in await desk.redis.xrange(
        keys.events(angry.id)) if fields[b"t"] == b"state"]
    assert "najpóźniej dziś o 13:45" in events[-1]["text"]
    [row, _] = (await desk.desk.tickets()).tickets
    assert row["topic_title"] == {"pl": "Pieniądze"} and row["position"] == 1
    assert calm.id != angry.id


async def test_the_next_to_be_claimed_is_listed_however_many_are_in_hand(service: Service) -> None:
    held = [(await waiting(service))[1] for _ in range(3)]
    for ticket in held[:2]:
        await service.tickets.claim(ticket, JAN)
    await service.tickets.claim(held[2], OLA)
    queue = [(await waiting(service))[1] for _ in range(3)]
    listed = await service.desk.tickets("ola", limit=1)
    assert [one["ticket"] for one in listed.tickets] == [held[2], held[0], queue[0]]
    assert listed.counts == {"waiting": 3, "mine": 1, "others": 2}
    assert listed.tickets[2]["position"] == 1 and listed.tickets[2]["expected_wait_minutes"] > 0


async def test_an_agent_sees_which_of_their_customers_awaits_a_reply(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    await service.tickets.reply(ticket, OLA, "1", "Dzień dobry")
    assert [one["unanswered"] for one in (await service.desk.tickets("ola")).tickets] == [False]
    await service.conversations.post(await service.records.meta(meta.id), "2", "Jest tam kto?")
    assert [one["unanswered"] for one in (await service.desk.tickets("ola")).tickets] == [True]


async def test_a_ticket_is_passed_to_a_colleague_who_is_there(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    with pytest.raises(Conflict, match="Jan"):
        await service.tickets.pass_to(ticket, OLA, JAN)
    await service.redis.set(keys.present("jan"), 1)
    await service.tickets.pass_to(ticket, OLA, JAN)
    assert await state(service, meta) is State.AGENT
    with pytest.raises(Forbidden):
        await service.tickets.reply(ticket, OLA, "1", "Jeszcze ja")
    await service.tickets.reply(ticket, JAN, "2", "Dzień dobry, tu Jan.")


async def test_a_promised_time_orders_the_queue_and_is_told_to_the_customer(service: Service) -> None:
    now = service.tickets._clock()
    hour = 60 * priority.MINUTE
    meta, later = await waiting(service)
    _, other = await waiting(service)
    for promised in (now - hour, now + 99 * 24 * hour):
        await service.tickets.claim(later, OLA)
        with pytest.raises(BadInput):
            await service.tickets.postpone(later, OLA, promised)
    await service.tickets.postpone(later, OLA, now + 4 * hour)
    assert await state(service, meta) is State.QUEUED
    assert await service.tickets.waiting() == [other, later]
    await service.redis.hset(keys.conversation(meta.id), "state_at", 1)
    await service.redis.hset(keys.ticket(later), "created", 1)
    await service.keeper.round()
    assert await state(service, meta) is State.QUEUED, "nobody is taken to have left before the promised time"


async def test_a_customer_may_decline_a_human_or_stop_waiting(live: Service) -> None:
    meta, ticket = await waiting(live)
    await live.tickets.withdraw(await live.records.meta(meta.id))
    assert await state(live, meta) is State.BOT and await live.tickets.waiting() == []
    assert (await live.tickets.get(ticket)).state == "closed"
    with pytest.raises(Conflict):
        await live.tickets.withdraw(await live.records.meta(meta.id))
    with pytest.raises(Conflict):
        await live.conversations.decline(await live.records.meta(meta.id))


async def test_a_ticket_that_cannot_be_read_hides_no_other(service: Service) -> None:
    erased, _ = await waiting(service)
    _, other = await waiting(service)
    service.records.destroy_key(erased.owner)
    assert [one["ticket"] for one in (await service.desk.tickets()).tickets] == [other]


async def test_the_console_is_told_of_an_erased_ticket(service: Service) -> None:
    meta, ticket = await waiting(service)
    await service.erasure.conversation(meta)
    newest = await service.redis.xrevrange(keys.DESK_EVENTS, count=1)
    assert json.loads(newest[0][1][b"d"]) == {"ticket": ticket, "state": "erased"}


async def test_a_thumb_down_offers_a_human_and_calls_none(live: Service) -> None:
    begun = await live.conversations.begin(access.Identity(), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Ile trwa zwrot?")
    await eventually(lambda: said_last(live, meta, "ai", "Odpowiedź"))
    answer = (await live.records.transcript(meta))[-1].id
    await live.conversations.rate(await live.records.meta(meta.id), answer, "down", "")
    assert await state(live, meta) is State.OFFERED
    assert await live.tickets.waiting() == []
    await live.conversations.decline(await live.records.meta(meta.id))
    assert await state(live, meta) is State.BOT
    with pytest.raises(ChatError):
        await live.conversations.rate(await live.records.meta(meta.id), "m_unknown", "up", "")


async def test_a_ticket_is_passed_to_another_team(service: Service) -> None:
    _, ticket = await waiting(service)
    await service.tickets.claim(ticket, OLA)
    await service.tickets.requeue(ticket, by=OLA, team="complaints")
    assert (await service.tickets.get(ticket)).team == "complaints"
    assert await service.tickets.waiting() == [ticket]
