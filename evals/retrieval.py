"""`python -m evals retrieval`: how well questions find their passages, and how fast."""

from __future__ import annotations

import json
import math
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from evals import history
from evals.bench.measure import percentile
from evals.corpus import indexed
from evals.rows import listed, rows
from ingestion import company, settings
from ingestion.command import Json, err, out, print_json, translated
from ingestion.errors import UsageError
from ingestion.search import Searcher, SearchRequest

AT = 10
"""Rank of nDCG and recall."""
ASKED = 30
"""Chunks asked for, so that ten different passages are among them."""
WARM_UP = 5
"""Searches before the clock counts."""

_NUMBER = re.compile(r"(?:^|\s)p(\d+)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    question: str
    relevant: frozenset[str]
    history: tuple[str, ...] = ()


@translated
def retrieval(
    passages: Annotated[Path, typer.Option(help='JSON Lines of {"id", "title", "text"}, plain or gzipped.')],
    queries: Annotated[Path, typer.Option(help='JSON Lines of {"id", "question", "relevant"}, optionally "history": '
                                               'what was said before, oldest first. Plain or gzipped.')],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    json: Json = False,
) -> None:
    """nDCG@10, recall@10 and accuracy at 1 of the search, with its times."""
    chosen, _ = settings.load()
    labelled, unlabelled = _queries(queries)
    asked = labelled[:limit]
    if unlabelled:
        err.print(f"{unlabelled} queries have no relevant passage and are left out.", highlight=False)
    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        plain = Path(folder) / "passages.jsonl"
        ids = _renamed(passages, plain)
        began = time.perf_counter()
        with indexed(plain, chosen) as run:
            index_s = time.perf_counter() - began
            searcher = Searcher(run, company.load(run.company))
            ranked, times = _ask(searcher, asked, ids)
    found = {**figures(ranked, [query.relevant for query in asked]), "queries": len(asked), "passages": len(ids),
             "ms_p50": round(statistics.median(times), 1), "ms_p95": round(percentile(times, 0.95), 1),
             "index_s": round(index_s, 1)}
    if json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name:>10}  {value}", highlight=False)


def figures(ranked: Sequence[Sequence[str]], relevant: Sequence[frozenset[str]]) -> dict[str, float]:
    """Means over the questions, in percent. nDCG with gains of 1 [Järvelin and Kekäläinen 2002]."""
    rows = list(zip(ranked, relevant, strict=True))
    return {
        "ndcg@10": _mean([ndcg(found, right) for found, right in rows]),
        "recall@10": _mean([len(right & set(found[:AT])) / len(right) for found, right in rows]),
        "acc@1": _mean([float(bool(found) and found[0] in right) for found, right in rows]),
    }


def ndcg(found: Sequence[str], right: frozenset[str]) -> float:
    gained = sum(1 / math.log2(rank + 2) for rank, one in enumerate(found[:AT]) if one in right)
    best = sum(1 / math.log2(rank + 2) for rank in range(min(AT, len(right))))
    return gained / best


def _ask(searcher: Searcher, asked: Sequence[Query], ids: Sequence[str]) -> tuple[list[list[str]], list[float]]:
    today = date.today()
    for query in asked[:WARM_UP]:
        searcher.search(_request(query, today))
    ranked, times = [], []
    for query in track(asked, "Asking", console=err, transient=True):
        found = searcher.search(_request(query, today))
        numbers = [_number(passage.chunk.clause) for passage in found.passages]
        ranked.append(list(dict.fromkeys(ids[number] for number in numbers)))
        times.append(found.took_ms)
    return ranked, times


def _number(clause: str) -> int:
    """Of the passage that a clause's label names: 'p12 ust. 3', or behind a title where a set has several."""
    return int(_NUMBER.findall(clause)[-1])


def _request(query: Query, today: date) -> SearchRequest:
    return SearchRequest(query.question, today, ASKED, history=query.history)


def _renamed(passages: Path, plain: Path) -> list[str]:
    """The same passages under ids that are no articles, so that a chunk's clause leads back; the ids by number."""
    ids: list[str] = []
    with plain.open("w", encoding="utf-8") as file:
        for row in rows(passages):
            if not isinstance(row.get("text"), str) or "id" not in row:
                raise UsageError(f'{passages}: a passage is {{"id", "title", "text"}}; one has {sorted(row)}.')
            file.write(json.dumps({"id": f"p{len(ids)}", "title": row.get("title") or "", "text": row["text"]}) + "\n")
            ids.append(str(row["id"]))
    return ids


def _queries(path: Path) -> tuple[list[Query], int]:
    """Those that name a passage to be found, and how many others there are: they measure nothing here."""
    found, unlabelled = [], 0
    for row in rows(path):
        if not isinstance(row.get("question"), str) or not row["question"].strip():
            raise UsageError(f'{path}: a query is {{"id", "question", "relevant"}}; one has {sorted(row)}.')
        relevant = frozenset(listed(row.get("relevant")))
        if not relevant:
            unlabelled += 1
            continue
        try:
            said = tuple(message.text for message in history.read(row.get("history")))
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path}: query {row.get('id')}: {error}.") from error
        found.append(Query(str(row.get("id")), row["question"], relevant, said))
    if not found:
        raise UsageError(f'{path} holds no queries with "relevant" passages ({unlabelled} without).')
    return found, unlabelled


def _mean(values: Sequence[float]) -> float:
    return round(100 * statistics.fmean(values), 2)
