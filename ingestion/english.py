"""Questions in English over Polish documents: which words BM25 looks for. Pure.

An embedding model finds a clause across languages, words don't: of an English question only those match that look like
Polish ones ("do", "to", "my"). So its function words are left out, and the rest is looked up in a dictionary of what
customers ask for (`english.yaml`). English documents are found by the words that stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

import yaml

from ingestion.polish import fold

_WORD = re.compile(r"\w+(?:'\w+)?")
_ENDINGS = (("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ied", ("y",)), ("ed", ("", "e")), ("ing", ("", "e")))
"""Of an inflected word, and what stands in their place in the dictionary."""
_SHORTEST = 3
"""Letters of a word that is left when an ending is taken off."""
_POLISH_TOO = frozenset({"a", "am", "by", "data", "do", "go", "her", "i", "link", "me", "most", "my", "no", "on", "one",
                         "same", "spam", "status", "to", "was"})
"""Words of both languages: they tell nothing of a text's."""
SHARE = 0.5
"""Of a text's words, those that are English, from which it is taken for English."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """By lower-case English words and phrases in their dictionary form, Polish ones. ``function``: words that carry no
    subject."""

    words: dict[str, tuple[str, ...]]
    phrases: dict[tuple[str, ...], tuple[str, ...]]
    function: frozenset[str]


@cache
def dictionary() -> Dictionary:
    found = yaml.safe_load((Path(__file__).parent / "english.yaml").read_text(encoding="utf-8"))
    words = {word: tuple(meanings) for word, meanings in found["words"].items() if meanings}
    phrases = {tuple(_base(word, words) for word in phrase.split()): tuple(meanings)
               for phrase, meanings in found["phrases"].items()}
    return Dictionary(words, phrases, frozenset(found["function"].split()))


@lru_cache(maxsize=1024)
def searched(text: str) -> str:
    """What BM25 looks for: the text itself, or of an English one its words of content and what they mean in Polish."""
    if not is_english(text):
        return text
    known = dictionary()
    words = _words(text)
    kept = [word for word in words if word not in known.function]
    return " ".join(dict.fromkeys((*kept, *_meanings(words, known))))


def is_english(text: str) -> bool:
    """By its words: at least half of them, one of which is no Polish word, and no Polish letter."""
    words = _words(text)
    if not words or fold(text) != text:
        return False
    known = dictionary()
    english = [word for word in words if word in known.function or _base(word, known.words) in known.words]
    telling = [word for word in english if word not in _POLISH_TOO and _foreign(word, known)]
    return bool(telling) and len(english) >= SHARE * len(words)


def _foreign(word: str, known: Dictionary) -> bool:
    """Whether it is no Polish word: not one that means itself ("bank", "program")."""
    base = _base(word, known.words)
    return word in known.function or base not in (fold(one) for one in known.words[base])


def senses(text: str) -> tuple[tuple[str, ...], ...]:
    """An English text's words of content, each (or each phrase) with what it may be called in a Polish one."""
    return tuple((" ".join(words), *meanings) for words, meanings in _looked_up(_words(text), dictionary()))


def _meanings(words: list[str], known: Dictionary) -> Iterator[str]:
    """Of the phrases among the words, then of the words that are in none."""
    return chain.from_iterable(meanings for _, meanings in _looked_up(words, known))


def _looked_up(words: list[str], known: Dictionary) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The phrases among the words, then the words of content that are in none, each with its meanings, if any."""
    bases = [_base(word, known.words) for word in words]
    alone = [word not in known.function for word in words]
    for phrase, meanings in known.phrases.items():
        size = len(phrase)
        for place in range(len(bases) - size + 1):
            if tuple(bases[place : place + size]) == phrase:
                alone[place : place + size] = [False] * size
                yield tuple(words[place : place + size]), meanings
    for word, base, single in zip(words, bases, alone, strict=True):
        if single:
            yield (word,), known.words.get(base, ())


def _words(text: str) -> list[str]:
    return [word.split("'")[0] for word in _WORD.findall(text.lower().replace("’", "'"))]


def _base(word: str, words: dict[str, tuple[str, ...]]) -> str:
    """The dictionary's form of an inflected word ("shipped" → "ship"); the word itself where it has none."""
    return next((form for form in _forms(word) if form in words), word)


def _forms(word: str) -> Iterator[str]:
    yield word
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST:
            yield from (stem + letters for letters in instead)
            if stem[-1] == stem[-2]:
                yield stem[:-1]
