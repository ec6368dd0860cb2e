"""A set's passages are found again by their ids, and a query may come with its conversation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from evals.retrieval import _number, _queries, ndcg
from ingestion.errors import UsageError


@pytest.mark.parametrize(("label", "number"), [
    ("p12", 12), ("p7 ust. 2 pkt 3–5 cz. 1", 7), ("USTAWA o opłatach p3 i innych p41 ust. 1", 41),
])  # fmt: skip
def test_a_clause_leads_back_to_its_passage(label: str, number: int) -> None:
    assert _number(label) == number


def test_a_query_brings_its_history(tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    row = {"id": 1, "question": "A ile to kosztuje?", "relevant": [3], "history": ["Wysyłacie kurierem?", "Tak."]}
    file.write_text(json.dumps(row), encoding="utf-8")
    assert _queries(file)[0][0].history == ("Wysyłacie kurierem?", "Tak.")
    assert _queries(file)[1] == 0
    file.write_text(json.dumps({**row, "history": 3}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"query 1: .history. is a list of messages"):
        _queries(file)


def test_a_query_without_relevant_passages_is_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl.gz"
    rows = [{"id": 1, "question": "Ile?", "relevant": [3]}, {"id": 2, "question": "Kto?", "relevant": []},
            {"id": 3, "question": "Po co?", "relevant": None}, {"id": 4, "question": "A gdzie?", "relevant": "p12"}]
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    found, unlabelled = _queries(file)
    assert ([(one.id, one.relevant) for one in found], unlabelled) == ([("1", {"3"}), ("4", {"p12"})], 2)
    file.write_text("\n".join(map(json.dumps, rows[1:3])), encoding="utf-8")
    with pytest.raises(UsageError, match=r"no queries with .relevant. passages .2 without"):
        _queries(file)


def test_ndcg_of_known_rankings() -> None:
    assert ndcg(["a", "b"], frozenset({"a"})) == 1.0
    assert ndcg(["b", "a"], frozenset({"a"})) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["b"], frozenset({"a"})) == 0.0
