"""What was said before a question, in the forms that sets of dialogues write it: the contract leaves that open. Pure.

Read are a list of texts, a list of objects (``author``, ``role`` or ``speaker`` with ``text`` or ``content``), and one
text with its speakers ("user: …\\tagent: …", as doc2dial has it); oldest first.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Author = Literal["customer", "ai", "human"]

AUTHORS: dict[str, Author] = {
    **dict.fromkeys(("customer", "user", "client", "klient", "klientka", "użytkownik", "uzytkownik"), "customer"),
    **dict.fromkeys(("ai", "assistant", "agent", "bot", "model", "system", "asystent"), "ai"),
    **dict.fromkeys(("human", "operator", "consultant", "konsultant", "konsultantka"), "human"),
}
"""``human`` is a person of the company's, as everywhere here."""
_WHO = ("author", "role", "speaker")
_WHAT = ("text", "content", "utterance")
_SPEAKER = rf"(?:{'|'.join(sorted(AUTHORS, key=len, reverse=True))})"
_SPOKEN = re.compile(rf"\s*(?P<who>{_SPEAKER})\s*:\s*(?P<text>.*)", re.IGNORECASE | re.DOTALL)
_TURN = re.compile(rf"\t+|\n(?=\s*{_SPEAKER}\s*:)|\s*\|\|\s*(?={_SPEAKER}\s*:)", re.IGNORECASE)


class Message(BaseModel):
    """One earlier message."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: Author = "customer"
    text: str


def read(value: Any) -> tuple[Message, ...]:
    """Empty for null. Whoever isn't named takes turns with the other, the customer first. Raises ValueError or
    TypeError, which say what is wrong."""
    if value is None:
        return ()
    turns: Any = _TURN.split(value) if isinstance(value, str) else value
    if not isinstance(turns, list):
        raise TypeError(f'"history" is a list of messages or a text, not {type(value).__name__}')
    found: list[Message] = []
    for turn in turns:
        message = _message(turn, "ai" if found and found[-1].author == "customer" else "customer")
        if message is not None:
            found.append(message)
    newest_first = isinstance(value, str) and found and found[0].author != "customer" == found[-1].author
    return tuple(reversed(found) if newest_first else found)


def _message(turn: Any, unnamed: Author) -> Message | None:
    """None for an empty one, and for a prompt among the messages."""
    if isinstance(turn, str):
        spoken = _SPOKEN.fullmatch(turn)
        author, text = (AUTHORS[spoken["who"].lower()], spoken["text"]) if spoken else (unnamed, turn)
    elif isinstance(turn, dict):
        who = next((turn[key] for key in _WHO if isinstance(turn.get(key), str)), "")
        text = next((turn[key] for key in _WHAT if isinstance(turn.get(key), str)), None)
        if text is None:
            raise ValueError(f'a message of "history" has a text or content, not only {sorted(turn)}')
        if turn.get("role") == "system":
            return None
        author = AUTHORS.get(who.strip().lower(), unnamed)
    else:
        raise TypeError(f'a message of "history" is a text or an object, not {type(turn).__name__}')
    return Message(author=author, text=text.strip()) if text.strip() else None
