"""What indexing costs beside the bare embedder, again after a small change, and for those who search meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from evals.bench.measure import Figure, percentile, spread, timed
from ingestion import uploads
from ingestion.embedders.cache import CachedEmbedder
from ingestion.embedding import open_embedder
from ingestion.errors import SearchIndexError
from ingestion.jobs import AddJob
from ingestion.pipeline import Pipeline
from ingestion.search import Searcher, SearchRequest
from ingestion.settings import Settings

THROUGHPUT_BAR, AGAIN_BAR, MEANWHILE_BAR = 0.9, 0.03, 1.5
"""Of issue 3."""
CHANGED = 0.01
DOCUMENTS, PARAGRAPHS = 100, 20
TURNS = 4
IDLE_SEARCHES = 300


def indexing(rows: Sequence[dict[str, str]], settings: Settings) -> list[Figure]:
    """Over ``rows`` ({"id", "title", "text"}), from nothing and without any kept vectors."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = settings.model_copy(update={"data_dir": Path(folder) / "data", "embedding_cache": None})
        file = Path(folder) / "passages.jsonl"
        pipeline = Pipeline(run)
        full = _add(pipeline, run, file, rows)
        changed = [{**row, "text": f"{row['text']} Zmiana."} if number % round(1 / CHANGED) == 0 else row
                   for number, row in enumerate(rows)]
        again = _add(pipeline, run, file, changed)
    return [
        _throughput([f"{row['title']}\n{row['text']}" for row in rows], settings),
        Figure("indexing again after 1% changed, over the whole", round(again / full, 4), AGAIN_BAR, "×",
               {"passages": len(rows), "whole_s": round(full, 2), "again_s": round(again, 2),
                "whole_passages_per_s": round(len(rows) / full, 1)}),
    ]


def meanwhile(file: Path, questions: Sequence[str], settings: Settings) -> Figure:
    """p95 of a search while another process adds 100 documents to the same index, over that of an idle one.

    ``file``: passages that are searched.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = settings.model_copy(update={"data_dir": Path(folder) / "data"})
        upload = Path(folder) / "documents"
        upload.mkdir()
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for number in range(DOCUMENTS):
            part = rows[number::DOCUMENTS][:PARAGRAPHS]
            text = "\n\n".join(f"§ {place}. {row['text']}" for place, row in enumerate(part, start=1))
            (upload / f"{number}.md").write_text(f"# Regulamin {number}\n\n{text}\n", encoding="utf-8")
        _add(Pipeline(run), run, file, rows)
        searcher = Searcher(run)
        idle = _searches(searcher, questions, lambda done: done >= IDLE_SEARCHES)
        environment = {**os.environ, "DATA_DIR": str(run.data_dir), "EMBEDDING_CACHE": ""}
        child = subprocess.Popen([sys.executable, "-m", "ingestion", "add", "--json", str(upload)], env=environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            busy = _searches(searcher, questions, lambda done: child.poll() is not None)
            told, _ = child.communicate(timeout=60)
        finally:
            child.kill()
            child.wait(10)
        indexed = [one["status"] for one in json.loads(told)["documents"]].count("indexed")
    if indexed != DOCUMENTS:
        raise SearchIndexError(f"{indexed} of {DOCUMENTS} documents were indexed, so the figure would mean nothing.")
    return Figure("search while 100 documents are added, over idle, p95",
                  round(percentile(busy, 0.95) / percentile(idle, 0.95), 3), MEANWHILE_BAR, "×",
                  {"idle_ms": spread(idle), "meanwhile_ms": spread(busy), "searches": len(busy)})


def _searches(searcher: Searcher, questions: Sequence[str], ended: Callable[[int], bool]) -> list[float]:
    times: list[float] = []
    while not ended(len(times)):
        question = questions[len(times) % len(questions)]
        times.append(timed(searcher.search, SearchRequest(question, date.today(), 8))[1])
    return times


def _throughput(texts: Sequence[str], settings: Settings) -> Figure:
    """The pipeline's embedder (with its file of vectors) against the bare one, over the same texts turn by turn."""
    bare = open_embedder(settings)
    bare.passages(texts[:2])
    times: dict[str, float] = {"bare": 0.0, "kept": 0.0}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        kept = CachedEmbedder(bare, Path(folder) / "vectors.sqlite")
        for turn in range(TURNS):
            part = texts[turn::TURNS]
            times["bare"] += timed(bare.passages, part)[1]
            times["kept"] += timed(kept.passages, part)[1]
        kept.close()
    return Figure("embedding in the pipeline over the bare embedder, passages a second",
                  round(times["bare"] / times["kept"], 3), THROUGHPUT_BAR, "×",
                  {"passages": len(texts), "bare_per_s": round(1000 * len(texts) / times["bare"], 1),
                   "pipeline_per_s": round(1000 * len(texts) / times["kept"], 1)}, least=True)


def _add(pipeline: Pipeline, run: Settings, file: Path, rows: Sequence[dict[str, str]]) -> float:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    job = AddJob(upload=uploads.keep(run.data_dir, file), name=file.name, source=str(file))
    began = time.perf_counter()
    outcome = pipeline.add({"bench": job}, lambda job, step, done, of: None)["bench"]
    if outcome.status != "indexed":
        raise SearchIndexError(f"The passages could not be indexed: {outcome.reason}")
    return time.perf_counter() - began
