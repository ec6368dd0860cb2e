"""Sparse vectors for BM25: of lemmas, of letter sequences (which forgive typos and unknown endings), and of the words
of a whole clause, which its first part carries for all of them.

A document's weight of a term is BM25's saturated frequency, (k + 1)·f / (f + k·(1 − b + b·length / mean length))
[Robertson and Zaragoza 2009]; the query's is how often it says the term (a pair of words counts less); the engine
multiplies by the inverse document frequency, ln(1 + (N − n + 0.5) / (n + 0.5)). The sum is then BM25.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingestion import polish
from ingestion.index.seam import GRAMS, LEMMAS, WORDS, Sparse

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Bm25:
    """The usual values; on support-faq k = 0.9, b = 0.4 was within 0.2 nDCG points (docs/experiments.md)."""

    k: float = 1.2
    b: float = 0.75
    whole_b: float = 0.9
    """Of whole clauses, whose lengths differ more: on legal 82.6 nDCG@10 alone, with 0.75 82.1, with 1.0 82.2."""
    pair: float = 0.5
    """What two neighbouring lemmas count for beside a word [Metzler and Croft 2005]; 0.25 and 1.0 were 0.4 and 1.0 nDCG
    points worse on legal when fused."""
    letters: int = 4
    """Of a sequence; 3 and 5 were within 1.5 points alone, and 4 best when fused."""


BM25 = Bm25()


def tokens(text: str, whole: str | None = None) -> dict[str, list[str]]:
    """The terms of each sparse vector. ``whole``: of the clause that the text opens; '' where it opens none, and None
    where it is all there is, as of a question."""
    found = {LEMMAS: polish.lemmas(text), GRAMS: grams(text)}
    whole = text if whole is None else whole
    return {**found, WORDS: words(whole)} if whole else found


def words(text: str) -> list[str]:
    """Folded words as they are written, and pairs of neighbouring lemmas ('zwrot towar'): a clause's own wording tells
    it from the many that share its words."""
    found = polish.words(text)
    lemmas = [polish.lemma(word) for word in found]
    return [*map(polish.fold, found), *(f"{one} {other}" for one, other in pairwise(lemmas))]


def grams(text: str) -> list[str]:
    """Letter sequences of each folded word, its ends marked: 'konto' → '_kon', 'kont', 'onto', 'nto_'."""
    found = []
    for word in _WORD.findall(polish.fold(text.lower())):
        marked = f"_{word}_"
        found += [marked[start : start + BM25.letters] for start in range(max(1, len(marked) - BM25.letters + 1))]
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a document says which terms: ids rising, and a count for each. ``length``: terms in all. Some 2 KB for
    a passage, where its terms as texts take 50."""

    ids: NDArray[np.uint32]
    counts: NDArray[np.float32]
    length: int


def counted(terms: Sequence[str]) -> Counts:
    by_term = Counter(terms)
    hashed = np.fromiter((zlib.crc32(term.encode()) for term in by_term), np.uint32, len(by_term))
    ids, places = np.unique(hashed, return_inverse=True)
    counts = np.bincount(places, list(by_term.values()), len(ids)).astype(np.float32)
    return Counts(ids, counts, len(terms))


def of_document(counts: Mapping[str, Counts], mean: Mapping[str, float]) -> dict[str, Sparse]:
    """``mean``: the mean number of terms of a document, per vector."""
    vectors = {}
    for name, found in counts.items():
        b = BM25.whole_b if name == WORDS else BM25.b
        norm = BM25.k * (1 - b + b * found.length / max(mean.get(name, 0.0), 1.0))
        weights = (BM25.k + 1) * found.counts / (found.counts + norm)
        vectors[name] = Sparse(tuple(found.ids.tolist()), tuple(weights.tolist()))
    return vectors


def of_query(terms: Mapping[str, Sequence[str]]) -> dict[str, Sparse]:
    return of_weighed([(terms, 1.0)])


def of_weighed(texts: Sequence[tuple[Mapping[str, Sequence[str]], float]]) -> dict[str, Sparse]:
    """Of several texts asked as one question: the terms of each, per vector, and its weight."""
    counts: dict[str, dict[str, float]] = {}
    for terms, weight in texts:
        for name, found in terms.items():
            counted = counts.setdefault(name, {})
            for term in found:
                counted[term] = counted.get(term, 0.0) + weight * (BM25.pair if " " in term else 1.0)
    return {name: _vector(counted) for name, counted in counts.items()}


def _vector(weights: Mapping[str, float]) -> Sparse:
    """Terms by a hash that is the same everywhere; two that collide (1 in 70,000 pairs of 4 billion) add up."""
    by_id: dict[int, float] = {}
    for term, weight in weights.items():
        key = zlib.crc32(term.encode())
        by_id[key] = by_id.get(key, 0.0) + weight
    ordered = sorted(by_id.items())
    return Sparse(tuple(key for key, _ in ordered), tuple(weight for _, weight in ordered))
