"""A secret word in the prompt that no answer may hold: whoever gets it out has read the prompt.

Found also when it comes in pieces, spaced out, reversed, shifted along the alphabet, full-width, or in base64, base32,
hex, escapes, binary or by its letters' numbers. Not covered: codes agreed on in the same conversation ("each letter as
an animal"). Each answer has a word of its own, so that no two answers can each give a half.
"""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LENGTH = 12
"""Letters: 20^12 words, so that no answer holds one by chance."""
SHARE = 8
"""So many of them give it away: in a row in any disguise, or in plain pieces of FRAGMENT and more."""
FRAGMENT = 4
"""Letters of a piece that counts when it stands alone. Of 27,000 texts without the word, none had two of one word."""
KEPT = 800
"""Characters of what was read that a disguise may have begun in; the longest ("1) b as in b…") takes 30 a letter."""
ALPHABET = "bcdfghjklmnpqrstvwxz"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NOT_LETTERS_OR_DIGITS = re.compile(r"[\W_]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_NOT_BASE64 = re.compile(r"[^a-z0-9+/]+")
_NOT_DIGITS = re.compile(r"\D+")
_ESCAPE = re.compile(r"(?:\\x|\\u00|\\u\{|&#x|%|0x)(?=[0-9a-f]{2})")
_TAG = re.compile(r"<[^<>]{0,40}>")


def new() -> str:
    """A fresh canary: consonants only, so that it is no word and no part of one."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class Watch:
    """Reads an answer as it streams and tells when the canary, or most of it, has come out. One answer, one watch."""

    def __init__(self, canary: str) -> None:
        self._canary = canary
        self._marks = _marks(canary)
        self._read = ""
        self._pieces: set[int] = set()

    def leaks(self, piece: str) -> bool:
        """Whether all that was read up to ``piece`` gives the canary away; ``piece`` must not be shown then."""
        self._read = (self._read + unicodedata.normalize("NFKC", piece).lower())[-len(piece) - KEPT:]
        return any(self._marked(text) for text in _readings(self._read)) or self._in_pieces()

    def _marked(self, text: str) -> bool:
        for start in range(len(text) - SHARE + 1):
            for mark in self._marks.get(text[start:start + SHARE], ()):
                if text.startswith(mark, start):
                    return True
        return False

    def _in_pieces(self) -> bool:
        letters = _NOT_LETTERS.sub("", self._read)
        for word in (self._canary, self._canary[::-1]):
            places = range(LENGTH) if word == self._canary else range(LENGTH - 1, -1, -1)
            for start in range(len(word) - FRAGMENT + 1):
                if word[start:start + FRAGMENT] in letters:
                    self._pieces |= {places[place] for place in range(start, start + FRAGMENT)}
        return len(self._pieces) >= SHARE


def leaks(text: str, canary: str) -> bool:
    """Whether a whole text gives the canary away."""
    return Watch(canary).leaks(text)


def _readings(lower: str) -> Iterator[str]:
    """The ways to read a text without what only parts its letters: 'b c d', 'b-c-d', '1. b 2. c', '98, 99'; and the
    first letters of its words."""
    bare = _TAG.sub("", lower)
    yield _NOT_LETTERS_OR_DIGITS.sub("", bare)
    yield _NOT_LETTERS.sub("", bare)
    yield _NOT_BASE64.sub("", lower)
    yield _NOT_DIGITS.sub("", lower)
    yield _NOT_LETTERS_OR_DIGITS.sub("", _ESCAPE.sub("", lower))
    yield "".join(_NOT_LETTERS.sub("", word)[:1] for word in lower.split())


@lru_cache(256)
def _marks(canary: str) -> dict[str, list[str]]:
    """Every stretch of SHARE letters in every disguise, lower-case, by its first SHARE characters."""
    halves = canary[::2] + canary[1::2]  # every second letter, then the others
    marks: dict[str, list[str]] = {}
    for word in (canary, canary[::-1], halves, halves[::-1]):
        for table in ALPHABETS:
            written = word.translate(table)
            for start in range(LENGTH - SHARE + 1):
                marks.setdefault(written[start:start + SHARE], []).append(written[start:start + SHARE])
        for start in range(LENGTH - SHARE + 1):
            for mark in _codes(word[start:start + SHARE]):
                marks.setdefault(mark[:SHARE], []).append(mark)
    return marks


ALPHABETS = [str.maketrans(_LETTERS, _LETTERS[shift:] + _LETTERS[:shift]) for shift in range(len(_LETTERS))]
ALPHABETS.append(str.maketrans(_LETTERS, _LETTERS[::-1]))
"""Itself, each shift along the alphabet (13 is rot13), and the alphabet read backwards (atbash)."""


def _codes(part: str) -> Iterator[str]:
    for written in (part, part.upper()):
        yield written.encode().hex()
        yield "".join(str(ord(letter)) for letter in written)
        yield "".join(f"{ord(letter):08b}" for letter in written)
        yield "".join(f"{ord(letter):03o}" for letter in written)
        for shift in range(3):  # base64 reads three bytes at a time: a part may begin at any of them
            coded = base64.b64encode(b"\0" * shift + written.encode()).decode()
            yield coded[(0, 2, 3)[shift]:(len(written) + shift) // 3 * 4].lower()
        for shift in range(5):  # and base32 five
            coded = base64.b32encode(b"\0" * shift + written.encode()).decode()
            yield coded[(0, 2, 4, 5, 7)[shift]:(len(written) + shift) * 8 // 5].lower()
