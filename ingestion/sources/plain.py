"""Plain text, and the text body of a message."""

from __future__ import annotations

from ingestion.clauses import Block
from ingestion.polish import clean
from ingestion.sources.blocks import Found, paragraphs
from ingestion.sources.charset import decode

TITLE_LENGTH = 120
"""Characters; a first line that is longer is text."""


def read(data: bytes) -> Found:
    return from_text(decode(data))


def from_text(text: str) -> Found:
    """Wrapped lines are joined; a short first line with a capital and no full stop is the title, and stays in place."""
    found = paragraphs(clean(text).split("\n"))
    first = found[0] if len(found) > 1 else ""
    titled = first[:1].isupper() and len(first) <= TITLE_LENGTH and not first.endswith((".", ":", ",", ";", "?", "!"))
    return Found(first if titled else None, tuple(Block(paragraph) for paragraph in found))
