"""Spellings that a misread or mistyped word may stand for: scanners confuse shapes, people leave diacritics out.

Pure; the caller looks each candidate up in a dictionary. Confusions are those that scanning of Latin script with Polish
letters is known for; a candidate says nothing until the dictionary has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

MOST_CANDIDATES = 400
"""Look-ups for one unknown word, about 2 ms at 5 µs each; each unknown word is looked up once and remembered."""
MOST_CHOICES = 64
"""Ways of reading the signs that can't be letters at all."""

SIGNS = {
    "0": "oó", "1": "liłI", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "€": "e", "$": "s", "|": "li", "!": "li", "(": "c", "+": "t", "#": "h", "<": "c", "ß": "b", "þ": "p",
    "ƒ": "f", "ɾ": "r", "ñ": "ń", "ü": "u", "ý": "y", "ö": "o", "ä": "a", "á": "a", "é": "e", "í": "i",
}  # fmt: skip
"""What is no Polish letter, and the letters it looks like."""
LETTERS = {
    "a": "ąo", "ą": "a", "b": "ħh", "c": "ćeo", "ć": "c", "d": "o", "e": "ęc", "ę": "e", "f": "t", "g": "q", "h": "bn",
    "i": "lj", "j": "i", "l": "łi", "ł": "lt", "m": "n", "n": "ńrmhu", "ń": "n", "o": "óac", "ó": "o", "p": "n",
    "q": "gp", "r": "n", "s": "śz", "ś": "s", "t": "f", "u": "un", "v": "yu", "w": "u", "y": "v", "z": "żźs", "ź": "z",
    "ż": "z", "x": "k",
}  # fmt: skip
PAIRS = (("cl", "d"), ("rn", "m"), ("vv", "w"), ("uu", "w"), ("lc", "k"), ("l<", "k"), ("|<", "k"), ("|c", "k"),
         ("nn", "m"), ("ii", "u"), ("ll", "u"), ("li", "h"), ("ln", "h"), ("lh", "th"), ("ni", "m"), ("in", "m"),
         ("s", "sz"), ("c", "cz"), ("ij", "y"))  # fmt: skip
PLAIN = {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "żź"}
"""What people leave out when they type without Polish keys."""


def candidates(word: str) -> Iterator[str]:
    """Likely readings of ``word``, likeliest first, at most MOST_CANDIDATES, in the case it is written in."""
    seen = {word}
    for made in _all(word):
        if made not in seen:
            seen.add(made)
            yield made
            if len(seen) > MOST_CANDIDATES:
                return


def _all(word: str) -> Iterator[str]:
    bases = list(_signs(word))
    if bases != [word]:
        yield from bases
    for base in bases[:4]:
        yield from _edits(base)
    yield from _accents(word)
    for base in bases[:2]:
        for once in list(_pairs(base)):
            yield from _edits(once)


def _signs(word: str) -> Iterator[str]:
    """Every sign that can't be a Polish letter read as one that can."""
    choices = [(letter,) if letter not in SIGNS else tuple(SIGNS[letter]) for letter in word.lower()]
    for count, letters in enumerate(product(*choices)):
        if count >= MOST_CHOICES:
            return
        yield _cased(word, "".join(letters))


def _edits(word: str) -> Iterator[str]:
    yield from _pairs(word)
    lower = word.lower()
    for place, letter in enumerate(lower):
        for other in LETTERS.get(letter, ""):
            yield _cased(word, lower[:place] + other + lower[place + 1:])


def _pairs(word: str) -> Iterator[str]:
    lower = word.lower()
    for pair, letter in PAIRS:
        place = lower.find(pair)
        while place >= 0:
            yield _cased(word, lower[:place] + letter + lower[place + len(pair):])
            place = lower.find(pair, place + 1)


def _accents(word: str) -> Iterator[str]:
    lower = word.lower()
    places = [place for place, letter in enumerate(lower) if letter in PLAIN][:6]
    options = [lower[place] + PLAIN[lower[place]] for place in places]
    for letters in product(*options):
        changed = list(lower)
        for place, letter in zip(places, letters, strict=True):
            changed[place] = letter
        yield _cased(word, "".join(changed))


def _cased(written: str, made: str) -> str:
    """A name's case: a misread first letter ('clominik', '9dynia') can't tell, so a candidate always has a capital."""
    return made[:1].upper() + made[1:] if written else made
