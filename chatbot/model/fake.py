"""A model that answers as it is told: for tests, and to try the service without a model. It needs no weights."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chatbot.model.seam import Action, Proposal, Task
from ingestion.errors import ModelError

Script = Callable[[Task], Proposal]


def first_sentence(task: Task) -> Proposal:
    """Quote the first candidate, or hand over where there is none."""
    if not task.sentences:
        return Proposal(Action.HAND_OVER)
    return Proposal(Action.QUOTE, (0,))


class FakeModel:
    """``script`` decides; ``delay`` in seconds is waited first; ``error`` is raised instead of an answer. ``asked``
    holds every task it was given."""

    def __init__(
        self,
        script: Script = first_sentence,
        *,
        delay: float = 0.0,
        error: str | None = None,
        adapter: str | None = None,
    ) -> None:
        self.name = "fake"
        self.adapter = adapter
        self.asked: list[Task] = []
        self._script, self._delay, self._error = script, delay, error

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        self.asked.append(task)
        if self._delay >= seconds:
            await asyncio.sleep(seconds)
            raise ModelError(f"The model {self.name} didn't answer within {seconds:g} s. Try again.")
        await asyncio.sleep(self._delay)
        if self._error is not None:
            raise ModelError(self._error)
        return self._script(task)
