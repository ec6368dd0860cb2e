"""Questions and answers in a page: headings that ask, each with the text under it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingestion.clauses import Block
from ingestion.documents import FaqEntry

LEAST = 2
"""Headings that ask; one alone is a title."""
LONGEST_ANSWER = 900
"""Characters; a longer text under a question is an article, to be quoted in part and not given whole."""
LONGEST_QUESTION = 200
"""Characters."""
_NUMBERED = re.compile(r"(?:§|Art\.)\s*\d")
_ORDINAL = re.compile(r"^(?:\d{1,3}[.)]|[-–•])\s+")


def apart(blocks: Sequence[Block]) -> tuple[tuple[FaqEntry, ...], tuple[Block, ...]]:
    """The entries, and the blocks that are none. A regulation by § or Art. is left whole: its headings may ask too."""
    if any(_NUMBERED.match(block.text) for block in blocks):
        return (), tuple(blocks)
    entries: list[FaqEntry] = []
    rest: list[Block] = []
    place = 0
    while place < len(blocks):
        end = place + 1
        while end < len(blocks) and not blocks[end].level:
            end += 1
        answer = "\n".join(block.text for block in blocks[place + 1 : end])
        if _asks(blocks[place]) and 0 < len(answer) <= LONGEST_ANSWER:
            entries.append(FaqEntry(_ORDINAL.sub("", blocks[place].text), answer))
            place = end
        else:
            rest.append(blocks[place])
            place += 1
    if len(entries) < LEAST:
        return (), tuple(blocks)
    return tuple(entries), _without_bare_headings(rest)


def _asks(block: Block) -> bool:
    return bool(block.level) and block.text.endswith("?") and len(block.text) <= LONGEST_QUESTION


def _without_bare_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Without headings that only stood over questions."""
    kept: list[Block] = []
    for block in reversed(blocks):
        over = bool(kept) and (not kept[-1].level or kept[-1].level > block.level)
        if not block.level or over:
            kept.append(block)
    return tuple(reversed(kept))
