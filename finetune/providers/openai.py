"""OpenAI's supervised and preference (DPO) fine-tuning, as their files are."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from finetune.providers.format import CannotSay, Format, Limits
from finetune.record import Message, Role
from finetune.rendering import Chat

ENDS = date(2027, 1, 6)
LIMITS = Limits(rows=(10, None), megabytes=512, tokens=65_536)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Said(_Strict):
    role: Literal["system", "user", "assistant"]
    content: str = Field(min_length=1)


class Weighted(Said):
    weight: Literal[0, 1] | None = None


class Row(_Strict):
    messages: list[Weighted] = Field(min_length=2)


class Answer(_Strict):
    role: Literal["assistant"]
    content: str = Field(min_length=1)


class Input(_Strict):
    messages: list[Said] = Field(min_length=1)


class Pair(_Strict):
    input: Input
    preferred_output: list[Answer] = Field(min_length=1, max_length=1)
    non_preferred_output: list[Answer] = Field(min_length=1, max_length=1)


def write(chat: Chat) -> dict[str, Any]:
    return {"messages": [_said(one) | ({"weight": one.weight} if one.role is Role.ASSISTANT else {})
                         for one in chat.messages]}


def read(value: dict[str, Any], id_: str) -> Chat:
    """An assistant's message without a weight has 1, as OpenAI takes it."""
    return Chat(id_, tuple(
        Message(Role(one["role"]), one["content"], int(one.get("weight", 1)) if one["role"] == "assistant" else 0)
        for one in value["messages"]))


def faults(row: Row) -> list[str]:
    found = [f"messages.{at}.weight: only an assistant's message has one" for at, one in enumerate(row.messages)
             if one.role != "assistant" and one.weight is not None]
    if row.messages[-1].role != "assistant":
        found.append("messages: the last one must be the assistant's")
    if not any(one.role == "assistant" and one.weight != 0 for one in row.messages):
        found.append("messages: no assistant's message has weight 1")
    return found


def write_pair(chat: Chat) -> dict[str, Any]:
    if chat.rejected is None:
        raise CannotSay("it has no rejected answer, and a preference needs both")
    return {"input": {"messages": [_said(one) for one in chat.messages[:-1]]},
            "preferred_output": [_said(chat.messages[-1])],
            "non_preferred_output": [{"role": "assistant", "content": chat.rejected}]}  # fmt: skip


def read_pair(value: dict[str, Any], id_: str) -> Chat:
    before = tuple(Message(Role(one["role"]), one["content"]) for one in value["input"]["messages"])
    answer = Message(Role.ASSISTANT, value["preferred_output"][0]["content"], 1)
    return Chat(id_, (*before, answer), value["non_preferred_output"][0]["content"])


def faults_of_pair(row: Pair) -> list[str]:
    found = []
    if row.input.messages[-1].role != "user":
        found.append("input.messages: the last one must be the user's")
    if row.preferred_output[0].content.strip() == row.non_preferred_output[0].content.strip():
        found.append("non_preferred_output: it is the preferred one")
    return found


def _said(one: Message) -> dict[str, Any]:
    return {"role": one.role.value, "content": one.content}


SFT = Format("openai-sft", "OpenAI supervised fine-tuning", LIMITS, Row, write, read, faults, ends=ENDS, weighted=True)
DPO = Format("openai-dpo", "OpenAI preference fine-tuning (DPO)", LIMITS, Pair, write_pair, read_pair, faults_of_pair,
             ends=ENDS, pairs=True)  # fmt: skip
