"""What a question takes along from the conversation it stands in. Pure.

A follow-up ("A ile to kosztuje?") doesn't say what it is about; the messages before it do. BM25 of a sum of term counts
is the sum of BM25, so their words are added to the question's, each message weighed less than the one after it and a
long one less than a short one. The dense vector is of the messages and the question as one text: a sum of their
vectors drowned the question (docs/experiments.md). The index is asked once, and nothing is rewritten by a model.

Whether a question leans on the conversation at all is the caller's to say: one that stands alone is best searched
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Chosen on doc2dial and on follow-ups and changes of subject in the demo (docs/experiments.md).

    ``decay``: the weight of a message's words against those of the next. ``words``: of a message; a longer one's count
    less, in proportion. ``messages``: earlier ones that are heard, ``characters`` of each. ``joined``: the last
    messages that stand before the question in the text that is embedded.
    """

    decay: float = 0.7
    words: int = 15
    messages: int = 8
    characters: int = 600
    joined: int = 4


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its weight in the search; the question's own is 1."""

    text: str
    weight: float


def said(question: str, history: Sequence[str]) -> list[Said]:
    """The question, then what was said before it, newest first. ``history`` is oldest first."""
    return [Said(question, 1.0), *(
        Said(text, LIMITS.decay ** (back + 1) * min(1.0, LIMITS.words / len(text.split())))
        for back, text in enumerate(reversed(_heard(history)))
    )]


def joined(question: str, history: Sequence[str]) -> str:
    """One text, as the conversation went, for the dense vector."""
    return " ".join([*_heard(history)[-LIMITS.joined :], question])


def _heard(history: Sequence[str]) -> list[str]:
    earlier = [text.strip()[: LIMITS.characters] for text in history[-LIMITS.messages :]]
    return [text for text in earlier if text]
