"""Spellings that a misread or mistyped word may stand for: scanners confuse shapes, people leave diacritics out.

Pure; the caller looks each candidate up in a dictionary. Confusions are those that scanning of Latin script with Polish
letters is known for; a candidate says nothing until the dictionary has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from itertools import chain, islice, product

from ingestion.polish import fold

MOST_CANDIDATES = 400
"""Look-ups for one unknown word, about 2 ms at 5 µs each; each unknown word is looked up once and remembered."""
MOST_CHOICES = 64
"""Ways of reading the signs that can't be letters at all."""

SIGNS = {
    "0": "oó", "1": "liłI", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "€": "e", "$": "s", "|": "li", "!": "li", "(": "c", "+": "t", "#": "h", "<": "c", "ß": "b", "þ": "p",
    "ƒ": "f", "v": "yuw", "q": "gpo", "x": "k",
    "ɾ": "r", "ñ": "ń", "ü": "u", "ý": "y", "ö": "o", "ä": "a", "á": "a", "é": "e", "í": "i",
}  # fmt: skip
"""What is no letter of Polish words, and the letters it looks like."""
LETTERS = {
    "a": "ąo", "ą": "a", "b": "ħh", "c": "ćeo", "ć": "c", "d": "o", "e": "ęc", "ę": "e", "f": "t", "g": "q", "h": "bn",
    "i": "lj", "j": "i", "l": "łi", "ł": "lt", "m": "n", "n": "ńrmhu", "ń": "n", "o": "óac", "ó": "o", "p": "n",
    "q": "gp", "r": "n", "s": "śz", "ś": "s", "t": "f", "u": "un", "v": "yu", "w": "u", "y": "v", "z": "żźs", "ź": "z",
    "ż": "z", "x": "k",
}  # fmt: skip
PAIRS = (("cl", "d"), ("rn", "m"), ("vv", "w"), ("uu", "w"), ("lc", "k"), ("l<", "k"), ("|<", "k"), ("|c", "k"),
         ("nn", "m"), ("ii", "u"), ("li", "h"), ("ni", "m"), ("in", "m"))  # fmt: skip
PLAIN = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "żź"}
"""What people leave out when they type without Polish keys."""


class Change(IntEnum):
    """How far a candidate is from what is written: signs, accents and pairs are surer than one letter for another."""

    NONE = 0
    SIGN = 1
    LETTER = 2


def candidates(word: str) -> Iterator[tuple[str, Change]]:
    """Likely readings of ``word``, likeliest first, at most MOST_CANDIDATES, with a capital."""
    seen = {word}
    for made, change in _all(word):
        if made not in seen:
            seen.add(made)
            yield made, change
            if len(seen) > MOST_CANDIDATES:
                return


def _all(word: str) -> Iterator[tuple[str, Change]]:
    bases = list(_signs(word))
    signs = bases != [word.lower()]
    for base in bases:
        yield _named(base), Change.SIGN
    for made in chain(_pairs(word.lower()), _accents(word.lower())):
        yield _named(made), Change.SIGN
    for base in bases[:4]:
        for made in _edits(base):
            yield _named(made), Change.SIGN if signs else Change.LETTER
    for base in bases[:2]:
        for once in list(_pairs(base)):
            for made in _edits(once):
                yield _named(made), Change.LETTER


def _signs(word: str) -> Iterator[str]:
    """Every sign that can't be a Polish letter read as one that can."""
    choices = [SIGNS.get(letter, letter) for letter in word.lower()]
    for letters in islice(product(*choices), MOST_CHOICES):
        yield "".join(letters)


def _edits(word: str) -> Iterator[str]:
    yield from _pairs(word)
    for place, letter in enumerate(word):
        for other in LETTERS.get(letter, ""):
            yield word[:place] + other + word[place + 1:]


def _pairs(word: str) -> Iterator[str]:
    for pair, letter in PAIRS:
        place = word.find(pair)
        while place >= 0:
            yield word[:place] + letter + word[place + len(pair):]
            place = word.find(pair, place + 1)


def accented(word: str) -> Iterator[str]:
    """``word`` with diacritics put in, in every way its first six letters that may bear one allow."""
    places = [place for place, letter in enumerate(word) if letter in PLAIN][:6]
    for letters in product(*(word[place] + PLAIN[word[place]] for place in places)):
        changed = list(word)
        for place, letter in zip(places, letters, strict=True):
            changed[place] = letter
        yield "".join(changed)


def _accents(word: str) -> Iterator[str]:
    """With accents put in, and with one taken out."""
    yield from accented(word)
    for place, letter in enumerate(word):
        if (plain := fold(letter)) != letter:
            yield word[:place] + plain + word[place + 1:]


def _named(made: str) -> str:
    """A misread first letter ('clominik', '9dynia') can't tell its case, and only names are sought."""
    return made[:1].upper() + made[1:]
