"""An approved answer, word for word, when a question matches it and the clauses it rests on still say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chatbot.grounding import curated_stands
from chatbot.retrieval import Search, parse_reference
from chatbot.thresholds import Thresholds
from chatbot.topics import content
from ingestion.documents import Chunk, Passage


@dataclass(frozen=True, slots=True)
class Curated:
    """A matched entry with the clauses it rests on as they stood on the day; ``cosine`` is that of the questions."""

    chunk: Chunk
    rests_on: tuple[Chunk, ...]
    cosine: float


def match(question: str, faq: Sequence[Passage], search: Search, as_of: date, thresholds: Thresholds) -> Curated | None:
    """The best matching entry that may be given.

    An entry whose clause is gone as of the day, or whose clauses no longer hold every figure of its answer, is passed
    over: old terms given as new are the commonest complaint of all.
    """
    asked = frozenset(content(question))
    for passage, following in zip(faq, [*faq[1:], None], strict=False):  # no entry on that day: none follows none
        margin = passage.score - following.score if following else 1.0
        if margin < thresholds.curated_margin or not _close(asked, passage, thresholds):
            continue
        clauses = [_clause(reference, search, as_of) for reference in passage.chunk.rests_on]
        standing = tuple(clause for clause in clauses if clause is not None)
        if len(standing) == len(clauses) and curated_stands(passage.chunk.text, tuple(c.text for c in standing)):
            return Curated(passage.chunk, standing, passage.score)
    return None


def _close(asked: frozenset[str], passage: Passage, thresholds: Thresholds) -> bool:
    if passage.score < thresholds.curated_cosine or not asked:
        return False
    shared = max((len(asked & frozenset(content(q))) / len(asked) for q in passage.chunk.questions), default=0.0)
    return passage.score >= thresholds.curated_sure or shared >= thresholds.curated_overlap


def _clause(reference: str, search: Search, as_of: date) -> Chunk | None:
    return search.clause(*parse_reference(reference), as_of)
