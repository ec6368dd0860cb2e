"""Rows that are the same, nearly the same, or the same with two different answers. Pure.

rapidfuzz compares all pairs exactly: 1,400 questions in 0.2 s, 20,000 in about a minute on two cores. MinHash
(datasketch) would be faster beyond that, and misses pairs among short texts, which customers' questions are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from finetune.gating.limits import Limits
from finetune.gating.refusal import Refusal, naming
from finetune.gating.row import Row, Sheet, plain

BLOCK = 2_000
"""Rows compared at a time: 16 MB of scores."""


def duplicates(sheet: Sheet) -> Iterator[Refusal]:
    """Same question over the same passages with the same answer. Another neighbour in the search makes another row."""
    seen: dict[tuple[str, str, object, frozenset[str]], Row] = {}
    again = []
    for row in sheet.train:
        key = (row.plain, plain(row.taught), row.action, frozenset(row.shown))
        if key in seen and seen[key].id != row.id:
            again.append(row)
        seen.setdefault(key, row)
    if len(again) > sheet.limits.duplicates * len(sheet.train):
        yield from naming("duplicates", "{n} rows are there more than once", again, sheet.limits)


def near_duplicates(sheet: Sheet) -> Iterator[Refusal]:
    """Nearly the same question to the same end. Two different questions that look alike have different clauses."""
    by_end: dict[tuple[object, frozenset[str]], list[Row]] = defaultdict(list)
    for row in {row.plain: row for row in sheet.train}.values():
        by_end[row.action, row.clauses].append(row)
    near: list[Row] = []
    for rows in by_end.values():
        near += [rows[second] for _, second in _pairs([row.plain for row in rows], sheet.limits)]
    near = list({row.id: row for row in near}.values())
    if len(near) > sheet.limits.near_duplicates * len(sheet.train):
        yield from naming("near_duplicates", f"{{n}} of {len(sheet.train)} rows are nearly the same as another",
                          near, sheet.limits)  # fmt: skip


def contradictions(sheet: Sheet) -> Iterator[Refusal]:
    """The same question over the same passages, answered in two ways."""
    ends: dict[tuple[str, frozenset[str]], set[object]] = defaultdict(set)
    for row in sheet.rows:
        ends[row.plain, frozenset(row.shown)].add(row.action)
    torn = [row for row in sheet.rows if len(ends[row.plain, frozenset(row.shown)] - {None}) > 1]
    yield from naming("contradictions", "{n} rows answer the same question over the same passages in different ways",
                      torn, sheet.limits)  # fmt: skip


def alike(questions: Iterable[str], others: Iterable[str], limits: Limits) -> frozenset[str]:
    """Those of ``questions`` (plain) that are, or nearly are, among ``others`` (plain)."""
    wanted, known = sorted(set(questions)), sorted(set(others))
    found = set(wanted) & set(known)
    longer = [one for one in wanted if one not in found and len(one) >= limits.near_letters]
    known = [one for one in known if len(one) >= limits.near_letters]
    for start in range(0, len(longer), BLOCK) if known else ():
        part = longer[start : start + BLOCK]
        scores = process.cdist(part, known, scorer=fuzz.ratio, score_cutoff=limits.near, dtype=np.uint8, workers=-1)
        found |= {one for one, row in zip(part, scores, strict=True) if row.any()}
    return frozenset(found)


def _pairs(texts: Sequence[str], limits: Limits) -> Iterator[tuple[int, int]]:
    long = [at for at, text in enumerate(texts) if len(text) >= limits.near_letters]
    shown = [texts[at] for at in long]
    for start in range(0, len(shown), BLOCK):
        part = shown[start : start + BLOCK]
        scores = process.cdist(part, shown, scorer=fuzz.ratio, score_cutoff=limits.near, dtype=np.uint8, workers=-1)
        for first, second in zip(*np.nonzero(scores), strict=True):
            if start + int(first) < int(second):
                yield long[start + int(first)], long[int(second)]
