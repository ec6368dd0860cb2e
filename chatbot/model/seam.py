"""The seam between the service and a language model: one question with its sentences in, one proposal out.

A model proposes; the code decides (`chatbot.verdict`). Two real implementations stand behind it, `local` (transformers
and a LoRA adapter in this process) and `remote` (an OpenAI-compatible server), and a fake that ships (`fake`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

MOST_QUOTED = 3
"""Sentences of one answer."""


class Action(StrEnum):
    """What a model may propose."""

    QUOTE = "quote"
    ASK = "ask"
    HAND_OVER = "hand_over"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation, masked. ``author``: customer, ai or human."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """What the model sees. All text is masked.

    ``sentences`` are the candidates to quote, numbered from 1 in the prompt, in reading order; ``labels`` has the
    clause of each (same length). ``hints`` are the cosines of each sentence with the question, by the embedding model
    that an adapter was trained with; a model that uses them computes them itself where they are empty. ``canary`` is a
    secret word for the prompt of a model that writes freely: an answer that holds it has read out its prompt.
    """

    question: str
    sentences: tuple[str, ...]
    labels: tuple[str, ...]
    history: tuple[Turn, ...] = ()
    language: str = "pl"
    company: str = ""
    hints: tuple[float, ...] = ()
    canary: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the model wants. ``sentences`` are indices into ``Task.sentences`` from 0, at most 3, in reading order.

    ``opening`` and ``closing`` frame the quote (no facts in them: `chatbot.grounding` checks); for ASK ``opening`` is
    the question to the customer. ``probabilities`` has each action's; ``scores`` one log-probability per candidate
    sentence. A model that can't give them leaves them empty.
    """

    action: Action
    sentences: tuple[int, ...] = ()
    opening: str = ""
    closing: str = ""
    probabilities: Mapping[Action, float] = field(default_factory=dict)
    scores: tuple[float, ...] = ()


def sound(proposal: Proposal, sentences: int) -> Proposal:
    """What of a proposal can be meant: only sentences there are, and numbers only where they are probabilities.

    A model is not trusted with more than its choice: what it can't have meant is left out, not repaired.
    """
    scores = proposal.scores
    usable = len(scores) == sentences and all(math.isfinite(score) and score <= 0.0 for score in scores)
    shares = {action: p for action, p in proposal.probabilities.items() if math.isfinite(p) and 0.0 <= p <= 1.0}
    return replace(
        proposal,
        sentences=tuple(sorted({number for number in proposal.sentences if 0 <= number < sentences}))[:MOST_QUOTED],
        probabilities=shares,
        scores=scores if usable else (),
    )


class Model(Protocol):
    """``name`` and ``adapter`` (None without one) are shown with each answer."""

    name: str

    @property
    def adapter(self) -> str | None: ...

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        """Raises ModelError when it can't answer within ``seconds`` or at all; cancelling stops the work soon."""
        ...
