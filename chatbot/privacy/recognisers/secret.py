"""A password or PIN that someone wrote into the chat: what stands behind the word for it and looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import PASSWORD

_SECRET = re.compile(r"(?<!\w)(?i:has[łl](?:o|a|em)|password|passwd|pin(?:em|u)?)(?:\s+[a-ząćęłńóśźż]+){0,3}?"
                     r"\s*[:=–-]?\s*[\"'„»]?(?P<secret>(?=[^\s]*[\d\W_])[^\s\"'”«]{4,40})")

_SIGNS = frozenset("!@#$%^&*()_+=<>?~")


class PasswordRecogniser(Recogniser):
    kinds = (Entity.PASSWORD,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _SECRET.finditer(text):
            secret = match["secret"].rstrip(".,;!?)")
            if len(secret) >= 4 and any(c.isdigit() or c in _SIGNS for c in secret) and not secret.endswith(":"):
                yield Entity.PASSWORD, match.start("secret"), match.start("secret") + len(secret), PASSWORD
