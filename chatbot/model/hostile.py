"""A model in an attacker's hands: whatever it is asked, it puts the attacker's words wherever a proposal has room.

For tests of everything that stands round a model, and for whoever wants to see what an installation makes of one. It
needs no weights.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

from chatbot.model.fake import FakeModel, Script
from chatbot.model.seam import Action, Proposal, Task

Payload = Callable[[Task], str]
"""What it says to a task; it may read the task, prompt and secret word included."""


def hostile(payload: str | Payload) -> FakeModel:
    """Says ``payload``, each time in the next of the forms of `proposals`."""
    say = payload if callable(payload) else lambda _: payload
    turn = itertools.count()

    def script(task: Task) -> Proposal:
        forms = list(proposals(say(task), task))
        return forms[next(turn) % len(forms)]

    return FakeModel(script)


def fixed(form: int, payload: str | Payload) -> FakeModel:
    """The same, always in the form of that number."""
    say = payload if callable(payload) else lambda _: payload
    script: Script = lambda task: list(proposals(say(task), task))[form]  # noqa: E731
    return FakeModel(script)


def proposals(text: str, task: Task) -> Iterator[Proposal]:
    """Every place for words, every action, and numbers that can't be."""
    count = len(task.sentences)
    sure = dict.fromkeys(Action, 1.0)
    yield Proposal(Action.QUOTE, (0,), text, text)
    yield Proposal(Action.QUOTE, (0,), "", text, {Action.QUOTE: 1.0}, (0.0,) * count)
    yield Proposal(Action.QUOTE, (-1, count, 10**9), text, "", sure, (0.0,))
    yield Proposal(Action.QUOTE, (0,), text[::2], text[1::2], sure, (math.inf,) * count)
    yield Proposal(Action.ASK, (), text, text, {Action.ASK: 1.0})
    yield Proposal(Action.ASK, (), f"{text}?", "", {Action.ASK: math.nan}, (math.nan,) * count)
    yield Proposal(Action.DECLINE, (), text, text, {Action.DECLINE: 1.0})
    yield Proposal(Action.HAND_OVER, (), text, text, {Action.HAND_OVER: 1.0})


FORMS = 8
"""How many `proposals` there are."""
