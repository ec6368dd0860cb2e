"""A model that hangs, is slow, talks nonsense or dies: the page always gets a terminal event before the deadline."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import httpx
import pytest
from redis.asyncio import Redis

from chatbot import texts
from chatbot.answering import answer
from chatbot.model.breaker import Breaker
from chatbot.model.fake import FakeModel
from chatbot.model.seam import Action, Model, Proposal, Task
from chatbot.runner import Answerer
from chatbot.serve import rehearse
from ingestion.settings import Settings
from tests.chatbot import answerers
from tests.chatbot.cast import Customer
from tests.chatbot.conftest import QUICK
from tests.flows.pages import Page, Seen
from tests.flows.serving import serving
from tests.security.answers import QUESTION, parts

WHOLE = os.environ.get("FAULTS") == "whole"
ANSWER_SECONDS = 3.0
"""The issue's: a passage or a human, whatever the model does. For each question in `make faults`; in `make test`, where
others use the cores, for the quickest of the first three."""
PATIENT = replace(QUICK, turn_seconds=45.0)
"""The service's own: the model's failing must not need the turn's deadline."""


def dies(task: Task) -> Proposal:
    raise RuntimeError("out of memory")


MODELS: dict[str, Callable[[], Model]] = {
    "hung": lambda: FakeModel(delay=3600),
    "malformed": lambda: FakeModel(lambda _: Proposal(Action.QUOTE, (999,), scores=(float("nan"),))),
    "refusing": lambda: FakeModel(error="503"),
    "dying": lambda: FakeModel(dies),
}


@pytest.mark.parametrize("model", MODELS)
async def test_a_broken_model_costs_the_customer_three_seconds_at_most(
    model: str, store_settings: Settings, redis: Redis
) -> None:
    """Real answering behind the breaker; the first questions, and those after the breaker has opened."""
    given = parts(Breaker(MODELS[model]()))
    await rehearse(given)  # as a service does before its first customer
    took = []
    async with serving(store_settings, answerer=partial(_answer, given), limits=PATIENT) as served, httpx.AsyncClient(
            base_url=served.url) as http:
        for _ in range(5):
            page, seconds = await _asked(http)
            took.append(seconds)
            [said] = [one for one in page.messages() if one["author"] == "ai"]
            if said["kind"] == "reply":
                assert texts.say("pl", "answering.degraded.opening") in said["text"] and said["citations"]
            else:
                assert said["kind"] == "ticket" and await page.until(lambda one: one.type == "state")
            await page.cut()
    sys.stderr.write(f"{model} model: {', '.join(f'{one:.2f}' for one in took)} s\n")
    assert (max(took) if WHOLE else min(took[:3])) < ANSWER_SECONDS


async def test_a_slow_model_is_waited_for_once_it_is_known(store_settings: Settings, redis: Redis) -> None:
    """The first customer gets a passage in time; the model's late answer says how long it needs."""
    given = parts(Breaker(FakeModel(delay=2.0)))
    await rehearse(given)
    async with serving(store_settings, answerer=partial(_answer, given), limits=PATIENT) as served, httpx.AsyncClient(
            base_url=served.url) as http:
        answers = []
        for _ in range(2):
            page, seconds = await _asked(http)
            assert seconds < PATIENT.turn_seconds
            answers.append(page.messages()[-1]["text"])
            await page.cut()
            await asyncio.sleep(0.5)
    degraded = texts.say("pl", "answering.degraded.opening")
    assert degraded in answers[0] and degraded not in answers[1]


@pytest.mark.parametrize("answerer", [answerers.hung, answerers.dying, answerers.silent, answerers.slow])
async def test_an_answer_that_never_comes_ends_before_the_deadline(
    answerer: Answerer, store_settings: Settings, redis: Redis
) -> None:
    """Should all of answering fail, not only its model: the turn's own deadline holds."""
    loop = asyncio.get_running_loop()
    async with serving(store_settings, answerer=answerer) as served, httpx.AsyncClient(base_url=served.url) as http:
        customer = await Customer.begin(http)
        page = Page(http, f"{customer.path}/events", customer.headers).open()
        began = loop.time()
        await customer.write("Ile trwa zwrot?")
        done = await _ended(page)
        assert done.data.get("message") or await page.until(lambda one: one.type == "state")
        assert loop.time() - began < QUICK.turn_seconds + 1.0
        await page.cut()


async def _asked(http: httpx.AsyncClient) -> tuple[Page, float]:
    """A new customer's page after its first answer, and how long that took (s)."""
    customer = await Customer.begin(http)
    page = Page(http, f"{customer.path}/events", customer.headers).open()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await customer.write(QUESTION)
    done = await _ended(page)
    assert done.data["message"] == page.messages()[-1]["message"]
    return page, loop.time() - began


async def _ended(page: Page) -> Seen:
    return await page.until(lambda one: one.type == "done")


def _answer(given, question, vault):  # type: ignore[no-untyped-def]
    return answer(question, given, vault)
