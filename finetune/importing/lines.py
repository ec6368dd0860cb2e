"""JSON Lines: OpenAI's chat rows and preference pairs, or a question and an answer a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from finetune.importing.talk import Fault, Found, Talk, json_of, objects
from finetune.record import Role


def read(path: Path) -> Iterator[Found]:
    for where, row in objects(json_of(path), ("examples", "data"), path.name):
        yield row if isinstance(row, Fault) else _talk(where, row)


def _talk(where: str, row: dict[str, Any]) -> Found:
    if "messages" in row:
        return _chat(where, "messages", row["messages"], None)
    if "input" in row and "preferred_output" in row:
        pair = row["input"].get("messages") if isinstance(row["input"], dict) else None
        chosen, rejected = row["preferred_output"], row.get("non_preferred_output") or [{}]
        if not isinstance(pair, list) or not isinstance(chosen, list):
            return Fault(f"{where}, column 'input'", "messages are expected")
        return _chat(where, "input.messages", [*pair, *chosen], rejected[0].get("content"))
    for name in ("question", "answer"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return Fault(f"{where}, column {name!r}", "a text is expected")
    return Talk(where, ((Role.USER, row["question"]), (Role.ASSISTANT, row["answer"])), str(row.get("id", "")),
                str(row.get("customer", "")), str(row.get("language", "")), row.get("rejected"))


def _chat(where: str, column: str, messages: Any, rejected: str | None) -> Found:
    if not isinstance(messages, list) or not messages:
        return Fault(f"{where}, column {column!r}", "a list of messages is expected")
    said = []
    for at, one in enumerate(messages):
        place = f"{where}, column '{column}.{at}'"
        if not isinstance(one, dict) or one.get("role") not in set(Role):
            return Fault(place, f"role is one of {', '.join(Role)}")
        if not isinstance(one.get("content"), str) or not one["content"].strip():
            return Fault(place, "content is a text that is not empty")
        said.append((Role(one["role"]), one["content"]))
    system = next((text for role, text in said if role is Role.SYSTEM), None)
    talk = tuple(pair for pair in said if pair[0] is not Role.SYSTEM)
    return Talk(where, talk, rejected=rejected, system=system)
