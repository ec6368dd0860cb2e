"""Real answering on what an attacker would like it to stand on: a model of theirs, documents of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chatbot.answer import Answer, Question, Sentence
from chatbot.answering import Parts, answer
from chatbot.model.seam import Model
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from chatbot.thresholds import Thresholds, with_limit
from ingestion.documents import Chunk, Kind, Passage, Validity
from ingestion.search import Found, SearchRequest
from tests.chatbot.conftest import COMPANY

TODAY = date(2026, 11, 22)
QUESTION = "Ile dni mam na zwrot zamówionego towaru?"
CLAUSE = "1. Na zwrot zamówionego towaru masz 14 dni od dnia jego otrzymania."


def chunk(text: str, **more: object) -> Chunk:
    made = Chunk(document="regulamin", version="2026", clause="§ 5 ust. 1", title="Regulamin", text=text, position=0,
                 kind=Kind.REGULATION, validity=Validity(date(2024, 1, 1), None), source="regulamin.md",
                 headings=("Zwroty",))
    return replace(made, **more)  # type: ignore[arg-type]


class Shelf:
    """A search that finds what it was given, as well as anything can be found."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks

    def search(self, request: SearchRequest) -> Found:
        found = tuple(Passage(one, 1.0, {"dense": 0.95, "sparse": 1.0}) for one in self.chunks)
        return Found(found, (), "g", 1.0)

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        return next((one for one in self.chunks if (one.document, one.clause) == (document, clause)), None)


def parts(model: Model, chunks: Sequence[Chunk] = (), masker: Masker | None = None) -> Parts:
    """Everything is sent, whatever the score: what is to be held back must be held back by the guards."""
    return Parts(company=COMPANY, search=Shelf(chunks or [chunk(CLAUSE)]), model=model, masker=masker or Masker(),
                 thresholds=with_limit(Thresholds(), 1.0))


async def told(question: str, given: Parts) -> tuple[list[str], Answer]:
    """The sentences as they streamed, and the answer they belong to."""
    streamed: list[str] = []
    async for piece in answer(Question(question, TODAY), given, Vault()):
        if isinstance(piece, Sentence):
            streamed.append(piece.text)
        else:
            return streamed, piece
    raise AssertionError("answer() ended without an Answer")
