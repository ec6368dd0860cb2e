"""A second adapter in live traffic: kept per conversation, counted per adapter, taken back when it does harm."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from chatbot import keys
from chatbot.answer import AnswerKind, Reason
from chatbot.audit import ANCHORS, SERVICE, Audit
from chatbot.drift import Answered, Limits, alarms
from chatbot.errors import BadInput
from chatbot.sequential import ALPHA, larger
from chatbot.trial import RETREATED, Trial, Trials, answered, rated
from tests.chatbot.answerers import finished

TRIAL = Trial("x1", "demo", "new", 0.3, 0)


def outcomes(shares: tuple[float, float], n: int, seed: int, part: float = 0.3) -> list[tuple[int, bool]]:
    dice = random.Random(seed)
    return [(arm, dice.random() < shares[arm]) for arm in (int(dice.random() < part) for _ in range(n))]


def test_no_difference_raises_a_false_alarm_in_at_most_one_run_of_forty_however_often_one_looks() -> None:
    runs = 200
    alarmed = sum(larger(outcomes((0.3, 0.3), 1500, seed)).proves(ALPHA / 2) for seed in range(runs))
    assert alarmed <= 0.025 * runs + 3


def test_a_worse_adapter_is_found_and_a_better_one_is_not_blamed() -> None:
    found = [larger(outcomes((0.2, 0.4), 1500, seed)).proves(ALPHA / 2) for seed in range(20)]
    blamed = [larger(outcomes((0.4, 0.2), 1500, seed)).proves(ALPHA / 2) for seed in range(20)]
    assert sum(found) >= 19 and not any(blamed)


def test_a_conversation_keeps_its_adapter_and_the_share_is_kept() -> None:
    arms = {f"c{number}": TRIAL.arm(f"c{number}") for number in range(4000)}
    assert all(TRIAL.arm(conversation) == arm for conversation, arm in arms.items())
    assert sum(arms.values()) / len(arms) == pytest.approx(0.3, abs=0.03)
    assert any(replace(TRIAL, id="x2").arm(c) != arm for c, arm in arms.items())


def test_after_a_trial_everybody_gets_the_adapter_in_service() -> None:
    over = replace(TRIAL, status=RETREATED)
    assert {over.adapter(f"c{number}") for number in range(200)} == {None}


def test_what_policy_decides_counts_for_no_adapter() -> None:
    asked = finished(AnswerKind.TICKET, "…", reasons=(Reason.CUSTOMER_ASKED,))
    assert answered(TRIAL, "c1", asked, first=True) == []
    assert len(answered(TRIAL, "c1", finished(AnswerKind.REPLY, "…"), first=True)) == 1


async def harmful(redis: Redis, trials: Trials) -> None:
    """A trial whose second adapter hands over 60% where the one in service hands over 20%."""
    trial = await trials.begin("demo", "new", 0.5)
    dice = random.Random(1)
    for number in range(400):
        bad = dice.random() < (0.6 if trial.arm(f"c{number}") else 0.2)
        kind = AnswerKind.TICKET if bad else AnswerKind.REPLY
        for command in answered(trial, f"c{number}", finished(kind, "…"), first=True):
            await redis.execute_command(*command)


@pytest.fixture
def audit(redis: Redis, tmp_path: Path) -> Audit:
    return Audit(redis, lambda: 7, tmp_path / ANCHORS)


async def test_a_harmful_adapter_is_taken_back_by_itself(redis: Redis, audit: Audit) -> None:
    trials = Trials(redis, lambda: 0)
    await harmful(redis, trials)
    assert await trials.watch(audit) is True
    ended = await trials.now()
    assert ended is not None and (ended.status, ended.why) == (RETREATED, "handed_over")
    assert await trials.watch(audit) is False


async def test_a_retreat_is_in_the_audit_with_who_what_and_the_figures_once(redis: Redis, audit: Audit) -> None:
    trials = Trials(redis, lambda: 0)
    await harmful(redis, trials)
    await asyncio.gather(*(trials.watch(audit) for _ in range(4)))
    (entry,) = await audit.read()
    assert (entry.by, entry.action, entry.subject) == (SERVICE, "trial.retreat", "new handed_over")
    assert entry.figures["share"] > 0.5 > 0.3 > entry.figures["share_in_service"]
    assert entry.figures["n"] + entry.figures["n_in_service"] == 400
    assert entry.figures["evidence"] >= entry.figures["needed"] == 40
    assert await audit.broken_at() is None


async def test_changed_figures_break_the_chain(redis: Redis, audit: Audit) -> None:
    await harmful(redis, trials := Trials(redis, lambda: 0))
    await trials.watch(audit)
    ((_, fields),) = await redis.xrange(keys.AUDIT)
    entry = json.loads(fields[b"e"])
    entry["figures"]["share"] = 0.0
    await redis.delete(keys.AUDIT)
    await redis.xadd(keys.AUDIT, {"e": json.dumps(entry), "h": fields[b"h"]})
    assert await audit.broken_at() == 1


async def test_a_trial_that_is_over_is_not_ended_again(redis: Redis, audit: Audit) -> None:
    trials = Trials(redis, lambda: 0)
    await trials.begin("demo", "new", 0.5)
    assert await trials.stop("ada", audit) is not None
    assert await trials.stop("ada", audit) is None
    assert [one.action for one in await audit.read()] == ["trial.end"]


async def test_only_a_conversation_s_first_thumb_counts(redis: Redis) -> None:
    trials = Trials(redis, lambda: 0)
    trial = await trials.begin("demo", "new", 0.5)
    for first in (True, False, False):
        for command in rated(trial, "c1", "demo", down=True, first=first):
            await redis.execute_command(*command)
    worse, _ = (await trials.evidence(trial))["thumbs_down"]
    assert sum(worse.n) == 1


@pytest.mark.parametrize(("challenger", "share"), [("demo", 0.2), ("new", 0.0), ("new", 0.9)])
async def test_a_trial_that_makes_no_sense_is_refused(redis: Redis, challenger: str, share: float) -> None:
    with pytest.raises(BadInput):
        await Trials(redis, lambda: 0).begin("demo", challenger, share)


async def test_no_outcome_holds_a_conversation_s_id(redis: Redis) -> None:
    (command,) = answered(TRIAL, "c-secret", finished(AnswerKind.REPLY, "…"), first=True)
    await redis.execute_command(*command)
    ((_, fields),) = await redis.xrange(keys.OUTCOMES)
    assert b"c-secret" not in b" ".join(fields.values())


def traffic(n: int, change_at: int, seed: int, *, doubt: float = 0.0, handed: float = 0.0) -> list[Answered]:
    dice = random.Random(seed)
    made = []
    for number in range(n):
        late = number >= change_at
        p = min(1.0, dice.betavariate(1.5, 4) + doubt * late)
        made.append(Answered(p, dice.random() < 0.3 + handed * late))
    return made


def looks(answers: list[Answered], every: int = 100) -> int | None:
    """After how many answers an alarm is first seen."""
    return next((at for at in range(800, len(answers) + 1, every) if alarms(answers[:at], [])), None)


def test_steady_traffic_raises_hardly_any_alarm() -> None:
    assert sum(looks(traffic(3000, 3000, seed)) is not None for seed in range(20)) <= 2


@pytest.mark.parametrize("change", [{"doubt": 0.15}, {"handed": 0.2}])
def test_a_change_is_seen_within_some_hundreds_of_answers(change: dict[str, float]) -> None:
    for seed in range(5):
        seen = looks(traffic(3000, 1500, seed, **change))
        assert seen is not None and 1500 < seen <= 2100


def test_thumbs_down_alone_raise_the_alarm() -> None:
    ratings = [False] * 90 + [True] * 10 + [True, False] * 40
    assert [alarm.what for alarm in alarms([], ratings, Limits())] == ["thumbs_down"]
