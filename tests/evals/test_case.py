"""Held-out files are read in whatever form the contract leaves open, and what can't be read is named by its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals import case, history
from ingestion.errors import UsageError

ASKED, SAID = ("customer", "Wysyłacie kurierem?"), ("ai", "Tak, w 2 dni.")


def read(tmp_path: Path, *rows: Any) -> tuple[case.Case, ...]:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return case.read(file)


@pytest.mark.parametrize(("value", "said"), [
    (None, []), ([], []), ("", []),
    ([ASKED[1], SAID[1]], [ASKED, SAID]),
    ([f"user: {ASKED[1]}", f"Agent: {SAID[1]}"], [ASKED, SAID]),
    ([{"author": "customer", "text": ASKED[1]}, {"author": "ai", "text": SAID[1]}], [ASKED, SAID]),
    ([{"author": "human", "text": SAID[1]}], [("human", SAID[1])]),
    ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": ASKED[1]},
      {"role": "assistant", "content": SAID[1]}], [ASKED, SAID]),
    ([{"speaker": "user", "utterance": ASKED[1], "turn": 1}, {"speaker": "agent", "text": SAID[1]}], [ASKED, SAID]),
    ([{"text": ASKED[1]}, {"text": SAID[1]}], [ASKED, SAID]),
    (f"user: {ASKED[1]}\tagent: {SAID[1]}", [ASKED, SAID]),
    (f"agent:{SAID[1]} \tuser:{ASKED[1]}", [ASKED, SAID]),  # the newest first, as doc2dial has it
    (f"user: {ASKED[1]}\nagent: {SAID[1]}", [ASKED, SAID]),
    (ASKED[1], [ASKED]), ("Mam pytanie: ile?\nPilne.", [("customer", "Mam pytanie: ile?\nPilne.")]),
])  # fmt: skip
def test_a_history_is_read_however_it_is_written(value: Any, said: list[tuple[str, str]], tmp_path: Path) -> None:
    assert [(one.author, one.text) for one in history.read(value)] == said
    found = read(tmp_path, {"question": "A ile to kosztuje?", "history": value})[0]
    assert [(one.author, one.text) for one in found.history] == said


@pytest.mark.parametrize("value", [3, [3], [{"author": "ai"}], {"text": "x"}])
def test_a_history_that_cannot_be_read_is_named_by_its_line(value: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cases.jsonl:2 is no case: .*history"):
        read(tmp_path, {"question": "Ile?"}, {"question": "Ile?", "history": value})


def test_nulls_are_empty_and_unknown_fields_are_left_alone(tmp_path: Path) -> None:
    found = read(tmp_path, {"id": None, "question": "Ile?", "answers": None, "relevant": None, "history": None,
                            "topic": None, "as_of": None, "must_not_cite": None, "split": "A"})[0]  # fmt: skip
    assert (found.id, found.answers, found.relevant, found.history) == ("1", (), (), ())
    assert found.expected == "ticket"


def test_single_values_and_numbers_are_lists_of_texts(tmp_path: Path) -> None:
    first, second = read(tmp_path, {"id": 7, "question": "Ile?", "answers": "14 dni", "relevant": 3},
                         {"question": "Ile?", "answers": [14], "relevant": [1, "b"]})  # fmt: skip
    assert (first.id, first.answers, first.relevant) == ("7", ("14 dni",), ("3",))
    assert (second.id, second.answers, second.relevant) == ("2", ("14",), ("1", "b"))


def test_a_gzipped_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    row = json.dumps({"question": "Ile?\u2028I kiedy?"}, ensure_ascii=False).encode()
    file = tmp_path / "cases.jsonl.gz"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + row + b"\n\n" + row))
    assert [one.id for one in case.read(file)] == ["1", "3"]
    file.write_bytes(gzip.compress(row)[:-9])
    with pytest.raises(UsageError, match="can't be read"):
        case.read(file)


@pytest.mark.parametrize(("line", "said"), [
    ("[1]", "line 1 is not an object"), ("{", "line 1 is not JSON"), ('{"id": 1}', ":1 is no case: Field required"),
])  # fmt: skip
def test_a_line_that_is_no_case_is_named(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        case.read(file)
