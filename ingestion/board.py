"""What stands with the jobs at a glance: which are at work, which a person must see to, how many are done.

Of many jobs only a few fields are read. Pure but for reading them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import redis.asyncio

from ingestion import jobs, keys
from ingestion.jobs import JobState


@dataclass(frozen=True, slots=True)
class Limits:
    """``seen``: jobs of which counts are made; reading their fields took 25 ms. ``newest``: jobs told in full,
    ``working`` and ``troubled`` ones besides. ``pause``: seconds without a new job that part what was asked for
    together from what came before; a part of a large upload takes 5 minutes at most (limits.js)."""

    seen: int = 2_000
    newest: int = 100
    working: int = 64
    troubled: int = 200
    pause: float = 900.0


LIMITS = Limits()
_FIELDS = ("state", "trouble", "kind", "source", "document")


@dataclass(frozen=True, slots=True)
class Brief:
    """A job in brief."""

    job: str
    submitted: float
    state: str
    trouble: bool
    kind: str
    source: str
    document: str

    @property
    def ended(self) -> bool:
        return self.state in ("done", "parked")


@dataclass(frozen=True, slots=True)
class Board:
    """``counts`` are of what was asked for together last: ``all``, and of these ``done`` well, ``failed``, ``running``
    and ``queued``. ``troubled`` are those that no later job has made good."""

    working: Sequence[str]
    troubled: Sequence[str]
    counts: dict[str, int]


def board(newest_first: Iterable[Brief]) -> Board:
    """A failure is told no more once a later job of the same kind, for the same source or document, was asked for: if
    that one fails too, it is told itself."""
    working, troubled = [], []
    standing: list[Brief] = []
    later: set[tuple[str, str]] = set()
    for one in newest_first:
        bad = one.ended and one.trouble
        names = {(one.kind, name) for name in (one.source, one.document) if name}
        if bad and names & later:
            continue
        later |= names
        standing.append(one)
        if bad:
            troubled.append(one.job)
        elif one.state == "running":
            working.append(one.job)
    return Board(working, troubled, _counts(_together(standing)))


def _together(newest_first: Sequence[Brief]) -> Sequence[Brief]:
    """Back to the first pause, or to the oldest that is not done."""
    end = 0
    for place, one in enumerate(newest_first):
        near = place == 0 or newest_first[place - 1].submitted - one.submitted <= LIMITS.pause
        if (near and end == place) or not one.ended:
            end = place + 1
    return newest_first[:end]


def _counts(found: Sequence[Brief]) -> dict[str, int]:
    failed = sum(one.ended and one.trouble for one in found)
    ended = sum(one.ended for one in found)
    running = sum(one.state == "running" for one in found)
    return {"all": len(found), "done": ended - failed, "failed": failed, "running": running,
            "queued": len(found) - ended - running}


async def read(store: redis.asyncio.Redis) -> tuple[Board, list[JobState]]:
    """The board, and in full, newest first: the newest jobs, those at work and those in trouble."""
    found: Any = await store.zrange(keys.RECENT, 0, LIMITS.seen - 1, desc=True, withscores=True)
    ids = [(member.decode(), float(at)) for member, at in found]
    async with store.pipeline(transaction=False) as pipe:
        for job_id, _ in ids:
            pipe.hmget(keys.job(job_id), *_FIELDS)
        rows: Any = await pipe.execute()
    briefs = [_brief(job_id, at, row) for (job_id, at), row in zip(ids, rows, strict=True) if row[0]]
    made = board(briefs)
    told = {one.job for one in briefs[: LIMITS.newest]}
    told |= {*made.working[-LIMITS.working :], *made.troubled[: LIMITS.troubled]}
    return made, await jobs.read_async(store, [one.job for one in briefs if one.job in told])


def _brief(job_id: str, submitted: float, row: Sequence[bytes | None]) -> Brief:
    state, trouble, kind, source, document = ((value or b"").decode() for value in row)
    return Brief(job_id, submitted, state, trouble == "1" or state == "parked", kind, source, document)
