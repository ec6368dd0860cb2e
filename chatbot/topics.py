"""What the words of a question say before any model is asked: topic, a wish for a human, mood, language. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from ingestion import english
from ingestion.company import Company, Topic
from ingestion.polish import fold, lemmas

_SIGNALS = Path(__file__).parent / "signals.yaml"
_PARTS = re.compile(r"[.,;:!?\n]+")
_WORD = re.compile(r"\w+")
_POLISH_LETTERS = re.compile("[ąćęłńóśźż]", re.IGNORECASE)


@functools.cache
def signal_words(name: str) -> tuple[str, ...]:
    """A list of `signals.yaml`."""
    table: dict[str, list[str]] = yaml.safe_load(_SIGNALS.read_text(encoding="utf-8"))
    return tuple(table[name])


@functools.cache
def stop_words() -> frozenset[str]:
    """Folded words that carry no content of a question."""
    return frozenset(word for line in signal_words("stop") for word in line.split())


def content(text: str) -> tuple[str, ...]:
    """The folded lemmas of a text that carry content, in order."""
    kept = " ".join(word for word in _WORD.findall(text) if fold(word).lower() not in stop_words())
    return tuple(lemma for lemma in lemmas(kept) if lemma not in stop_words())


def wants_human(text: str) -> bool:
    """The customer asks for a person, in words, or with the word alone ("Konsultant, proszę")."""
    words = _folded(text)
    alone = bool(words & _listed("person")) and words <= _listed("person") | _listed("agree")
    return alone or _calls(text)


def _calls(text: str) -> bool:
    """Whether a wish for a person stands in the text that is more than a question about such talks ("Ile kosztuje
    rozmowa z konsultantem?"). One that reaches over two parts of a sentence counts; when in doubt it is a call."""
    if not says(text, signal_words("human")):
        return False
    parts = [part for part in _PARTS.split(text) if says(part, signal_words("human"))]
    return not parts or not all(_asks_about(part) for part in parts)


def _asks_about(part: str) -> bool:
    return says(part, signal_words("human_asked_about")) and not _folded(part) & _listed("human_wanted")


def agrees(text: str) -> bool:
    """A bare yes ("Tak, poproszę"): nothing else is in the text."""
    words = _folded(text)
    return bool(words) and words <= _listed("agree")


def vague(text: str) -> bool:
    """Nothing in the text says what it is about ("Ile to kosztuje?", "Do kiedy?")."""
    generic = frozenset(word for line in signal_words("vague") for word in line.split())
    return all(lemma in generic for lemma in content(text))


def upset(text: str) -> bool:
    """Anger or distress: by words, or by shouting (most of at least twelve letters are capitals)."""
    letters = [c for c in text if c.isalpha()]
    shouted = len(letters) >= 12 and sum(c.isupper() for c in letters) > 0.7 * len(letters)
    return shouted or says(text, signal_words("mood"))


def topic_of(text: str, company: Company) -> Topic | None:
    """The first topic of the company's profile whose words the text has. A profile lists the strictest first."""
    return next((topic for topic in company.topics if says(text, topic.words)), None)


def language_of(text: str, default: str = "pl") -> str:
    """``pl`` or ``en``, by letters and function words (simplemma's detector takes most Polish words for English too).
    A tie counts as ``default``."""
    if _POLISH_LETTERS.search(text):
        return "pl"
    polish, english_ = _function_words(text)
    return default if polish == english_ else ("pl" if polish > english_ else "en")


def answered_in(text: str, page: str) -> str:
    """The language to answer a message in: its own where it is plainly not the ``page``'s, else the page's. Neither a
    Polish name in an English question nor "email" in one without diacritics is enough."""
    polish, english_ = _function_words(text)
    if page == "pl":
        return "en" if english_ > polish and english.is_english(text) else page
    if page == "en":
        return "pl" if polish > english_ or (polish == english_ and _POLISH_LETTERS.search(text)) else page
    return page


def _function_words(text: str) -> tuple[int, int]:
    """Words that only Polish has, and that only English has."""
    words = [fold(word).lower() for word in _WORD.findall(text)]
    polish, english_ = (sum(word in _listed(name) for word in words) for name in ("polish", "english"))
    return polish, english_


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(word).lower() for word in _WORD.findall(text))


@functools.cache
def _listed(name: str) -> frozenset[str]:
    """The single words of a list of `signals.yaml`."""
    return frozenset(word for line in signal_words(name) for word in line.split())


def says(text: str, phrases: Iterable[str]) -> bool:
    """Whether any phrase stands in the text, word for word or by lemma; ``*`` ends a beginning of a word."""
    words = [fold(word).lower() for word in _WORD.findall(text)]
    by_lemma = lemmas(text)
    readings = ((words, frozenset(words)), (by_lemma, frozenset(by_lemma)))
    return any(_run(part, *reading) for phrase in phrases
               for part, reading in zip(_pattern(phrase), readings, strict=True))


@functools.lru_cache(maxsize=4096)
def _pattern(phrase: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A phrase as it is written, and by lemma; a starred word stays as it is in both."""
    as_written = tuple(fold(word).lower() for word in phrase.split())
    by_lemma = tuple(
        word if word.endswith("*") else next(iter(lemmas(original)), word)
        for word, original in zip(as_written, phrase.split(), strict=True)
    )
    return as_written, by_lemma


def _run(pattern: Sequence[str], words: Sequence[str], there: frozenset[str]) -> bool:
    """``there``: the words once each; most patterns are out by them alone."""
    if any(part not in there for part in pattern if not part.endswith("*")):
        return False
    return any(
        all(_fits(part, word) for part, word in zip(pattern, words[start:start + len(pattern)], strict=True))
        for start in range(len(words) - len(pattern) + 1)
    )


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else part == word
