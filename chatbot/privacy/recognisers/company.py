"""Whether a name stands in a company's or an institution's: those are never masked."""

from __future__ import annotations

from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token
from ingestion.polish import fold

_REACH = 4
"""Words of a company's name before its legal form: 'Potęga-Molka i syn s.c.'."""


def in_company(words: list[Token], first: int, last: int) -> bool:
    """``first`` to ``last`` are the words of the name."""
    known = lexicon()
    for step in range(1, _REACH + 1):
        place = last + step
        if place >= len(words) or words[place].gap.strip(" -–.&\u00a0"):
            break
        if words[place].opens and not words[place].gap.startswith("."):
            break
        if _tail(words, place):
            return True
        if not words[place].capital and words[place].text.lower() not in ("i", "syn", "synowie", "and", "sons"):
            break
    for step in range(1, 3):
        place = first - step
        if place < 0 or words[place + 1].gap.strip(" -\u00a0„\"'"):
            break
        if words[place].lemmas & known.company_heads:
            return True
        if not words[place].capital:
            break
    return False


def brand_length(words: list[Token], at: int) -> int:
    """How many words from ``at`` are a brand that is spelt like a person ('Gino Rossi'); 0 for none."""
    for brand in lexicon().brands:
        found = words[at:at + len(brand)]
        if tuple(fold(one.text.lower()) for one in found) == brand and not any(
                one.gap.strip(" \u00a0.&") for one in found[1:]):
            return len(brand)
    return 0


def _tail(words: list[Token], place: int) -> bool:
    """'Sp. z o.o.', 'S.A.', 's.c.': the tokens are their letters."""
    text = words[place].text.lower()
    if text in lexicon().company_tails:
        return True
    after = words[place + 1] if place + 1 < len(words) else None
    return after is not None and after.gap == "." and f"{text}.{after.text.lower()}" in lexicon().company_tails
