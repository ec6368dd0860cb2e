"""A company's own numbers (contracts, customers), by patterns that its admin writes; and our own placeholders.

A pattern is tried before it is saved and has a deadline on every message. When it misses the deadline there, every run
of characters with a digit in it is masked instead: it is an outage of comfort, not of privacy.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator

import regex  # type: ignore[import-untyped]

from chatbot.privacy.entities import Entity
from chatbot.privacy.errors import PatternError
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import COMPANY_NUMBER, PATTERN_LENGTH, PATTERN_SECONDS, PATTERNS
from chatbot.privacy.vault import PLACEHOLDER

_log = logging.getLogger(__name__)
_ANY_NUMBER = re.compile(r"[\w/-]*\d[\w/-]*")
_ATTACKS = ("a" * 40, "1" * 40, "A" * 40 + "!", "0" * 2000 + "x", "-" * 200, "ab" * 500 + "!", "1/" * 300 + "x",
            " " * 500, "aA1-/ " * 200 + "!", "_" * 300)
"""Texts on which patterns with nested repeats take for ever."""
_PROSE = ("Proszę o zwrot 129,99 zł za zamówienie z 3 maja 2026 r. zgodnie z § 7 ust. 2 regulaminu.",
          "Mam 34 lata i w ciągu 14 dni chcę odstąpić od umowy. How much is it?")
"""What no pattern may match: it would mask dates, amounts and words."""


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


def validated(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """An admin's patterns as they may be saved. Raises PatternError naming the pattern and what to change."""
    if len(patterns) > PATTERNS:
        raise PatternError(f"{len(patterns)} patterns are too many: each is tried on every message. Keep {PATTERNS}.")
    for pattern in patterns:
        checked(pattern)
    return patterns


def checked(pattern: str) -> regex.Pattern[str]:
    """The compiled pattern, bounded by non-word characters. Raises PatternError."""
    if not pattern or len(pattern) > PATTERN_LENGTH:
        raise PatternError(f"The pattern {pattern[:40]!r} has {len(pattern)} characters: give 1 to {PATTERN_LENGTH}.")
    try:
        compiled = regex.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
    except regex.error as error:
        raise PatternError(f"The pattern {pattern!r} is no regular expression: {error}.") from error
    if compiled.search("") or any(compiled.search(prose) for prose in _PROSE):
        raise PatternError(f"The pattern {pattern!r} matches ordinary words, amounts or dates: make it say more of the "
                           r"number's form, for example UM-\d{6}.")
    for text in _ATTACKS:
        started = time.perf_counter()
        try:
            for _ in compiled.finditer(text, timeout=PATTERN_SECONDS):
                pass
        except TimeoutError as error:
            raise PatternError(f"The pattern {pattern!r} took over {PATTERN_SECONDS} s on {text[:12]!r}…: "
                               r"don't repeat a group that repeats already, as in (\d+)+.") from error
        if time.perf_counter() - started > 4 * PATTERN_SECONDS:
            raise PatternError(f"The pattern {pattern!r} is too slow on {text[:12]!r}…: make it simpler.")
    return compiled
