"""The breaker round the model: nobody waits for one that is down, and a slow one is told from a dead one."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import date

import pytest

from chatbot import texts, thresholds
from chatbot.answer import Answer, AnswerKind, Question
from chatbot.answering import Parts, answer
from chatbot.model.breaker import PATIENCE, WARM_UP, Breaker
from chatbot.model.fake import FakeModel
from chatbot.model.seam import Action, Proposal, Task
from chatbot.privacy.masking import Masker
from chatbot.privacy.public import PublicNames
from chatbot.privacy.vault import Vault
from ingestion.documents import Chunk, Kind, Passage, Validity
from ingestion.errors import ModelBusy, ModelError
from ingestion.search import Found, SearchRequest
from tests.chatbot.conftest import COMPANY

QUICK = replace(PATIENCE, least=0.05, most=1.0, rest=0.2)


class Scripted:
    """Does what the next entry says: seconds to take, or an error to raise."""

    name, adapter = "scripted", None

    def __init__(self, *script: float | Exception) -> None:
        self.script = list(script)
        self.asked = self.running = 0

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        self.asked += 1
        self.running += 1
        try:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            await asyncio.wait_for(asyncio.sleep(step), seconds)
            return Proposal(Action.QUOTE, (0,))
        finally:
            self.running -= 1


CHUNK = Chunk(document="regulamin", version="1", clause="§ 1", title="Regulamin",
              text="Na zwrot towaru masz 14 dni od dnia odbioru.", position=0, kind=Kind.REGULATION,
              validity=Validity(), source="regulamin.md")


class OneClause:
    """A search that always finds the same clause."""

    def search(self, request: SearchRequest) -> Found:
        return Found((Passage(CHUNK, 1.0, {"dense": 0.92}),), (), "g1", 1.0)

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        return CHUNK


@pytest.fixture
def parts() -> Parts:
    return Parts(COMPANY, OneClause(), FakeModel(), Masker(public=PublicNames.of(())), thresholds.Thresholds())


async def refused(breaker: Breaker) -> float:
    began = time.monotonic()
    with pytest.raises(ModelError):
        await breaker.propose(WARM_UP, seconds=1.0)
    return time.monotonic() - began


async def test_after_failures_in_a_row_nobody_waits_and_later_one_question_tries() -> None:
    model = Scripted(*[ModelError("down")] * 3, ModelError("still"), 0.0, 0.0)
    breaker = Breaker(model, QUICK)
    for _ in range(3):
        await refused(breaker)
    assert breaker.open
    assert await refused(breaker) < 0.02 and model.asked == 3
    await asyncio.sleep(QUICK.rest + 0.02)
    await refused(breaker)
    assert model.asked == 4 and breaker.open
    await asyncio.sleep(QUICK.rest + 0.02)
    assert (await breaker.propose(WARM_UP, seconds=1.0)).action is Action.QUOTE
    assert not breaker.open


async def test_a_slow_model_is_learned_from_its_late_answer() -> None:
    model = Scripted(0.3, 0.3)
    breaker = Breaker(model, QUICK)
    assert await refused(breaker) < 0.2
    await asyncio.sleep(0.4)
    assert breaker.seconds > 0.4 and not breaker.open
    assert (await breaker.propose(WARM_UP, seconds=1.0)).action is Action.QUOTE


async def test_a_hung_model_holds_one_place_at_most_and_a_cancelled_question_none() -> None:
    model = Scripted(*[60.0] * 5)
    breaker = Breaker(model, QUICK)
    await refused(breaker)
    await refused(breaker)
    await asyncio.sleep(0.02)
    assert model.running == 1, "the second late proposal is not followed"
    cancelled = asyncio.create_task(breaker.propose(WARM_UP, seconds=5.0))
    await asyncio.sleep(0.01)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    await asyncio.sleep(0.02)
    assert cancelled.cancelled() and model.running == 1
    await asyncio.sleep(1.1)
    assert model.running == 0, "the followed one ends with its own deadline"


async def test_a_full_model_is_no_broken_one_and_any_error_becomes_a_model_error() -> None:
    breaker = Breaker(Scripted(*[ModelBusy("full")] * 4, ValueError("nan")), QUICK)
    for _ in range(4):
        await refused(breaker)
    assert not breaker.open
    with pytest.raises(ModelError, match="ValueError"):
        await breaker.propose(WARM_UP, seconds=1.0)


@pytest.mark.parametrize("model", [
    FakeModel(delay=60), FakeModel(error="refused"), FakeModel(lambda _: Proposal(Action.QUOTE, (999,))),
    Scripted(*[RuntimeError("out of memory")] * 9)], ids=["hung", "down", "malformed", "dying"])
async def test_the_customer_has_a_labelled_passage_or_a_human_within_3_seconds(
    model: FakeModel | Scripted, parts: Parts
) -> None:
    guarded = replace(parts, model=Breaker(model))
    for _ in range(4):
        began = time.monotonic()
        pieces = [one async for one in answer(Question("Ile mam dni na zwrot?", date(2026, 11, 22)), guarded, Vault())]
        assert time.monotonic() - began < 3.0
        last = pieces[-1]
        assert isinstance(last, Answer)
        if last.kind is AnswerKind.REPLY:
            assert texts.say("pl", "answering.degraded.opening") in last.text and last.citations
        else:
            assert last.kind is AnswerKind.TICKET and "konsultantowi" in last.text
