"""JSON Lines: what providers are sent (chat rows, preference pairs, Vertex AI's contents), or a question and an answer
a line. Rows that `python -m finetune to-provider` wrote are read back whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finetune.importing.talk import Fault, Found, Talk, json_of, objects
from finetune.providers import local, vertex
from finetune.providers.format import Format
from finetune.record import Message, Role


def read(path: Path) -> Iterator[Found]:
    for where, row in objects(json_of(path), ("examples", "data"), path.name):
        yield row if isinstance(row, Fault) else _talk(where, row)


def _talk(where: str, row: dict[str, Any]) -> Found:
    if "messages" in row:
        system = row.get("system")  # Bedrock's stands beside the messages
        messages = row["messages"]
        if isinstance(messages, list) and isinstance(system, str) and system.strip():
            return _chat(where, "messages", [{"role": "system", "content": system}, *messages], None, first=-1)
        return _chat(where, "messages", messages, None)
    if "contents" in row:
        return _of(vertex.SFT, where, row)
    if "prompt" in row and "chosen" in row:
        return _of(local.PREFERENCES, where, _spoken(row))
    if "input" in row and "preferred_output" in row:
        pair = row["input"].get("messages") if isinstance(row["input"], dict) else None
        chosen, rejected = row["preferred_output"], row.get("non_preferred_output") or [{}]
        if not isinstance(pair, list) or not isinstance(chosen, list):
            return Fault(f"{where}, column 'input'", "messages are expected")
        return _chat(where, "input.messages", [*map(_context, pair), *chosen], rejected[0].get("content"))
    for name in ("question", "answer"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return Fault(f"{where}, column {name!r}", "a text is expected")
    return Talk(where, ((Role.USER, row["question"]), (Role.ASSISTANT, row["answer"])), str(row.get("id", "")),
                str(row.get("customer", "")), str(row.get("language", "")), row.get("rejected"))


def _chat(where: str, column: str, messages: Any, rejected: str | None, first: int = 0) -> Found:
    """``first``: the number of the first message, as the row counts."""
    if not isinstance(messages, list) or not messages:
        return Fault(f"{where}, column {column!r}", "a list of messages is expected")
    said = []
    for at, one in enumerate(messages, start=first):
        place = f"{where}, column '{column}.{at}'"
        if not isinstance(one, dict) or one.get("role") not in set(Role):
            return Fault(place, f"role is one of {', '.join(Role)}")
        if not isinstance(one.get("content"), str) or not one["content"].strip():
            return Fault(place, "content is a text that is not empty")
        said.append(Message(Role(one["role"]), one["content"], int(one.get("weight") != 0)))
    return _of_messages(where, said, rejected)


def _of(format_: Format, where: str, row: dict[str, Any]) -> Found:
    """By the format's own reader; fields it doesn't know are left alone."""
    known = {name: row[name] for name in format_.row.model_fields if name in row}
    try:
        format_.row.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        return Fault(f"{where}, column {'.'.join(map(str, first['loc']))!r}", first["msg"])
    chat = format_.read(known, "")
    return _of_messages(where, chat.messages, chat.rejected)


def _of_messages(where: str, messages: Sequence[Message], rejected: str | None) -> Talk:
    """An answer of weight 0 was not to be learnt: it stays what was said before."""
    system = next((one.content for one in messages if one.role is Role.SYSTEM), None)
    talk = [one for one in messages if one.role is not Role.SYSTEM]
    context = frozenset(one.content for one in talk if one.role is Role.ASSISTANT and not one.weight)
    said = tuple((one.role, one.content) for one in talk)
    return Talk(where, said, rejected=rejected, system=system, context=context)


def _context(message: Any) -> Any:
    """Of a preference only the last answer is learnt."""
    return {**message, "weight": 0} if isinstance(message, dict) else message


def _spoken(row: dict[str, Any]) -> dict[str, Any]:
    """A preference whose sides are plain texts, as messages."""
    roles = (("prompt", Role.USER), ("chosen", Role.ASSISTANT), ("rejected", Role.ASSISTANT))
    return {name: [{"role": role.value, "content": row[name]}] if isinstance(row.get(name), str) else row.get(name)
            for name, role in roles}
