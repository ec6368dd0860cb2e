"""A set's passages are found again by their ids, and a query may come with its conversation."""

from __future__ import annotations

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
    assert _queries(file)[0].history == ("Wysyłacie kurierem?", "Tak.")
    file.write_text(json.dumps({**row, "history": "Wysyłacie kurierem?"}), encoding="utf-8")
    with pytest.raises(UsageError, match="list of texts"):
        _queries(file)


def test_ndcg_of_known_rankings() -> None:
    assert ndcg(["a", "b"], frozenset({"a"})) == 1.0
    assert ndcg(["b", "a"], frozenset({"a"})) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["b"], frozenset({"a"})) == 0.0
