"""Turns: one answer at a time per conversation, claimed from a stream by any process, written once.

A claim raises the conversation's fence. Each sentence and the end of the turn are written only while the fence is
still the claim's and the bot may speak: what a slow, hung or replaced runner says is refused by the store itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chatbot import keys
from chatbot.answer import Answer, AnswerKind, Question, Reason, Sentence
from chatbot.commit import TRIES, Commands, Step, Store, commit
from chatbot.conversation import turn
from chatbot.errors import Busy, ChatError, NotFound
from chatbot.handoff import Case, Clock, Handoffs
from chatbot.limits import Limits
from chatbot.messages import AI, CUSTOMER, Message, new_id, shown
from chatbot.model.seam import Turn as Earlier
from chatbot.privacy.vault import Vault
from chatbot.record import Meta, Records
from chatbot.states import BOT_SPEAKS
from chatbot.topics import answered_in
from chatbot.trial import Trial, answered


@dataclass(frozen=True, slots=True)
class Job:
    """An entry of the turn stream."""

    entry: str
    conversation: str
    message: str
    at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A turn that is this process's to answer. ``meta`` is as of the claim, with its fence and turn."""

    job: Job
    meta: Meta
    question: Question
    text: str
    vault: Vault
    tries: int
    trial: Trial | None = None


class Stale(ChatError):
    """The turn isn't ours any more: handed over, deleted, or claimed again."""

    status = 409
    type = "stale"


