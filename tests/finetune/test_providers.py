"""Each provider's file: what we write is valid and reads back as what it was; what is wrong with a file is named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chatbot.model import remote
from chatbot.model.seam import Action
from finetune.providers import FORMATS, openai
from finetune.providers.files import BOM, chats, check, export
from finetune.providers.format import estimate
from finetune.record import Message, Role
from finetune.rendering import Chat, said, served
from tests.finetune.cast import handed_over, record

REJECTED = "Nie wiem, przekazuję pytanie konsultantowi."
ROWS = [replace(one, rejected=REJECTED) for one in (record(n) for n in range(40))]
U, A, S = Role.USER, Role.ASSISTANT, Role.SYSTEM


def messages(*roles: str) -> list[dict[str, Any]]:
    return [{"role": role, "content": f"tekst {at}"} for at, role in enumerate(roles)]


def written(tmp_path: Path, name: str, rows: list[Any], bom: bool = False) -> Path:
    path = tmp_path / f"{name}.jsonl"
    path.write_bytes((BOM if bom else b"") + "".join(json.dumps(row) + "\n" for row in rows).encode())
    return path


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("as_served", [True, False])
def test_what_is_exported_is_valid_and_reads_back_as_it_was(name: str, as_served: bool, tmp_path: Path) -> None:
    known, path = FORMATS[name], tmp_path / "out.jsonl"
    result = export(ROWS, known, path, "Jarzębina", as_served=as_served)
    assert (result.rows, result.refused, result.faults) == (40, (), ())
    assert check(path, known) == []
    assert path.read_bytes().startswith(BOM) is known.bom
    wanted = [served(one, "Jarzębina") if as_served else said(one) for one in ROWS]
    for one, back in zip(wanted, chats(path, known), strict=True):
        assert isinstance(one, Chat)
        assert [(m.role, m.content) for m in back.messages] == [(m.role, m.content) for m in one.messages]
        assert back.messages[-1].weight == 1
        assert back.rejected == (one.rejected if known.pairs else None)


def test_a_served_row_is_what_the_service_sends_and_reads_back() -> None:
    chat = served(record(1), "Jarzębina")
    assert isinstance(chat, Chat)
    canary = re.findall(r"\b[bcdfghjklmnpqrstvwxz]{12}\b", chat.messages[0].content)[0]
    assert chat.messages[0].content == remote.INSTRUCTIONS.format(company="Jarzębina", language="Polish", canary=canary)
    assert "[1] (§ 1) Zwrot rzeczy" in chat.messages[1].content
    proposal = remote.parse(chat.messages[-1].content, 2)
    assert (proposal.action, proposal.sentences, proposal.opening) == (Action.QUOTE, (0,), "Już sprawdzam:")
    gave_up = served(handed_over(2), "Jarzębina")
    assert isinstance(gave_up, Chat) and remote.parse(gave_up.messages[-1].content, 2).action is Action.HAND_OVER


def test_weights_stand_on_answers_alone_and_an_unweighted_one_is_not_learnt(tmp_path: Path) -> None:
    talk = (Message(U, "Dzień dobry"), Message(A, "Dzień dobry, w czym pomóc?", 0), *record(1).messages)
    row = FORMATS["openai-sft"].write(said(replace(record(1), messages=talk)))
    assert [one.get("weight") for one in row["messages"]] == [None, 0, None, 1]
    result = export([replace(record(1), messages=talk)], FORMATS["vertex-sft"], tmp_path / "v.jsonl", "",
                    as_served=False)  # fmt: skip
    assert result.rows == 0 and "message 2 must not be learnt" in result.refused[0].reason


def test_neighbours_of_one_role_are_merged_where_turns_must_alternate(tmp_path: Path) -> None:
    talk = (Message(U, "Dzień dobry"), *record(1).messages)
    result = export([replace(record(1), messages=talk)] * 32, FORMATS["bedrock-sft"], tmp_path / "b.jsonl", "",
                    as_served=False)  # fmt: skip
    assert (result.rows, result.faults) == (32, ())
    first = chats(tmp_path / "b.jsonl", FORMATS["bedrock-sft"])[0]
    assert [one.role for one in first.messages] == [U, A] and first.messages[0].content.startswith("Dzień dobry\n\n")


def test_a_row_that_cannot_be_said_is_refused_and_named(tmp_path: Path) -> None:
    result = export([*ROWS, replace(record(99), rejected=None)], FORMATS["openai-dpo"], tmp_path / "d.jsonl", "")
    assert result.rows == 40 and [one.id for one in result.refused] == ["r99"]
    free = replace(record(98), messages=(Message(U, "Ile?"), Message(A, "To zależy od wielu spraw.", 1)))
    result = export([free], FORMATS["openai-sft"], tmp_path / "f.jsonl", "")
    assert "stands in no passage" in result.refused[0].reason


@pytest.mark.parametrize(("name", "row", "reason"), [
    ("openai-sft", {"messages": messages("user", "assistant", "user")}, "the last one must be the assistant's"),
    ("openai-sft", {"messages": [*messages("user"), {"role": "assistant", "content": "a", "weight": 2}]}, "weight"),
    ("openai-sft", {"messages": [{"role": "user", "content": "a", "weight": 1}, *messages("assistant")]}, "only an"),
    ("openai-sft", {"messages": [*messages("user"), {"role": "assistant", "content": "a", "weight": 0}]}, "weight 1"),
    ("openai-sft", {"messages": messages("user", "narrator")}, "role"),
    ("openai-sft", {"messages": messages("user", "assistant"), "id": 1}, "id"),
    ("openai-sft", {"messages": [*messages("user"), {"role": "assistant", "content": ""}]}, "content"),
    ("openai-sft", {"messages": [{"role": "user", "content": "x" * 140_000}, *messages("assistant")]}, "65536"),
    ("openai-sft", [], "valid dictionary"),
    ("openai-dpo", {"input": {"messages": messages("user")}, "preferred_output": messages("assistant")}, "non_pref"),
    ("openai-dpo", {"input": {"messages": messages("user")}, "preferred_output": messages("assistant"),
                    "non_preferred_output": messages("assistant")}, "it is the preferred one"),
    ("openai-dpo", {"input": {"messages": messages("user", "assistant")}, "preferred_output": messages("assistant"),
                    "non_preferred_output": [{"role": "assistant", "content": "b"}]}, "must be the user's"),
    ("vertex-sft", {"contents": [{"role": "assistant", "parts": [{"text": "a"}]}] * 2}, "role"),
    ("vertex-sft", {"contents": [{"role": "model", "parts": [{"text": "a"}]}] * 2}, "must be the user's"),
    ("vertex-sft", {"contents": [{"role": "user", "parts": [{"text": "a"}]}] * 2}, "must take turns"),
    ("local-dpo", {"prompt": [], "chosen": messages("assistant"), "rejected": messages("assistant")}, "prompt"),
    ("local-dpo", {"prompt": messages("user"), "chosen": [], "rejected": messages("assistant")}, "chosen"),
    ("bedrock-sft", {"messages": messages("assistant", "user")}, "the first one must be the user's"),
    ("bedrock-sft", {"messages": messages("user", "user", "assistant")}, "must take turns"),
    ("bedrock-sft", {"messages": messages("system", "user", "assistant")}, "role"),
    ("bedrock-sft", {"messages": [{"role": "user", "content": "a", "weight": 1}, *messages("assistant")]}, "weight"),
    ("bedrock-sft", {"messages": [{"role": "user", "content": "x" * 70_000}, *messages("assistant")]}, "32000"),
])  # fmt: skip
def test_a_wrong_row_is_named_with_what_is_wrong(name: str, row: Any, reason: str, tmp_path: Path) -> None:
    assert any(reason in one for one in FORMATS[name].wrong(row)), FORMATS[name].wrong(row)
    faults = check(written(tmp_path, "f", [row] * 40, FORMATS[name].bom), FORMATS[name])
    assert {one.row for one in faults} == set(range(1, 41))


@pytest.mark.parametrize(("name", "rows", "reason"), [
    ("openai-sft", 9, "at least 10"), ("azure-sft", 9, "at least 10"), ("openai-dpo", 9, "at least 10"),
    ("bedrock-sft", 31, "at least 32"), ("bedrock-sft", 10_001, "at most 10000"),
])  # fmt: skip
def test_too_few_and_too_many_rows_are_a_fault_of_the_file(name: str, rows: int, reason: str, tmp_path: Path) -> None:
    row = {"messages": messages("user", "assistant")}
    if name == "openai-dpo":
        row = FORMATS[name].write(said(ROWS[0]))
    faults = check(written(tmp_path, "f", [row] * rows, FORMATS[name].bom), FORMATS[name])
    assert [one.row for one in faults] == [0] and reason in str(faults[0])


def test_vertex_takes_at_most_5000_rows_of_validation(tmp_path: Path) -> None:
    row = FORMATS["vertex-sft"].write(said(record(1)))
    path = written(tmp_path, "f", [row] * 5_001)
    assert check(path, FORMATS["vertex-sft"]) == []
    assert "at most 5000" in str(check(path, FORMATS["vertex-sft"], validation=True)[0])


def test_the_byte_order_mark_is_azures_and_nobody_elses(tmp_path: Path) -> None:
    rows = [{"messages": messages("user", "assistant")}] * 10
    assert "byte order mark" in str(check(written(tmp_path, "a", rows), FORMATS["azure-sft"])[0])
    assert "byte order mark" in str(check(written(tmp_path, "o", rows, bom=True), FORMATS["openai-sft"])[0])


def test_a_file_that_is_no_text_or_no_json_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    assert "no UTF-8" in str(check(path, openai.SFT)[0])
    path.write_text('{"messages": [\n\n')
    said = [str(one) for one in check(path, openai.SFT)]
    assert said[:2] == ["row 1: it is no JSON object", "row 2: the line is empty"]


def test_the_export_says_what_ends_and_when() -> None:
    assert "end in 45 days (2027-01-06)" in FORMATS["openai-sft"].notices(date(2026, 11, 22))[0]
    assert "ended 73 days ago" in FORMATS["bedrock-sft"].notices(date(2026, 11, 22))[0]
    assert any("Legacy" in one for one in FORMATS["bedrock-sft"].notices(date(2026, 11, 22)))
    assert not any("end" in one for one in FORMATS["vertex-sft"].notices(date(2026, 11, 22)))


def test_the_estimate_grows_with_every_character_and_message() -> None:
    assert estimate({"messages": messages("user", "assistant")}) > 2 * 8
    assert estimate({"role": "user", "content": "x" * 1000}) > 500
