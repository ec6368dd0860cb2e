"""Fine-tuning of Claude 3 Haiku on Amazon Bedrock: a legacy, whose base model is at its end of life."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from finetune.providers.format import Format, Limits, merged, unweighted
from finetune.record import Message, Role
from finetune.rendering import Chat

NOTICE = ("Legacy: Claude 3 Haiku has been at its end of life since 2026-09-10. Use this for a model you have tuned "
          "already; begin nothing new with it.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Said(_Strict):
    role: Literal["user", "assistant"]
    content: str = Field(min_length=1)


class Row(_Strict):
    system: str | None = Field(None, min_length=1)
    messages: list[Said] = Field(min_length=2)


def write(chat: Chat) -> dict[str, Any]:
    unweighted(chat)
    talk = merged(tuple(one for one in chat.messages if one.role is not Role.SYSTEM))
    row: dict[str, Any] = {"system": chat.messages[0].content} if chat.messages[0].role is Role.SYSTEM else {}
    return row | {"messages": [{"role": one.role.value, "content": one.content} for one in talk]}


def read(value: dict[str, Any], id_: str) -> Chat:
    first = (Message(Role.SYSTEM, value["system"]),) if value.get("system") else ()
    return Chat(id_, (*first, *(Message(Role(one["role"]), one["content"], int(one["role"] == "assistant"))
                                for one in value["messages"])))


def faults(row: Row) -> list[str]:
    found = []
    if row.messages[0].role != "user":
        found.append("messages: the first one must be the user's")
    if row.messages[-1].role != "assistant":
        found.append("messages: the last one must be the assistant's")
    if any(one.role == other.role for one, other in zip(row.messages, row.messages[1:], strict=False)):
        found.append("messages: user and assistant must take turns")
    return found


SFT = Format("bedrock-sft", "Amazon Bedrock fine-tuning of Claude 3 Haiku", Limits(rows=(32, 10_000), tokens=32_000),
             Row, write, read, faults, ends=date(2026, 9, 10), notice=NOTICE)  # fmt: skip
