"""What can go wrong in the chat, on top of `ingestion.errors`.

ProductError
├── ChatError            what a person at the widget or the console must be told; `type` names it for programs
│   ├── NotFound         no such conversation, ticket or account (404)
│   ├── Unauthorised     no valid token or session (401)
│   ├── Forbidden        signed in, but not allowed (403)
│   ├── Conflict         somebody was faster, or the state doesn't allow it (409)
│   ├── ClientIdReused   a client id came back with another text (422)
│   ├── BadInput         a value can't be taken (422)
│   ├── TooMany          over one's own budget (429)
│   └── Busy             the service is over its capacity, or its store is away (503)
├── AuditBroken          the trail of who did what was changed (exit 1)
├── PortTaken            another program listens on the port (exit 1)
└── UnsafeStart          settings under which the service would be open to everyone (exit 1)

A ChatError carries a key of the locale files instead of a text: the words are chosen at the edge, where the
customer's language is known (`chatbot.api.problems`).
"""

from __future__ import annotations

from chatbot.texts import say
from ingestion.errors import ProductError


class ChatError(ProductError):
    """``key`` names a text under ``chat.problems``; ``retry_after`` is in seconds."""

    status = 500
    type = "error"

    def __init__(self, key: str, *, retry_after: int | None = None, **values: object) -> None:
        self.key = key
        self.values = values
        self.retry_after = retry_after
        super().__init__(self.text("en"))

    def text(self, language: str) -> str:
        return say(language, f"chat.problems.{self.key}", **self.values)


class NotFound(ChatError):
    status = 404
    type = "not-found"


class Unauthorised(ChatError):
    status = 401
    type = "unauthorised"


class Forbidden(ChatError):
    status = 403
    type = "forbidden"


class Conflict(ChatError):
    status = 409
    type = "conflict"


class ClientIdReused(ChatError):
    status = 422
    type = "client-id-reused"


class BadInput(ChatError):
    status = 422
    type = "bad-input"


class TooMany(ChatError):
    status = 429
    type = "too-many"
    retry_helps = True


class Busy(ChatError):
    status = 503
    type = "busy"
    retry_helps = True


class PortTaken(ProductError):
    pass


class AuditBroken(ProductError):
    pass


class UnsafeStart(ProductError):
    pass
