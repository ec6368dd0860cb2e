"""What a question takes along from the conversation it stands in. Pure.

A follow-up ("A ile to kosztuje?") doesn't say what it is about; the messages before it do. Both kinds of vectors are
sums: BM25 of a sum of term counts is the sum of BM25, and a cosine with a sum of vectors is the sum of cosines. So
earlier messages are added to the question's vectors, each weighed less than the one after it, and the index is asked
once. Nothing is rewritten and no model is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Chosen on doc2dial, MTRAG-UN and changes of subject in the demo (docs/experiments.md).

    ``decay``: the weight of a message against that of the next. ``messages``: earlier ones that are heard;
    ``characters`` of each: its beginning, where a long answer says what it is about.
    """

    decay: float = 0.7
    messages: int = 8
    characters: int = 600


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its weight in the search; the question's own is 1."""

    text: str
    weight: float


def said(question: str, history: Sequence[str]) -> list[Said]:
    """The question, then what was said before it, newest first. ``history`` is oldest first, of all sides."""
    earlier = [text.strip()[: LIMITS.characters] for text in history[-LIMITS.messages :]]
    return [Said(question, 1.0),
            *(Said(text, LIMITS.decay ** (back + 1)) for back, text in enumerate(reversed(earlier)) if text)]
