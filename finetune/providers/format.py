"""What a provider's format is: its limits, when it ends, how a chat is written as a row, and how a row is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from finetune.record import Message, Role
from finetune.rendering import Chat

MEGABYTE = 1 << 20
CHARACTERS_A_TOKEN = 2.0
MESSAGE_TOKENS = 8


class CannotSay(ValueError):
    """A chat that this format has no words for; the message says what."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file. ``tokens`` of one row, estimated on the safe side (`estimate`)."""

    rows: tuple[int, int | None] = (1, None)
    validation_rows: int | None = None
    megabytes: int | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """``row`` is the pydantic model of one row. ``write`` raises CannotSay; ``read`` is its inverse, as far as the
    format carries it. ``faults`` says what is wrong with a row beyond its shape. ``ends``: the last day of new jobs.
    ``weighted``: it can say which answers are learnt; ``pairs``: it holds preferences."""

    name: str
    title: str
    limits: Limits
    row: type[BaseModel]
    write: Callable[[Chat], dict[str, Any]]
    read: Callable[[dict[str, Any], str], Chat]
    faults: Callable[[Any], list[str]]
    bom: bool = False
    ends: date | None = None
    notice: str = ""
    pairs: bool = False
    weighted: bool = False

    def notices(self, today: date) -> list[str]:
        """What whoever uploads the file must know."""
        found = [self.notice] if self.notice else []
        if self.ends is not None:
            left = (self.ends - today).days
            when = f"ended {-left} days ago" if left < 0 else f"end in {left} days"
            found.insert(0, f"{self.title}: new jobs {when} ({self.ends.isoformat()}).")
        return found

    def wrong(self, value: Any) -> list[str]:
        """Everything that is wrong with a row; empty: it is valid."""
        try:
            row = self.row.model_validate(value)
        except ValidationError as error:
            return [f"{'.'.join(map(str, one['loc'])) or 'the row'}: {one['msg']}" for one in error.errors()]
        found = self.faults(row)
        if self.limits.tokens is not None and (tokens := estimate(value)) > self.limits.tokens:
            found.append(f"about {tokens} tokens, more than {self.limits.tokens}: the end, which is the answer, is cut")
        return found


def estimate(value: Any) -> int:
    """Tokens of a row, never too few: two characters a token and eight for each message.

    One Polish question measured 2.6 characters a token with OpenAI's o200k_base; English has more. The vocabularies are
    no official package's and tiktoken would fetch them, so this doesn't count: a row it refuses may just fit.
    """
    if isinstance(value, str):
        return int(len(value) / CHARACTERS_A_TOKEN) + 1
    if isinstance(value, dict):
        return sum(map(estimate, value.values())) + (MESSAGE_TOKENS if {"role", "content"} <= value.keys() else 0)
    return sum(map(estimate, value)) if isinstance(value, (list, tuple)) else 0


def unweighted(chat: Chat) -> None:
    """For formats without weights. Raises CannotSay where an earlier answer must not be learnt."""
    for number, one in enumerate(chat.messages, start=1):
        if one.role is Role.ASSISTANT and not one.weight:
            raise CannotSay(f"message {number} must not be learnt (weight 0), and this format learns every answer")


def merged(messages: tuple[Message, ...]) -> list[Message]:
    """Neighbours of one role as one message, for formats that ask for alternation."""
    found: list[Message] = []
    for one in messages:
        if found and found[-1].role is one.role:
            found[-1] = Message(one.role, f"{found[-1].content}\n\n{one.content}", max(found[-1].weight, one.weight))
        else:
            found.append(one)
    return found
