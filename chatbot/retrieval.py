"""From a masked question and its history to passages, off the event loop and within a deadline."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import Executor
from datetime import date
from typing import Protocol

from chatbot.answer import Question
from chatbot.model.seam import Turn
from chatbot.topics import content
from ingestion.documents import Chunk, Passage
from ingestion.errors import SearchIndexError
from ingestion.search import Found, SearchRequest

SECONDS = 3.0
"""Longest search; an idle one takes some 50 ms."""
LIMIT = 16
"""Passages searched for; FAQ entries among them give way to the clauses they rest on."""
AUDIENCE = "customer"
"""Of the documents that customers are answered from; what was added for others (`add --audience`) is not searched."""
CLAUSES = 8
"""Clauses that go on to quoting, best first."""
SHORT = 1
"""A question with at most this many content words leans on what was said before ("Do kiedy?", "A za granicę?")."""
CHAIN = 4
"""Earlier messages of the customer that a question may lean on, each leaning on the one before."""
_FOLLOWS = re.compile(
    r"^(?:a|i|oraz|ale|czyli|wtedy|and|but|what about|then)\b"
    r"|\b(?:tego|temu|tym|nim|nią|niego|niej|nich|tam|wtedy|that|them|there)\b"
    r"|\b(?:ile|jak|kiedy|gdzie|długo|czy|is|does|was) (?:to|it)\b",
    re.IGNORECASE,
)
"""It begins like a second question, or points back with a pronoun."""


class Search(Protocol):
    """What answering needs of `ingestion.search.Searcher`."""

    def search(self, request: SearchRequest) -> Found: ...
    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None: ...


def leans(question: str) -> bool:
    """Whether a question can't be understood without what was said before it."""
    return bool(_FOLLOWS.search(question)) or len(content(question)) <= SHORT


def leant_on(question: str, history: tuple[Turn, ...]) -> tuple[str, ...]:
    """The customer's earlier messages that the question leans on, oldest first: back to one that stands by itself."""
    chain: list[str] = []
    for earlier in reversed([turn.text for turn in history if turn.author == "customer"]):
        if len(chain) == CHAIN or not leans(chain[-1] if chain else question):
            break
        chain.append(earlier)
    return tuple(reversed(chain))


def search_text(question: str, history: tuple[Turn, ...]) -> str:
    """The question with what it leans on, as one text."""
    return " ".join((*leant_on(question, history), question))


async def retrieve(search: Search, question: Question, executor: Executor) -> Found:
    """Raises SearchIndexError when there is no index or the search takes longer than SECONDS."""
    loop = asyncio.get_running_loop()
    request = SearchRequest(text=question.text, as_of=question.as_of, limit=LIMIT, audience=AUDIENCE,
                            history=leant_on(question.text, question.history))
    try:
        return await asyncio.wait_for(loop.run_in_executor(executor, search.search, request), SECONDS)
    except TimeoutError as error:
        raise SearchIndexError(f"The search took longer than {SECONDS} s. Try again; see /metrics for load.") from error


def clauses(found: Found, search: Search, as_of: date) -> tuple[Passage, ...]:
    """The clauses among what was found, in rank order, each once. An FAQ entry stands for the clauses it rests on: its
    questions are written as customers ask, and so find clauses that a customer's words don't."""
    ranked: list[Passage] = []
    seen: set[tuple[str, str]] = set()
    for passage in found.passages:
        standing = _rested_on(passage, search, as_of) if passage.chunk.questions else (passage,)
        for one in standing:
            key = (one.chunk.document, one.chunk.clause)
            if not one.chunk.questions and (key not in seen or one is passage):
                seen.add(key)
                ranked.append(one)
    return tuple(ranked[:CLAUSES])


def customers_words(found: Found) -> dict[tuple[str, str], frozenset[str]]:
    """Per clause (document, label), the content lemmas of the questions whose approved answers rest on it: what
    customers call what the clause calls otherwise."""
    words: dict[tuple[str, str], frozenset[str]] = {}
    for entry in (*found.faq, *(passage for passage in found.passages if passage.chunk.questions)):
        asked = frozenset(lemma for question in entry.chunk.questions for lemma in content(question))
        for reference in entry.chunk.rests_on:
            key = parse_reference(reference)
            words[key] = words.get(key, frozenset()) | asked
    return words


def parse_reference(reference: str) -> tuple[str, str]:
    """``"regulamin § 5 ust. 2"`` → document and clause label."""
    document, _, label = reference.partition(" ")
    return document, label


def _rested_on(entry: Passage, search: Search, as_of: date) -> tuple[Passage, ...]:
    chunks = (search.clause(*parse_reference(reference), as_of) for reference in entry.chunk.rests_on)
    return tuple(Passage(chunk, entry.score, entry.scores) for chunk in chunks if chunk is not None)
