"""Does a customer's message talk to the model instead of the company? A flag for the verdict, never the only guard.

The guard that holds is elsewhere: a model here can only choose among sentences of documents, ask back or hand over, and
all output is checked text. Not covered: orders in a language not listed, and ones told as a story.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from ingestion.polish import clean, fold

HIDDEN_CHARACTERS = 3
"""Invisible or tag characters in one message; a copied text has one or two by accident, a hidden order has dozens."""
LONGEST_READ = 8_000
"""Characters looked at; a message may be shorter still (`chatbot.limits`)."""

_HIDDEN = re.compile("[\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_SPACES = re.compile(r"\s+")
_SIGNS = re.compile(r"[\s,;:.!?\"„”«»*()–—-]+")
_SPELT = re.compile(r"(?<!\w)(?:\w[ .\-_*]){4,}\w(?!\w)")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """``kind`` is a heading of injection.yaml, or ``hidden`` for characters that nobody sees."""

    kind: str
    words: str


def suspected(text: str) -> bool:
    """Whether ``text`` (as the customer wrote it) looks like an attempt to steer the model."""
    return suspicion(text) is not None


@lru_cache(50_000)
def orders(sentence: str) -> bool:
    """Whether a sentence of a document talks to a model instead of a reader: it is never shown to one, nor quoted.

    Of 8,187 sentences of statutes, 1,519 of help pages and 311 of the demo's documents, none did.
    """
    return suspicion(sentence) is not None


def suspicion(text: str) -> Suspicion | None:
    """What makes it look so; None for an ordinary message. Pure; about 1 ms for a message."""
    hidden = _HIDDEN.findall(text)
    if len(hidden) >= HIDDEN_CHARACTERS:
        return Suspicion("hidden", f"{len(hidden)} invisible characters")
    for reading in _readings(text[:LONGEST_READ]):
        for kind, form in _forms():
            if match := form.search(reading):
                return Suspicion(kind, match[0])
    return None


def _readings(text: str) -> list[str]:
    """The text as it reads; its words without the signs between them; and, where letters are spaced out
    ('i g n o r e'), with them joined."""
    plain = _SPACES.sub(" ", fold(clean(text)).lower().replace("’", "'"))
    words = _SIGNS.sub(" ", plain)
    joined = _SPELT.sub(lambda match: re.sub(r"[ .\-_*]", "", match[0]), plain)
    return list(dict.fromkeys((plain, words, joined)))


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    raw = yaml.safe_load((Path(__file__).parent / "injection.yaml").read_text("utf-8"))
    return tuple((kind, re.compile("|".join(_bounded(row) for row in rows))) for kind, rows in raw.items())


def _bounded(row: str) -> str:
    start = r"\b" if row[0].isalpha() or row.startswith("(") else ""
    return f"(?:{start}(?:{row}))"
