"""Chat-template JSON Lines for trainers of one's own (TRL reads both); our own trainer reads records themselves."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from finetune.providers import openai
from finetune.providers.format import CannotSay, Format, Limits
from finetune.record import Message, Role
from finetune.rendering import Chat

NOTICE = "For `python -m finetune train` no export is needed: name the file of records under `data` in the run's YAML."


class Pair(openai._Strict):
    prompt: list[openai.Said] = Field(min_length=1)
    chosen: list[openai.Answer] = Field(min_length=1)
    rejected: list[openai.Answer] = Field(min_length=1)


def write_pair(chat: Chat) -> dict[str, Any]:
    if chat.rejected is None:
        raise CannotSay("it has no rejected answer, and a preference needs both")
    return {"prompt": [{"role": one.role.value, "content": one.content} for one in chat.messages[:-1]],
            "chosen": [{"role": "assistant", "content": chat.messages[-1].content}],
            "rejected": [{"role": "assistant", "content": chat.rejected}]}  # fmt: skip


def read_pair(value: dict[str, Any], id_: str) -> Chat:
    before = tuple(Message(Role(one["role"]), one["content"]) for one in value["prompt"])
    return Chat(id_, (*before, Message(Role.ASSISTANT, value["chosen"][0]["content"], 1)),
                value["rejected"][0]["content"])  # fmt: skip


def faults_of_pair(row: Pair) -> list[str]:
    same = row.chosen[0].content.strip() == row.rejected[0].content.strip()
    found = ["rejected: it is the chosen one"] if same else []
    return [*found, *(["prompt: the last one must be the user's"] if row.prompt[-1].role != "user" else [])]


CHAT = Format("local-chat", "Chat-template JSON Lines", Limits(), openai.Row, openai.write, openai.read, openai.faults,
              notice=NOTICE, weighted=True)  # fmt: skip
PREFERENCES = Format("local-dpo", "Chat-template preferences", Limits(), Pair, write_pair, read_pair, faults_of_pair,
                     notice=NOTICE, pairs=True)  # fmt: skip
