"""A company's own numbers (contracts, customers), by patterns that its admin writes; and our own placeholders.

A pattern is tried before it is saved and has a deadline on every message. When it misses the deadline there, every run
of characters with a digit in it is masked instead: it is an outage of comfort, not of privacy.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.expressions import checked
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import COMPANY_NUMBER, PATTERN_SECONDS
from chatbot.privacy.vault import PLACEHOLDER

_log = logging.getLogger(__name__)
_ANY_NUMBER = re.compile(r"[\w/-]*\d[\w/-]*")


class CompanyNumberRecogniser(Recogniser):
    kinds = (Entity.COMPANY_NUMBER,)

    def __init__(self, patterns: tuple[str, ...]) -> None:
        super().__init__()
        self._patterns = [checked(pattern) for pattern in patterns]

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for pattern in self._patterns:
            try:
                for match in pattern.finditer(text, timeout=PATTERN_SECONDS):
                    if match.end() > match.start():
                        yield Entity.COMPANY_NUMBER, match.start(), match.end(), COMPANY_NUMBER
            except TimeoutError:
                _log.warning("pattern %r took over %s s on a message: all its numbers were masked", pattern.pattern,
                             PATTERN_SECONDS)
                for number in _ANY_NUMBER.finditer(text):
                    yield Entity.COMPANY_NUMBER, number.start(), number.end(), COMPANY_NUMBER


class PlaceholderRecogniser(Recogniser):
    kinds = (Entity.PLACEHOLDER,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in PLACEHOLDER.finditer(text):
            yield Entity.PLACEHOLDER, match.start(), match.end(), 1.0
