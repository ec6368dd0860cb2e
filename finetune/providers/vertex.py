"""Supervised fine-tuning of Gemini on Vertex AI."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from finetune.providers.format import Format, Limits, merged, unweighted
from finetune.record import Message, Role
from finetune.rendering import Chat


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Part(_Strict):
    text: str = Field(min_length=1)


class System(_Strict):
    role: Literal["system"] = "system"
    parts: list[Part] = Field(min_length=1)


class Content(_Strict):
    role: Literal["user", "model"]
    parts: list[Part] = Field(min_length=1)


class Row(_Strict):
    systemInstruction: System | None = None  # noqa: N815 - the format's own name
    contents: list[Content] = Field(min_length=2)


def write(chat: Chat) -> dict[str, Any]:
    unweighted(chat)
    talk = merged(tuple(one for one in chat.messages if one.role is not Role.SYSTEM))
    row: dict[str, Any] = {}
    if chat.messages[0].role is Role.SYSTEM:
        row["systemInstruction"] = {"role": "system", "parts": [{"text": chat.messages[0].content}]}
    row["contents"] = [{"role": "model" if one.role is Role.ASSISTANT else "user", "parts": [{"text": one.content}]}
                       for one in talk]
    return row


def read(value: dict[str, Any], id_: str) -> Chat:
    def text(one: dict[str, Any]) -> str:
        return "".join(part["text"] for part in one["parts"])

    system = value.get("systemInstruction")
    first = (Message(Role.SYSTEM, text(system)),) if system else ()
    return Chat(id_, (*first, *(Message(Role.ASSISTANT, text(one), 1) if one["role"] == "model"
                                else Message(Role.USER, text(one)) for one in value["contents"])))


def faults(row: Row) -> list[str]:
    found = []
    if row.contents[0].role != "user":
        found.append("contents: the first one must be the user's")
    if row.contents[-1].role != "model":
        found.append("contents: the last one must be the model's")
    if any(one.role == other.role for one, other in zip(row.contents, row.contents[1:], strict=False)):
        found.append("contents: user and model must take turns")
    return found


SFT = Format("vertex-sft", "Vertex AI supervised fine-tuning of Gemini",
             Limits(validation_rows=5_000, megabytes=1_024, tokens=131_072), Row, write, read, faults)  # fmt: skip
