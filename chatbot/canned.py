"""Canned replies for the console: approved FAQ answers near what the customer asks, with the clauses they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from chatbot.drafting import cite
from chatbot.grounding import curated_stands
from chatbot.messages import shown
from chatbot.retrieval import Search, parse_reference
from ingestion.documents import Chunk, Passage
from ingestion.search import SearchRequest

LOOKED_AT = 16
"""Passages of a search, of which some are FAQ entries; the index gives the three nearest questions besides."""
OFFERED = 6
"""Canned replies at once: what an agent takes in at a glance."""


@dataclass(frozen=True, slots=True)
class Canned:
    """``text`` may be sent as it is, unless ``suspended``: a clause it rests on has changed or is gone."""

    question: str
    text: str
    clauses: tuple[dict[str, Any], ...]
    suspended: bool


def find(words: str, search: Search, as_of: date) -> list[Canned]:
    """The nearest entries first. Blocks for one search. Raises SearchIndexError when there is no index."""
    found = search.search(SearchRequest(text=words, as_of=as_of, limit=LOOKED_AT))
    entries = [one for one in (*found.faq, *found.passages) if one.chunk.questions]
    return [_canned(one, search, as_of) for one in _once(entries)[:OFFERED]]


def _once(entries: Iterable[Passage]) -> list[Passage]:
    return list({(one.chunk.document, one.chunk.clause, one.chunk.text): one for one in entries}.values())


def _canned(entry: Passage, search: Search, as_of: date) -> Canned:
    clauses = _standing(entry.chunk, search, as_of)
    cited = shown(tuple(cite(clause, clause.text) for clause in clauses or ()))
    return Canned(entry.chunk.questions[0], entry.chunk.text, cited, clauses is None)


def _standing(entry: Chunk, search: Search, as_of: date) -> tuple[Chunk, ...] | None:
    """The clauses an entry rests on, where each is there and they still hold what it says; else None."""
    found = [search.clause(*parse_reference(reference), as_of) for reference in entry.rests_on]
    clauses = tuple(clause for clause in found if clause is not None)
    stands = len(clauses) == len(found) and curated_stands(entry.text, tuple(clause.text for clause in clauses))
    return clauses if stands else None
