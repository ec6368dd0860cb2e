"""A breaker round the model: a customer doesn't wait for a model that is down, hung or talking nonsense.

It knows how long the model has taken lately and waits little longer than that. A question that is given up goes on
without the model (`chatbot.answering` quotes a passage, labelled so, or hands over); its proposal is still waited for
in the background, one at a time, so that a slow model is told from a dead one and gets the time it needs. After some
failures in a row nobody waits at all, and from time to time one question is let through to see whether the model is
back.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chatbot import metrics
from chatbot.model.seam import Model, Proposal, Task
from ingestion.errors import ModelBusy, ModelError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, unless it says otherwise."""

    least: float = 1.8
    """The issue gives a customer 3 s when the model is down; search, checks and the store take the rest."""
    most: float = 12.0
    """Longest wait, also for a model that is known to be slow (`chatbot.answering.MODEL_SECONDS`)."""
    times: float = 1.5
    """So many times the longest of the recent proposals is waited; our choice."""
    recent: int = 20
    """Proposals remembered."""
    failures: int = 3
    """In a row, before the breaker opens: one may be chance."""
    rest: float = 10.0
    """From opening to the next try."""


PATIENCE = Patience()
WARM_UP = Task("Ile dni mam na zwrot?", ("Na zwrot masz 14 dni.",), ("§ 1",))


class Breaker:
    """A model like the one inside, on one event loop. ``name`` and ``adapter`` are the inner model's."""

    def __init__(
        self, model: Model, patience: Patience = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._patience = patience
        self._clock = clock
        self._took: deque[float] = deque(maxlen=patience.recent)
        self._failures = 0
        self._again_from = 0.0
        self._trying = False
        self._late: asyncio.Task[Proposal] | None = None
        self._warming: asyncio.Task[Proposal] | None = None

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def adapter(self) -> str | None:
        return self._model.adapter

    @property
    def open(self) -> bool:
        """Whether questions go on without the model for now."""
        return self._failures >= self._patience.failures

    @property
    def seconds(self) -> float:
        """How long a question waits."""
        if not self._took:
            return self._patience.least
        return min(self._patience.most, max(self._patience.least, self._patience.times * max(self._took)))

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        """Raises ModelError when the model fails, takes too long, talks nonsense or rests, and no other error."""
        trial = self.open
        if trial:
            if self._trying or self._late or self._clock() < self._again_from:
                raise ModelError(f"The model {self.name} rests after {self._failures} failures in a row.")
            self._trying = True
        call = asyncio.create_task(self._model.propose(task, seconds=seconds), name="proposal")
        began = self._clock()
        wait = min(self._patience.least if trial else self.seconds, seconds)
        try:
            await asyncio.wait({call}, timeout=wait)
            if call.done():
                self._learn(call, began, task)
                proposal = call.result()
                if not sound(proposal, task):
                    raise ModelError(f"The model {self.name} proposed what can't be: {str(proposal)[:200]}")
                return proposal
            self._fail("late")
            self._follow(call, began, task)
            raise ModelError(f"The model {self.name} didn't answer within {wait:g} s.")
        except asyncio.CancelledError:
            call.cancel()
            raise
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"The model {self.name} failed: {type(error).__name__}: {error}") from error
        finally:
            self._trying = self._trying and not trial

    async def warm(self) -> None:
        """One proposal to nobody, to learn how long the model takes here. Never raises a model's error."""
        call = self._warming = asyncio.create_task(self._model.propose(WARM_UP, seconds=self._patience.most))
        began = self._clock()
        try:
            await asyncio.wait({call})
        finally:
            call.cancel()
        self._learn(call, began, WARM_UP)

    def _follow(self, call: asyncio.Task[Proposal], began: float, task: Task) -> None:
        if self._late is not None:
            call.cancel()
            return
        self._late = call

        def ended(late: asyncio.Task[Proposal]) -> None:
            self._late = None
            self._learn(late, began, task)

        call.add_done_callback(ended)

    def _learn(self, call: asyncio.Task[Proposal], began: float, task: Task) -> None:
        if call.cancelled():
            return
        error = call.exception()
        if error is None and not sound(call.result(), task):
            self._fail("malformed")
        elif error is None:
            self._took.append(self._clock() - began)
            if self.open:
                log.info("model.back", model=self.name)
            self._failures = 0
            metrics.MODEL_RESTS.set(0)
        elif not isinstance(error, ModelBusy):
            self._fail(f"{type(error).__name__}: {error}")

    def _fail(self, why: str) -> None:
        self._failures += 1
        metrics.MODEL_FAILURES.inc()
        if self.open:
            self._again_from = self._clock() + self._patience.rest
            metrics.MODEL_RESTS.set(1)
            log.error("model.rests", model=self.name, why=why, failures=self._failures, rest_s=self._patience.rest)
        else:
            log.warning("model.failed", model=self.name, why=why, failures=self._failures)


def sound(proposal: Proposal, task: Task) -> bool:
    """Whether it speaks of this task's sentences: an adapter or server that doesn't is broken."""
    count = len(task.sentences)
    return all(0 <= one < count for one in proposal.sentences) and len(proposal.scores) in (0, count)
