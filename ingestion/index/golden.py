"""What a generation must show before it is taken into use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingestion.embedders.cache import VectorCache
from ingestion.embedding import Vectors, clean
from ingestion.errors import SearchIndexError
from ingestion.index import sparse
from ingestion.index.difference import Difference
from ingestion.index.points import Draft, Placed
from ingestion.index.seam import DENSE, FOREVER, LEMMAS, Field, Index, Probe, Scope


@dataclass(frozen=True, slots=True)
class Trial:
    """``points`` of a whole index are tried, ``again`` where it grew from the one before. A text must find itself among
    the first ``among``, or a text whose vector is the same within ``same`` (a cosine)."""

    points: int = 25
    again: int = 12
    among: int = 5
    same: float = 0.999


TRIAL = Trial()


def prove(index: Index, work: Difference, points: int, cache: VectorCache) -> None:
    """There are as many ``points`` as belong; what was written or moved is there, on its days, and what went is gone;
    texts find themselves by meaning and by words on a day they are valid.

    Raises SearchIndexError saying which doesn't.
    """
    if (count := index.count()) != points:
        raise SearchIndexError(f"it holds {count} points where {points} belong. 'python -m ingestion reindex' builds "
                               "all of it anew.")
    wanted = {point.id: point.days for point in (*work.fresh, *work.moved)}
    held = index.days([*wanted, *work.gone])
    if wrong := [name for name in held.keys() | wanted.keys() if held.get(name) != wanted.get(name)]:
        raise SearchIndexError(f"{len(wrong)} points of what changed are missing, too many, or of other days.")
    for point in _tried(work):
        draft = point.draft()
        (known,) = vectors([draft], cache)
        if known is None:  # written before, and its vector was deleted since
            continue
        terms = sparse.of_query(sparse.tokens(draft.matched)) if draft.matched else {}
        probe = Probe(known, {name: terms[name] for name in (LEMMAS,) if terms})
        hits = {hit.id: hit.scores for hit in index.search(probe, _scope(point, draft), TRIAL.among)}
        best = max((scores[DENSE] for scores in hits.values()), default=0.0)
        name = f"a passage of {draft.record['document']} ({draft.record['clause']})"
        if point.id not in hits and best < TRIAL.same:
            raise SearchIndexError(f"{name} doesn't find itself by meaning.")
        has_terms = probe.sparse and probe.sparse[LEMMAS].indices
        if has_terms and not any(scores.get(LEMMAS, 0.0) > 0 for scores in hits.values()):
            raise SearchIndexError(f"{name} doesn't find itself by its words.")


def vectors(drafts: Sequence[Draft], cache: VectorCache) -> list[Vectors | None]:
    """What the cache holds of them; None where it holds nothing."""
    texts = [clean(draft.embedded) for draft in drafts]
    by_kind = {as_query: cache.get([text for text, draft in zip(texts, drafts, strict=True)
                                    if draft.is_question == as_query], as_query=as_query) for as_query in (False, True)}
    return [by_kind[draft.is_question].get(text) for text, draft in zip(texts, drafts, strict=True)]


def _tried(work: Difference) -> list[Placed]:
    """Spread over what was written, and over what was there."""
    most = TRIAL.again if work.grown else TRIAL.points
    chosen = [points[:: max(1, len(points) * 2 // most)] for points in (work.fresh, [*work.moved, *work.kept])]
    return [point for points in chosen for point in points][:most]


def _scope(point: Placed, draft: Draft) -> Scope:
    since, until = point.days
    day = until if until != FOREVER else max(since, date(2000, 1, 1).toordinal())
    return Scope(as_of=date.fromordinal(day), field=Field(draft.record["field"]))
