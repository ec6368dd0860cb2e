"""A second adapter in live traffic: a share of the conversations, kept to it, watched after each answer, taken back.

Each conversation counts once: whether its first answer went to a person, and its first thumb. Evidence that the second
adapter does worse in either (`chatbot.sequential`) ends the trial by itself; evidence that it does better ends nothing,
as approval is a decision of people (`python -m evals approve`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from chatbot import drift, keys, metrics
from chatbot.answer import Answer, AnswerKind, Reason
from chatbot.audit import SERVICE, Audit
from chatbot.commit import Commands, Step, Store
from chatbot.errors import BadInput
from chatbot.handoff import Clock
from chatbot.messages import new_id
from chatbot.sequential import ALPHA, Evidence, larger

log = structlog.get_logger()

RUNNING, STOPPED, RETREATED = "running", "stopped", "retreated"
LARGEST_SHARE = 0.5
"""Of the conversations: the adapter in service keeps at least half."""
HARMS = ("handed_over", "thumbs_down")
POLICY = frozenset({Reason.CUSTOMER_ASKED, Reason.TOPIC_POLICY, Reason.MOOD, Reason.INJECTION, Reason.OVERLOAD})
"""Hand-overs that no adapter decides; they count in neither arm."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``share`` of the conversations goes to ``challenger``. ``since`` and ``until`` in ms; ``why`` it ended."""

    id: str
    incumbent: str
    challenger: str
    share: float
    since: int
    status: str = RUNNING
    until: int = 0
    why: str = ""

    @classmethod
    def of(cls, raw: Mapping[bytes, bytes]) -> Trial | None:
        """From its hash in the store."""
        found = {name.decode(): value.decode() for name, value in raw.items()}
        if not found:
            return None
        return cls(found["id"], found["incumbent"], found["challenger"], float(found["share"]), int(found["since"]),
                   found["status"], int(found["until"]), found["why"])

    def arm(self, conversation: str) -> int:
        """1 for the challenger's conversations: the same answer each time, and another one in another trial."""
        digest = hashlib.sha256(f"{self.id} {conversation}".encode()).digest()
        return int(int.from_bytes(digest[:8], "big") / 2**64 < self.share)

    def adapter(self, conversation: str) -> str | None:
        """Who answers; None: the adapter in service, which it is too once the trial is over."""
        return self.challenger if self.status == RUNNING and self.arm(conversation) else None


class Trials:
    def __init__(self, redis: Store, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def now(self) -> Trial | None:
        """The latest trial, running or over."""
        return Trial.of(await self._redis.hgetall(keys.TRIAL))

    async def begin(self, incumbent: str, challenger: str, share: float) -> Trial:
        """Raises BadInput for a share out of range, or one adapter against itself."""
        if not 0 < share <= LARGEST_SHARE or incumbent == challenger:
            raise BadInput("trial", most=LARGEST_SHARE)
        trial = Trial(new_id("x"), incumbent, challenger, share, self._clock())
        await self._redis.hset(keys.TRIAL, mapping=asdict(trial))
        return trial

    def ending(self, trial: Trial, status: str, why: str) -> Step:
        """The step that ends this trial, once: its checks fail where it is over, or another one runs."""
        step = Step().field(keys.TRIAL, "id", trial.id).field(keys.TRIAL, "status", RUNNING)
        return step.write("HSET", keys.TRIAL, "status", status, "until", self._clock(), "why", why)

    async def stop(self, by: str, audit: Audit, why: str = "") -> Trial | None:
        """End the running trial, in one step with the audit's entry. The trial, or None where none ran."""
        trial = await self.now()
        if trial is None or trial.status != RUNNING:
            return None
        step = self.ending(trial, STOPPED, why or by)
        return trial if await audit.note(by, "trial.end", trial.challenger, beside=step) else None

    async def evidence(self, trial: Trial) -> dict[str, tuple[Evidence, Evidence]]:
        """By harm: that the challenger does more of it, and that the one in service does."""
        events: dict[str, list[tuple[int, bool]]] = {harm: [] for harm in HARMS}
        for _, fields in await self._redis.xrange(keys.OUTCOMES, min=str(trial.since)):
            if fields[b"x"].decode() == trial.id and fields[b"f"] == b"1":
                events[fields[b"t"].decode()].append((int(fields[b"arm"]), fields[b"v"] == b"1"))
        return {harm: (larger(seen), larger([(1 - arm, value) for arm, value in seen]))
                for harm, seen in events.items()}

    async def watch(self, audit: Audit) -> bool:
        """Look once; end a trial that does harm, in one step with an entry of the audit that has the figures. True when
        it did."""
        trial = await self.now()
        if trial is None or trial.status != RUNNING:
            return False
        for harm, (worse, _) in (await self.evidence(trial)).items():
            if not worse.proves(ALPHA / len(HARMS)):
                continue
            step, told = self.ending(trial, RETREATED, harm), figures(worse)
            if await audit.note(SERVICE, "trial.retreat", f"{trial.challenger} {harm}", figures=told, beside=step):
                log.warning("trial.retreated", challenger=trial.challenger, harm=harm, **told)
                return True
        return False

    async def drifted(self, adapter: str) -> list[drift.Alarm]:
        """The alarms of one adapter's answers; /metrics has their number."""
        answers, ratings = [], []
        for _, fields in await self._redis.xrange(keys.OUTCOMES):
            if fields[b"a"].decode() != adapter:
                continue
            if fields[b"t"] == b"handed_over":
                answers.append(drift.Answered(float(fields[b"p"]), fields[b"v"] == b"1"))
            else:
                ratings.append(fields[b"v"] == b"1")
        found = drift.alarms(answers, ratings)
        metrics.DRIFT.set(len(found))
        return found


def figures(worse: Evidence) -> dict[str, float]:
    """What decided: the share of the harm and the conversations it is of, with the adapter in service and with the
    second one; how many times likelier that makes harm than none, and from how many on a trial ends."""
    return {"share_in_service": round(worse.share[0], 4), "n_in_service": worse.n[0],
            "share": round(worse.share[1], 4), "n": worse.n[1],
            "evidence": round(worse.highest, 1), "needed": len(HARMS) / ALPHA}


def answered(trial: Trial | None, conversation: str, answer: Answer, first: bool) -> Commands:
    """What an answer adds to what is watched; nothing where policy decided."""
    if POLICY.intersection(answer.verdict.reasons) or answer.kind not in (AnswerKind.REPLY, AnswerKind.TICKET):
        return []
    handed = int(answer.kind is AnswerKind.TICKET)
    return [_outcome("handed_over", handed, trial, conversation, answer.adapter or "none", first,
                     f"{answer.verdict.p_wrong:.4f}")]


def rated(trial: Trial | None, conversation: str, adapter: str, down: bool, first: bool) -> Commands:
    return [_outcome("thumbs_down", int(down), trial, conversation, adapter, first, "0")]


def _outcome(what: str, value: int, trial: Trial | None, conversation: str, adapter: str, first: bool, p: str) -> Any:
    """No id of the conversation is kept: only its arm."""
    arm = trial.arm(conversation) if trial is not None else 0
    return ("XADD", keys.OUTCOMES, "MAXLEN", "~", keys.OUTCOMES_KEPT, "*", "t", what, "v", value, "a", adapter, "p", p,
            "x", trial.id if trial is not None and trial.status == RUNNING else "", "arm", arm, "f", int(first))
