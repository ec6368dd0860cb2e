"""`python -m evals bench`: the speed figures, as ratios measured in one run, to a JSON file and a page beside it."""

from __future__ import annotations

import json as json_module
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.bench.indexing import indexing, meanwhile
from evals.bench.measure import Figure
from evals.bench.page import page
from evals.bench.searching import growth, overhead
from evals.corpus import indexed
from evals.rows import rows
from ingestion import company, settings
from ingestion.command import Json, err, out, print_json, translated
from ingestion.embedding import open_embedder
from ingestion.errors import SearchIndexError
from ingestion.index.edge import EdgeIndex
from ingestion.index.engine import open_engine
from ingestion.search import Searcher

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "legal"
INDEXED = 2_000
"""Passages that are embedded anew for the figures on indexing."""


@translated
def bench(
    passages: Annotated[Path, typer.Option(help="Searched: JSON Lines, plain or gzipped.")] = SHARED
    / "passages.jsonl.gz",
    queries: Annotated[Path, typer.Option(help='Asked: JSON Lines with a "question".')] = SHARED / "queries.jsonl",
    to: Annotated[Path, typer.Option(help="Where the figures go; the page stands beside it.")] = Path("bench.json"),
    json: Json = False,
) -> None:
    """Speed of search and indexing. Vectors of the passages are kept between runs; the first run takes long."""
    chosen, _ = settings.load()
    known, questions = list(rows(passages)), [row["question"] for row in rows(queries)]
    figures: list[Figure] = []

    def told(figure: Figure) -> None:
        figures.append(figure)
        verdict = "met" if figure.met else "missed"
        err.print(f"{figure.name}: {figure.value} {figure.unit} (bar {figure.bar}, {verdict})")

    with indexed(passages, chosen) as run:
        engine = open_engine(run)
        index = engine.open(engine.current() or "")
        if not isinstance(index, EdgeIndex):
            raise SearchIndexError("The bench measures the embedded index; unset QDRANT_URL.")
        embedder = open_embedder(run)
        told(overhead(Searcher(run, company.load(run.company), embedder), index, embedder, questions))
        index.close()
    told(growth(embedder, questions))
    part = to.with_suffix(".passages.jsonl")
    part.write_text("".join(json_module.dumps(row, ensure_ascii=False) + "\n" for row in known[:INDEXED]), "utf-8")
    try:
        for figure in indexing(known[:INDEXED], chosen):
            told(figure)
        told(meanwhile(part, questions, chosen))
    finally:
        part.unlink()
    machine: dict[str, Any] = {"cores": os.cpu_count(), "python": platform.python_version(),
                               "load": round(os.getloadavg()[0], 1),
                               "at": datetime.now(UTC).isoformat(timespec="minutes")}
    report = {"machine": machine, "figures": [figure.as_json() for figure in figures]}
    to.write_text(json_module.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    to.with_suffix(".html").write_text(page(figures, machine), "utf-8")
    if json:
        print_json(report)
    else:
        out.print(f"Written: {to} and {to.with_suffix('.html')}", highlight=False)
