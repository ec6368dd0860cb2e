"""One question through the very same answer as a customer's, with what each stage saw kept for the admin."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from chatbot import adapter, prompts
from chatbot.answer import Answer, Question
from chatbot.answering import Parts, answer
from chatbot.messages import shown
from chatbot.model import remote
from chatbot.model.seam import Model, Proposal, Task
from chatbot.privacy.vault import Vault
from chatbot.retrieval import Search
from ingestion import english
from ingestion.documents import Chunk, Passage
from ingestion.errors import ModelError
from ingestion.search import Found, SearchRequest
from ingestion.settings import Settings


class _Listening:
    """A model that notes what it was asked."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name = model.name
        self.adapter = model.adapter
        self.task: Task | None = None

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        self.task = task
        return await self._model.propose(task, seconds=seconds)


class _Watching:
    """A search that notes what it found."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.asked: SearchRequest | None = None
        self.found: Found | None = None

    def search(self, request: SearchRequest) -> Found:
        self.asked = request
        self.found = self._search.search(request)
        return self.found

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        return self._search.clause(document, clause, as_of)


async def play(settings: Settings, parts: Parts, question: str, as_of: date | None, today: date) -> dict[str, Any]:
    """The answer, its verdict, the passages with each stage's scores, what the search was narrowed to, and the prompt.
    Nothing is stored."""
    model, search = _Listening(parts.model), _Watching(parts.search)
    asked = Question(question, as_of or today, as_of is not None)
    result: Answer | None = None
    async for piece in answer(asked, replace(parts, model=model, search=search), Vault()):
        if isinstance(piece, Answer):
            result = piece
    assert result is not None, "answer() ends with an Answer"
    found = search.found
    return {
        "answer": {
            "kind": result.kind, "text": result.text, "mode": result.mode, "model": result.model,
            "adapter": result.adapter, "citations": list(shown(result.citations)), "draft": result.draft,
            "took_ms": round(result.took_ms, 1),
            "first_token_ms": round(result.first_token_ms, 1) if result.first_token_ms is not None else None,
        },
        "verdict": asdict(result.verdict),
        "passages": [_passage(one) for one in found.passages] if found else [],
        "faq": [_passage(one) for one in found.faq] if found else [],
        "filters": _filters(search.asked),
        "generation": found.generation if found else None,
        **_prompt(settings, model.task),
    }


def _filters(asked: SearchRequest | None) -> dict[str, Any] | None:
    """What the search was narrowed to (None: to nothing), and the words it looked for. None: nothing was searched."""
    if asked is None:
        return None
    return {"as_of": asked.as_of, "audience": asked.audience, "collection": asked.collection,
            "language": asked.language, "words": english.searched(asked.text)}


def _passage(passage: Passage) -> dict[str, Any]:
    chunk = passage.chunk
    return {"document": chunk.document, "version": chunk.version, "clause": chunk.clause, "title": chunk.title,
            "text": chunk.text, "score": round(passage.score, 4), "source": chunk.source,
            "valid_from": chunk.validity.since, "valid_until": chunk.validity.until,
            "scores": {name: round(value, 4) for name, value in passage.scores.items()}}


def _prompt(settings: Settings, task: Task | None) -> dict[str, str | None]:
    """What the model got, and its wording's version: a chat model on a server has messages, our own one, here or there,
    the text its adapter was trained with. None: it wasn't asked."""
    if task is None:
        return {"prompt": None, "prompt_version": None}
    try:
        if settings.llm_url and remote.own_adapter(settings)[1] is None:
            sent = "\n\n".join(f"{one.role}:\n{one.content}" for one in remote.messages(task))
            return {"prompt": sent, "prompt_version": remote.VERSION}
        folder = adapter.find(settings)
        version = adapter.read(folder).prompt.version if folder else prompts.versions()[-1]
        return {"prompt": prompts.load(version).render(task).text, "prompt_version": version}
    except ModelError as error:
        return {"prompt": str(error), "prompt_version": None}
