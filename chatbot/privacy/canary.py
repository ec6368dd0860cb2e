"""A secret word in the prompt that no answer may hold: whoever gets it out has read the prompt.

Found also when it comes in pieces, spaced out, reversed, or in base64, hex, rot13 or by its letters' numbers.
"""

from __future__ import annotations

import base64
import codecs
import re
import secrets
from functools import lru_cache

LENGTH = 12
"""Letters: 26^12 words, so that no answer holds one by chance."""
SHARE = 8
"""So many of them in a row give it away too."""
_ALPHABET = "bcdfghjklmnpqrstvwxz"
_NOT_LETTERS = re.compile(r"[\W_]+")


def new() -> str:
    """A fresh canary: consonants only, so that it is no word and no part of one."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


class Watch:
    """Reads an answer as it streams and tells when the canary, or most of it, has come out. One answer, one watch."""

    def __init__(self, canary: str) -> None:
        self._marks = _marks(canary)
        self._longest = max(len(mark) for mark in self._marks)
        self._tails = ["", ""]

    def leaks(self, piece: str) -> bool:
        """Whether all that was read up to ``piece`` gives the canary away; ``piece`` must not be shown then."""
        lower = piece.lower()
        # Letters and digits only ('b c d', 'b-c-d'); base64's own '+' and '/' besides.
        squeezed = (_NOT_LETTERS.sub("", lower), re.sub(r"[^a-z0-9+/]", "", lower))
        found = False
        for place, text in enumerate(squeezed):
            seen = self._tails[place] + text
            found = found or any(mark in seen for mark in self._marks)
            self._tails[place] = seen[-self._longest:]
        return found


def leaks(text: str, canary: str) -> bool:
    """Whether a whole text gives the canary away."""
    return Watch(canary).leaks(text)


@lru_cache(256)
def _marks(canary: str) -> frozenset[str]:
    """Every stretch of SHARE letters in every disguise, lower-case."""
    marks = set()
    for start in range(len(canary) - SHARE + 1):
        part = canary[start:start + SHARE]
        marks |= {part, part[::-1], codecs.encode(part, "rot13"), part.encode().hex(), part[::-1].encode().hex(),
                  "".join(str(ord(letter)) for letter in part), "".join(f"{ord(letter):08b}" for letter in part)}
        for shift in range(3):  # base64 reads three bytes at a time: a part may begin at any of them
            for written in (part, part.upper(), part[::-1]):
                coded = base64.b64encode(b"\0" * shift + written.encode()).decode()
                inner = coded[(0, 2, 3)[shift]:(len(written) + shift) // 3 * 4]
                marks.add(inner.lower())
    return frozenset(marks)
