"""Random walks of the state machine on the real store: whatever customers, agents and late answers do at once, the bot
says nothing while a human has the conversation."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from chatbot import access, keys
from chatbot.answer import AnswerKind, Reason, Sentence
from chatbot.errors import ChatError
from chatbot.record import Meta
from chatbot.service import Service, build, now_ms
from chatbot.staff import Account, Role
from chatbot.states import HUMAN, State, allowed
from chatbot.turns import Claim, Job
from ingestion.settings import Settings
from tests.chatbot.answerers import finished
from tests.chatbot.conftest import COMPANY, QUICK
from tests.faults.scale import SCALE

STEPS = 25
AT_ONCE = 10
OLA = Account("ola", "Ola", Role.AGENT)


class Walk:
    """One conversation, and everything that can happen to it, in any order and concurrently."""

    def __init__(self, service: Service, meta: Meta, token: str, seed: int) -> None:
        self.service = service
        self.meta = meta
        self.token = token
        self.random = random.Random(seed)
        self.claims: list[Claim] = []
        self.count = 0

    async def go(self) -> None:
        for _ in range(STEPS):
            steps = self.random.sample(self.steps(), self.random.choice((1, 1, 2, 3)))
            results = await asyncio.gather(*(step() for step in steps), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException) and not isinstance(result, ChatError):
                    raise result

    def steps(self) -> list[Callable[[], Awaitable[object]]]:
        return [*[self.write, self.begin_turn, self.say, self.end] * 3, self.ask_for_a_human, self.end_in_a_ticket,
                self.give_up, self.claim, self.reply, self.give_back, self.close, self.leave, self.abandon,
                self.rate_down, self.decline, self.withdraw, self.pass_on, self.postpone, self.go_away, self.come_back]

    async def now(self) -> Meta:
        return await self.service.records.meta(self.meta.id)

    async def write(self) -> None:
        self.count += 1
        await self.service.conversations.post(await self.now(), str(self.count), f"pytanie {self.count}")

    async def ask_for_a_human(self) -> None:
        await self.service.conversations.hand_over(await self.now())

    async def begin_turn(self) -> None:
        """Claims whatever is being answered, also a turn that another claim is at work on."""
        meta = await self.now()
        if meta.busy:
            entries = await self.service.redis.xrange(keys.TURNS)
            for entry, fields in entries:
                if fields[b"m"].decode() == meta.busy:
                    claim = await self.service.turns.claim(Job(entry.decode(), meta.id, meta.busy, 0))
                    if claim is not None:
                        self.claims.append(claim)

    async def say(self) -> None:
        if self.claims:
            await self.service.turns.say(self.random.choice(self.claims), Sentence("Zdanie bota."))

    async def end(self) -> None:
        if self.claims:
            await self.service.turns.end(self.random.choice(self.claims), finished(AnswerKind.REPLY, "Odpowiedź bota."))

    async def end_in_a_ticket(self) -> None:
        if self.claims:
            answer = finished(AnswerKind.TICKET, "Przekazuję.", reasons=(Reason.WEAK_SUPPORT,), draft="Szkic")
            await self.service.turns.end(self.random.choice(self.claims), answer)

    async def give_up(self) -> None:
        if self.claims:
            await self.service.turns.give_up(self.random.choice(self.claims), Reason.MODEL_DOWN)

    async def claim(self) -> None:
        await self.service.tickets.claim((await self.now()).ticket, OLA)

    async def reply(self) -> None:
        self.count += 1
        await self.service.tickets.reply((await self.now()).ticket, OLA, f"r{self.count}", "Słowo człowieka.")

    async def give_back(self) -> None:
        await self.service.tickets.give_back((await self.now()).ticket, OLA, None)

    async def close(self) -> None:
        await self.service.tickets.close((await self.now()).ticket, OLA)

    async def leave(self) -> None:
        await self.service.tickets.requeue((await self.now()).ticket, by=OLA)

    async def rate_down(self) -> None:
        answers = [one.id for one in await self.service.records.transcript(await self.now()) if one.author == "ai"]
        if answers:
            await self.service.conversations.rate(await self.now(), answers[-1], "down", "")

    async def decline(self) -> None:
        await self.service.conversations.decline(await self.now())

    async def withdraw(self) -> None:
        await self.service.tickets.withdraw(await self.now())

    async def go_away(self) -> None:
        await self.service.turns.park(self.meta.id)

    async def come_back(self) -> None:
        await self.service.conversations.admitted(self.meta.id, self.token)

    async def pass_on(self) -> None:
        await self.service.redis.set(keys.present(OLA.user), 1)
        await self.service.tickets.pass_to((await self.now()).ticket, OLA, OLA)

    async def postpone(self) -> None:
        await self.service.tickets.postpone((await self.now()).ticket, OLA, now_ms() + 3_600_000)

    async def abandon(self) -> None:
        await self.service.tickets.abandon((await self.now()).ticket)


async def test_bot_never_speaks_in_a_human_state_whatever_happens(store_settings: Settings, redis: Redis) -> None:
    service = build(store_settings, COMPANY, redis, QUICK)
    seeds = list(range(SCALE.walks))
    spoken = moves = 0
    for start in range(0, len(seeds), AT_ONCE):
        batch = await asyncio.gather(*(_walk(service, seed) for seed in seeds[start:start + AT_ONCE]))
        spoken += sum(one[0] for one in batch)
        moves += sum(one[1] for one in batch)
        await redis.flushall()
    assert spoken > SCALE.walks / 2 and moves > SCALE.walks, "the walks must get somewhere"


async def _walk(service: Service, seed: int) -> tuple[int, int]:
    begun = await service.conversations.begin(access.Identity(), "pl")
    meta = await service.records.meta(begun.conversation)
    await Walk(service, meta, begun.token, seed).go()
    return await _check(service, meta, seed)


async def _check(service: Service, meta: Meta, seed: int) -> tuple[int, int]:
    """Reads the whole stream as a page would. Returns how often the bot spoke and how often the state moved."""
    state, spoken, moves, shown = State.BOT, 0, 0, []
    for _, fields in await service.redis.xrange(keys.events(meta.id)):
        type_, data = fields[b"t"].decode(), service.records.open_json(meta, fields[b"d"])
        if type_ == "state":
            target = State(data["state"])
            assert any(allowed(state, event) for event in _events_to(target)), f"seed {seed}: {state} → {target}"
            state, moves = target, moves + 1
        if type_ in ("token", "citations") or (type_ == "message" and data["author"] == "ai"):
            assert state not in HUMAN, f"seed {seed}: the bot spoke in {state}"
            spoken += 1
        if type_ == "message":
            shown.append(data["message"])
    final = await service.records.meta(meta.id)
    assert final.state is state, f"seed {seed}"
    assert bool(final.ticket) == (state in HUMAN), f"seed {seed}: ticket {final.ticket!r} in {state}"
    stored = [one.id for one in await service.records.transcript(meta)]
    assert shown == stored and len(set(stored)) == len(stored), f"seed {seed}: shown and stored differ"
    answered = [one.text for one in await service.records.transcript(meta) if one.author == "ai"]
    asked = [one for one in await service.records.transcript(meta) if one.author == "customer"]
    assert len(answered) <= len(asked), f"seed {seed}: more answers than questions"
    return spoken, moves


def _events_to(target: State) -> list:  # type: ignore[type-arg]
    from chatbot.states import MOVES

    return [row.event for row in MOVES if row.target is target]
