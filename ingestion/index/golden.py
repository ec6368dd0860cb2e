"""What a generation must show before it is taken into use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ingestion.embedders.cache import VectorCache
from ingestion.embedding import Vectors, clean
from ingestion.errors import SearchIndexError
from ingestion.index import sparse
from ingestion.index.points import Draft
from ingestion.index.seam import DENSE, FOREVER, LEMMAS, Field, Index, Probe, Scope


@dataclass(frozen=True, slots=True)
class Trial:
    """``points`` are tried, spread over the whole. A text must find itself among the first ``among``, or a text whose
    vector is the same within ``same`` (a cosine)."""

    points: int = 25
    among: int = 5
    same: float = 0.999


TRIAL = Trial()


def prove(index: Index, wanted: list[Draft], cache: VectorCache) -> None:
    """Every point is there and no other, and texts find themselves by meaning and by words, on a day they are valid.

    Raises SearchIndexError saying which doesn't.
    """
    if (count := index.count()) != len(wanted):
        raise SearchIndexError(f"it holds {count} points where {len(wanted)} belong.")
    step = max(1, len(wanted) // TRIAL.points)
    tried = wanted[::step]
    known = vectors(tried, cache)
    for draft in tried:
        terms = sparse.of_query(sparse.tokens(draft.matched)) if draft.matched else {}
        probe = Probe(known[draft.id], {name: terms[name] for name in (LEMMAS,) if terms})
        hits = {hit.id: hit.scores for hit in index.search(probe, _scope(draft), TRIAL.among)}
        best = max((scores[DENSE] for scores in hits.values()), default=0.0)
        if draft.id not in hits and best < TRIAL.same:
            raise SearchIndexError(f"a passage of {draft.payload['document']} ({draft.payload['clause']}) doesn't find "
                                   "itself by meaning.")
        has_terms = probe.sparse and probe.sparse[LEMMAS].indices
        if has_terms and not any(scores.get(LEMMAS, 0.0) > 0 for scores in hits.values()):
            raise SearchIndexError(f"a passage of {draft.payload['document']} ({draft.payload['clause']}) doesn't find "
                                   "itself by its words.")


def vectors(wanted: list[Draft], cache: VectorCache) -> dict[str, Vectors]:
    """What the cache holds of them, by point."""
    found: dict[str, Vectors] = {}
    for as_query in (False, True):
        part = [draft for draft in wanted if draft.is_question == as_query]
        by_text = cache.get([clean(draft.embedded) for draft in part], as_query=as_query)
        found.update({draft.id: by_text[text] for draft in part if (text := clean(draft.embedded)) in by_text})
    return found


def _scope(draft: Draft) -> Scope:
    since, until = int(draft.payload["since"]), int(draft.payload["until"])
    day = until if until != FOREVER else max(since, date(2000, 1, 1).toordinal())
    return Scope(as_of=date.fromordinal(day), field=Field(draft.payload["field"]))