class Turns:
    """Each method is one step of a turn's life in the store."""

    def __init__(self, records: Records, handoffs: Handoffs, limits: Limits, clock: Clock) -> None:
        self._records = records
        self._redis: Store = records.redis
        self._handoffs = handoffs
        self._limits = limits
        self._clock = clock

    async def claim(self, job: Job) -> Claim | None:
        """Take the turn, with what is needed to answer it. None where there is nothing to answer any more: then the
        job is removed. A turn that was begun before and not ended is dropped from the page first."""
        for _ in range(TRIES):
            try:
                meta = await self._records.meta(job.conversation)
            except NotFound:
                meta = None
            if meta is None or meta.busy != job.message or meta.parked or meta.state not in BOT_SPEAKS:
                await self.remove(job)
                return None
            if meta.turn and meta.job not in ("", job.entry):
                await self.remove(job)  # put aside and taken up again, it has another job, which runs
                return None
            attempt = f"{job.message}-{meta.fence + 1}"
            step = self._mine(meta).write("HSET", keys.conversation(meta.id), "fence", meta.fence + 1, "turn", attempt,
                                          "tries", meta.tries + 1, "job", job.entry)
            if meta.turn:
                step.add(self._records.event(meta, "done", {"turn": meta.turn}))
            if await commit(self._redis, step) is None:
                claimed = replace(meta, fence=meta.fence + 1, turn=attempt, tries=meta.tries + 1)
                return await self._with_question(job, claimed)
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def say(self, claim: Claim, sentence: Sentence) -> None:
        """One more sentence on the customer's page. Raises Stale."""
        step = self._mine(claim.meta).add(
            self._records.event(claim.meta, "token", {"turn": claim.meta.turn, "text": sentence.text}))
        if await commit(self._redis, step) is not None:
            raise Stale("stale")

    async def end(self, claim: Claim, answer: Answer) -> None:
        """The whole answer: message, citations, the vault, and either the next turn or the handover, in one step.
        Raises Stale."""
        meta = claim.meta
        cited = shown(answer.citations)
        message = Message(new_id("m"), AI, answer.text, self._clock(), kind=answer.kind.value,
                          mode=answer.mode.value if answer.mode else None, citations=cited)
        said: Commands = []
        if cited:
            said += self._records.event(meta, "citations", {"turn": meta.turn, "citations": list(cited)})
        said += self._records.say(meta, message)
        said += self._records.event(meta, "done", {"turn": meta.turn, "message": message.id})
        said.append(("SET", keys.vault(meta.id), self._records.seal(meta, claim.vault.dump()), "EX", keys.RETENTION))
        first = not any(one.author == AI for one in claim.question.history)
        said += answered(claim.trial, meta.id, answer, first)
        said.append(("HSET", keys.conversation(meta.id), "adapter", answer.adapter or "none"))
        said.append(("HINCRBY", keys.ADAPTER_COUNTS, f"{answer.adapter or 'none'} {answer.kind.value}", 1))
        if answer.kind is AnswerKind.TICKET:
            reasons = answer.verdict.reasons or (Reason.WEAK_SUPPORT,)
            case = Case(reasons[0], claim.text, reasons, answer.verdict.topic, answer.verdict.team, answer.draft,
                        shown(answer.draft_citations))
            await self._hand_over(claim, case, said)
        else:
            await self._go_on(claim, said)

    async def park(self, conversation: str) -> bool:
        """The customer is gone: the turn that runs or waits is put aside, its work stops. It is answered when they are
        back (`chatbot.conversation`). False where there is nothing to put aside."""
        for _ in range(TRIES):
            try:
                meta = await self._records.meta(conversation)
            except NotFound:
                return False
            if not meta.busy or meta.parked or meta.state not in BOT_SPEAKS:
                return False
            step = self._mine(meta).write("HSET", keys.conversation(meta.id), "parked", 1, "turn", "", "tries", 0,
                                          "fence", meta.fence + 1).write("PUBLISH", keys.WAKE, f"!{meta.id}")
            if meta.turn:
                step.add(self._records.event(meta, "done", {"turn": meta.turn}))
            if await commit(self._redis, step) is None:
                return True
        raise Busy("try_again", retry_after=self._limits.retry_after)

    async def give_up(self, claim: Claim, reason: Reason) -> None:
        """No answer came: the customer is told so and gets a human. Raises Stale."""
        await self._hand_over(claim, Case(reason, claim.text), [])

    async def remove(self, job: Job) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(keys.TURNS, keys.ANSWERERS, job.entry)
            pipe.xdel(keys.TURNS, job.entry)
            await pipe.execute()

    async def remove_if_over(self, job: Job) -> None:
        """After a turn was stopped: its job goes, unless it is still to be answered (by whoever holds it now)."""
        try:
            meta = await self._records.meta(job.conversation)
            over = meta.parked or meta.busy != job.message
        except NotFound:
            over = True
        if over:
            await self.remove(job)

    async def _hand_over(self, claim: Claim, case: Case, said: Commands) -> None:
        # The turn's `done` is among ``said``; without an answer, silence() ends it.
        meta = replace(claim.meta, turn="") if said else claim.meta
        commands, _ = await self._handoffs.hand_over(meta, case, told=bool(said))
        step = self._mine(claim.meta).add(said).add(commands).add(self._removal(claim.job))
        if await commit(self._redis, step) is not None:
            raise Stale("stale")

    async def _go_on(self, claim: Claim, said: Commands) -> None:
        key = keys.conversation(claim.meta.id)
        for _ in range(TRIES):
            waiting = await self._redis.lrange(keys.pending(claim.meta.id), 0, -1)
            step = self._mine(claim.meta).length(keys.pending(claim.meta.id), len(waiting)).add(said)
            following = waiting[0].decode() if waiting else ""
            step.write("HSET", key, "busy", following, "turn", "", "tries", 0)
            if following:
                step.write("LPOP", keys.pending(claim.meta.id))
                step.add(turn(claim.meta.id, following, self._clock()))
            step.add(self._removal(claim.job))
            failed = await commit(self._redis, step)
            if failed is None:
                return
            if failed != "length":
                raise Stale("stale")
        raise Busy("try_again", retry_after=self._limits.retry_after)

    def _mine(self, meta: Meta) -> Step:
        """The checks of every write of a turn."""
        key = keys.conversation(meta.id)
        return (Step().field(key, "fence", meta.fence).field(key, "busy", meta.busy)
                .field(key, "state", *sorted(BOT_SPEAKS)))

    def _removal(self, job: Job) -> Commands:
        return [("XACK", keys.TURNS, keys.ANSWERERS, job.entry), ("XDEL", keys.TURNS, job.entry)]

    async def _with_question(self, job: Job, meta: Meta) -> Claim:
        # What was said since the question waits behind it: at most what may wait. A human's words may be more.
        newest = self._limits.history + 2 * self._limits.turns_pending
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.lrange(keys.messages(meta.id), -newest, -1)
            pipe.lrange(keys.pending(meta.id), 0, -1)
            pipe.get(keys.vault(meta.id))
            pipe.hgetall(keys.TRIAL)
            said, pending, sealed, tried = await pipe.execute()
        messages = [Message.load(self._records.open(meta, one)) for one in said]
        if all(one.id != job.message for one in messages):
            messages = await self._records.transcript(meta)
        asked = next(one for one in messages if one.id == job.message)
        waiting = {one.decode() for one in pending}
        history = [one for one in messages if one.id not in waiting and one.id != job.message]
        trial = Trial.of(tried)
        question = Question(
            text=asked.text, as_of=meta.contract_date or self._handoffs.today(),
            as_of_stated=meta.contract_date is not None,
            history=tuple(Earlier(one.author, one.text) for one in history[-self._limits.history:]),
            language=answered_in(asked.text, meta.language), adapter=trial.adapter(meta.id) if trial else None,
        )
        assert asked.author == CUSTOMER
        return Claim(job, meta, question, asked.text, Vault.load(self._records.open(meta, sealed) if sealed else None),
                     meta.tries, trial)
