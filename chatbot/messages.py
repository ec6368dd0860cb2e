"""A message of a conversation, and the forms it is kept and shown in."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from chatbot.answer import Citation

CUSTOMER = "customer"
AI = "ai"
HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Message:
    """``kind`` (of the AI's): reply, question, refusal, ticket. ``at`` is milliseconds since 1970."""

    id: str
    author: str
    text: str
    at: int
    name: str | None = None
    kind: str | None = None
    mode: str | None = None
    citations: tuple[dict[str, Any], ...] = ()
    client_id: str | None = None
    rating: str | None = None

    def shown(self) -> dict[str, Any]:
        """As the HTTP shapes have it; what is empty is left out. ``ai_generated`` is the machine-readable mark that the
        AI Act (art. 50) asks for: on every message of the assistant's, on nobody else's."""
        found = {"message": self.id, "author": self.author, "name": self.name, "text": self.text, "kind": self.kind,
                 "mode": self.mode, "citations": list(self.citations), "client_id": self.client_id, "at": self.at,
                 "ai_generated": True if self.author == AI else None}
        return {name: value for name, value in found.items() if value not in (None, [])}

    def dump(self) -> str:
        return json.dumps(self.shown(), ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Message:
        found = json.loads(text)
        found["id"] = found.pop("message")
        found.pop("ai_generated", None)
        found["citations"] = tuple(found.get("citations", ()))
        return cls(**found)


def shown(citations: tuple[Citation, ...]) -> tuple[dict[str, Any], ...]:
    """Citations as the page shows them, numbered from 1 as the marks in the text are."""
    return tuple({
        "n": number, "document": one.document, "version": one.version, "clause": one.clause, "title": one.title,
        "quote": one.quote, "text": one.text, "source": one.source, "hash": one.hash,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
    } for number, one in enumerate(citations, start=1))


def new_id(prefix: str) -> str:
    """96 random bits: unguessable, and never twice."""
    return f"{prefix}_{secrets.token_hex(12)}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
