"""The bench measures what it says, on little: its figures mean something only on the whole sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.bench import searching
from evals.bench.indexing import indexing
from evals.bench.measure import Figure, percentile, timed
from evals.bench.page import page
from ingestion.embedding import open_embedder
from ingestion.settings import Settings


def test_growth_compares_two_sizes_asked_turn_by_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SIZES", (50, 200))
    figure = searching.growth(open_embedder(Settings()), ["Ile trwa zwrot?"] * 5)
    assert set(figure.detail) == {"search_ms_50", "search_ms_200", "index_ms_50", "index_ms_200"}
    assert figure.value == pytest.approx(
        figure.detail["search_ms_200"]["p95"] / figure.detail["search_ms_50"]["p95"], rel=0.05)


def test_indexing_again_costs_less_than_indexing(tmp_path: Path) -> None:
    rows = [{"id": f"p{n}", "title": f"Ustęp {n}", "text": f"Opłata numer {n} wynosi {n} zł. " * 20} for n in range(60)]
    throughput, again = indexing(rows, Settings(data_dir=tmp_path))
    assert throughput.detail["passages"] == 60
    assert 0 < again.value < 1


def test_a_figure_knows_whether_it_meets_its_bar() -> None:
    assert Figure("a", 1.2, 1.25, "×", {}).met
    assert not Figure("a", 0.8, 0.9, "×", {}, least=True).met


def test_the_page_shows_every_figure_and_no_markup_of_its_own() -> None:
    shown = page([Figure("<b>", 1.0, 2.0, "×", {"p95": 3})], {"cores": 2})
    assert "&lt;b&gt;" in shown
    assert "met" in shown


def test_times_are_milliseconds_and_percentiles_nearest_ranks() -> None:
    result, took = timed(json.loads, "[1]")
    assert result == [1]
    assert 0 <= took < 1_000
    assert percentile([1, 2, 3, 4], 0.95) == 4
