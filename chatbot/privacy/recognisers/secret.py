"""A password or PIN that someone wrote into the chat: what stands behind the word for it and looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import PASSWORD

_SECRET = re.compile(r"(?i:has[łl](?:o|a|em)|password|passwd|pin(?:em|u)?)"
                     r"(?:[\s:=–-]|\bto\b|\bmoje\b|\bbrzmi\b|\bis\b){1,6}"
                     r"[\"'„»]?(?P<secret>[^\s\"'”«]{4,40})")


class PasswordRecogniser(Recogniser):
    kinds = (Entity.PASSWORD,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _SECRET.finditer(text):
            secret = match["secret"].rstrip(".,;!?)")
            mixed = sum((any(c.isdigit() for c in secret), any(c.islower() for c in secret),
                         any(c.isupper() for c in secret[1:]), any(not c.isalnum() for c in secret)))
            if len(secret) >= 4 and (mixed >= 2 or secret.isdigit()) and not secret.endswith("-"):
                yield Entity.PASSWORD, match.start("secret"), match.start("secret") + len(secret), PASSWORD
