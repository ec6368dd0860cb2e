"""An approved answer, word for word, when a question matches it and the clauses it rests on still say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chatbot.grounding import curated_stands
from chatbot.retrieval import Search, parse_reference
from chatbot.thresholds import Thresholds
from chatbot.topics import content
from ingestion.documents import Chunk
from ingestion.search import Found

RANKS = 5
"""Clauses found for the question among which those of a curated answer are looked for."""
QUESTION_WEIGHT, ENTRY_WEIGHT, CLAUSE_WEIGHT = 24.0, 1.2, 0.5
"""What the closeness of the questions (a cosine), of the entry and of the clauses it rests on (fused scores) weigh in
ranking entries: a softmax over entries, cross-fitted on evals/cases/paraphrases.jsonl (docs/experiments.md; the
first put on the scale of e5-support's cosines since)."""
UNFOUND = 0.2
"""How far below the last passage found (fused score) an entry or clause that wasn't found is put."""
WIDE_MARGIN = 4.0
"""A lead over the next entry (in the ranking's log-odds) that counts as full."""


@dataclass(frozen=True, slots=True)
class Curated:
    """A matched entry with the clauses it rests on as they stood on the day. ``cosine`` is that of the questions;
    ``overlap`` the share of the question's content lemmas in the entry's questions; ``margin`` the lead over the next
    entry, from 0 to 1; ``agreement`` 1 where the search for clauses has one of the entry's first, less further down;
    ``first`` 1 where the search for text has the entry itself first."""

    chunk: Chunk
    rests_on: tuple[Chunk, ...]
    cosine: float
    overlap: float = 1.0
    margin: float = 1.0
    agreement: float = 1.0
    first: float = 1.0

    def seconds(self, document: str, clause: str) -> float:
        """Its margin where it rests on that clause, less than 0 by as much where it rests on others."""
        own = {(chunk.document, chunk.clause) for chunk in self.rests_on}
        return self.margin if (document, clause) in own else -self.margin


def match(question: str, found: Found, search: Search, as_of: date, thresholds: Thresholds) -> Curated | None:
    """The best matching entry that may be given; whether it is sure enough, its mode's rule says.

    An entry whose clause is gone as of the day, or whose clauses no longer hold every figure of its answer, is passed
    over: old terms given as new are the commonest complaint of all.
    """
    asked = frozenset(content(question))
    ranking = ranked(found)
    for place, (chunk, cosine, score) in enumerate(ranking):  # no entry on that day: none follows none
        if cosine < thresholds.curated_floor or not asked:
            return None
        clauses = [_clause(reference, search, as_of) for reference in chunk.rests_on]
        standing = tuple(clause for clause in clauses if clause is not None)
        if len(standing) == len(clauses) and curated_stands(chunk.text, tuple(c.text for c in standing)):
            lead = score - ranking[place + 1][2] if place + 1 < len(ranking) else WIDE_MARGIN
            own = frozenset(lemma for one in chunk.questions for lemma in content(one))
            return Curated(
                chunk,
                standing,
                cosine,
                overlap=len(asked & own) / len(asked),
                margin=min(1.0, max(0.0, lead / WIDE_MARGIN)),
                agreement=_agreement(standing, found),
                first=float(bool(found.passages) and found.passages[0].chunk.id == chunk.id),
            )
    return None


def ranked(found: Found) -> list[tuple[Chunk, float, float]]:
    """FAQ entries with the cosine of their closest question and their score, best first: those whose questions are
    close, and those whose text, or whose clauses, the search for text found."""
    bottom = min((passage.score for passage in found.passages), default=0.0) - UNFOUND
    entries = {passage.chunk.id: passage for passage in found.passages if passage.chunk.questions}
    clauses: dict[str, float] = {}
    for passage in found.passages:
        if not passage.chunk.questions:
            clauses.setdefault(f"{passage.chunk.document} {passage.chunk.clause}", passage.score)
    cosines = {passage.chunk.id: passage.score for passage in found.faq}
    chunks = {passage.chunk.id: passage.chunk for passage in (*entries.values(), *found.faq)}
    furthest = min(cosines.values(), default=0.0)
    scored = []
    for name, chunk in chunks.items():
        cosine = cosines.get(name, furthest)
        entry = entries[name].score if name in entries else bottom
        clause = max((clauses.get(reference, bottom) for reference in chunk.rests_on), default=bottom)
        scored.append((chunk, cosine, QUESTION_WEIGHT * cosine + ENTRY_WEIGHT * entry + CLAUSE_WEIGHT * clause))
    return sorted(scored, key=lambda one: (-one[2], one[0].id))


def _agreement(standing: Sequence[Chunk], found: Found) -> float:
    wanted = {(chunk.document, chunk.clause) for chunk in standing}
    texts = [passage for passage in found.passages if not passage.chunk.questions]
    for rank, passage in enumerate(texts[:RANKS]):
        if (passage.chunk.document, passage.chunk.clause) in wanted:
            return 1.0 - rank / RANKS
    return 0.0


def _clause(reference: str, search: Search, as_of: date) -> Chunk | None:
    return search.clause(*parse_reference(reference), as_of)
