"""Digits as people and scanners write them: grouped, and with letters in place of some."""

from __future__ import annotations

import re

from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.thresholds import MOST_DAMAGED

SIGN = r"[0-9A-Za-z|!$]"
"""A digit, or what may be a misread one."""
_LOOKS_LIKE = str.maketrans("OoDQlI|!iZzAhHESsGbTBgq$", "000011111224443556678995")
_AFTER = re.compile(r"\s*([^\W\d_]+[²2]?|[€$£%])")
_SEPARATORS = re.compile(r"[\s./()–-]+")


def bare(text: str) -> str:
    """Without spaces, dashes, dots, slashes and brackets."""
    return _SEPARATORS.sub("", text)


def straightened(text: str) -> str | None:
    """Bare digits, misread ones put right by their shape; None when too many are misread to be a number at all."""
    number = bare(text)
    damaged = sum(not character.isdigit() for character in number)
    allowed = max((most for length, most in MOST_DAMAGED.items() if length <= len(number)), default=2)
    return number.translate(_LOOKS_LIKE) if damaged <= allowed else None


def is_amount(text: str, end: int) -> bool:
    """Whether a unit or a currency stands behind the number that ends there."""
    unit = _AFTER.match(text, end)
    return unit is not None and (unit[1].lower() in lexicon().units or unit[1] in lexicon().currencies)
