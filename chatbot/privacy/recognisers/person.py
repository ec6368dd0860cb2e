"""Given names and surnames in every case: by the dictionary, by what stands before them, and by each other.

A word without a capital is a name only where it is introduced as one ("nazywam się jan kowalski") or is a given name
with a surname behind it, both nothing else in the dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.privacy.dictionary import Reading
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.company import in_company
from chatbot.privacy.thresholds import (
    GIVEN_ALONE,
    GIVEN_OPENING,
    GIVEN_WITH_SURNAME,
    NAME_INTRODUCED,
    PLACE_WEAK,
    SURNAME_ALONE,
    SURNAME_WEAK,
)

_NEAR_GAPS = frozenset({" ", "\u00a0", "  ", "-", " - ", ". ", "\n"})
_JOINING_GAPS = frozenset({" ", "\u00a0", "  ", "-"})


class PersonRecogniser(Recogniser):
    kinds = (Entity.GIVEN_NAME, Entity.SURNAME)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        at = 0
        while at < len(words):
            name = _name(words, at)
            for step, (kind, score) in enumerate(name):
                word = words[at + step]
                yield kind, word.start, word.end, score
            at += max(len(name), 1)


def _name(words: list[Token], at: int) -> list[tuple[Entity, float]]:
    """What the words from ``at`` on are, one entry a word; empty when no name begins here."""
    word = words[at]
    introduced = _introduced(words, at)
    if not _looks(word, introduced):
        return []
    reading = _reading(word)
    if reading.lemmas & lexicon().not_names and not introduced:
        return []
    if _eponym(words, at):
        return []
    given = reading.given
    if reading.place and not introduced and at and words[at].gap == " " and (
            words[at - 1].text.lower() in lexicon().prepositions):
        given = bool(_surname_run(words, at + 1)) and given
    if given and not (reading.repaired and reading.common):
        found = _given_run(words, at)
        behind = _surname_run(words, at + len(found), told=introduced)
        if behind and not (len(found) == 1 and not introduced and in_company(words, at, at + len(behind))):
            return [(Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)] * len(found) + [
                (Entity.SURNAME, GIVEN_WITH_SURNAME)] * len(behind)
        if introduced:
            return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] * len(found)
        if in_company(words, at, at):
            return []
        if word.capital and not word.shouted:
            if not word.opens:
                return [(Entity.GIVEN_NAME, GIVEN_ALONE)] * len(found)
            if not reading.common:
                return [(Entity.GIVEN_NAME, GIVEN_OPENING)] * len(found)
        return [(Entity.GIVEN_NAME, PLACE_WEAK)] if len(found) == 1 else []
    if _surname_first(words, at, reading):
        return [(Entity.SURNAME, GIVEN_WITH_SURNAME), (Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)]
    if introduced:
        behind = _surname_run(words, at)
        if len(behind) > 1 and not reading.surname:
            return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] + [(Entity.SURNAME, NAME_INTRODUCED)] * (len(behind) - 1)
        return [(Entity.SURNAME, NAME_INTRODUCED)] * len(behind)
    if reading.surname and word.capital and not word.shouted and not in_company(words, at, at):
        return [(Entity.SURNAME, _alone(word, reading))]
    return []


def _alone(word: Token, reading: Reading) -> float:
    if reading.common or reading.place or reading.part or reading.repaired:
        return SURNAME_WEAK
    return SURNAME_ALONE


def _looks(word: Token, introduced: bool) -> bool:
    """Whether a name may be written so: with a capital, or, introduced as a name, anyhow; never a bare number."""
    letters = sum(letter.isalpha() for letter in word.text)
    if letters < 2 or letters * 2 < len(word.text):
        return False
    if word.capital:
        return True
    reading = word.reading
    if introduced:
        return not reading.known or reading.given or (reading.surname and not reading.common)
    return not word.text[:1].isalpha() or (reading.given and not reading.common)


def _reading(word: Token) -> Reading:
    return word.repaired


def _given_run(words: list[Token], at: int) -> list[int]:
    """The given name at ``at`` and further ones, if a surname is left behind them."""
    found = [at]
    while len(found) < 3:
        place = found[-1] + 1
        if place >= len(words) or words[place].gap not in _JOINING_GAPS or not words[place].capital:
            break
        reading = words[place].reading
        if not reading.given or not _surname_run(words, place + 1):
            break
        found.append(place)
    return found


def _surname_run(words: list[Token], at: int, *, told: bool = False) -> list[int]:
    """Words from ``at`` that can be a surname behind a given name: one, or two with a hyphen. ``told``: someone was
    just saying their name, so that a lower-case surname counts even if it is an everyday word ('nowak')."""
    found: list[int] = []
    while at < len(words) and len(found) < 2:
        word = words[at]
        if found and word.gap != "-":
            break
        if not found and word.gap not in _JOINING_GAPS:
            break
        if not _surname(word, told=told):
            break
        found.append(at)
        at += 1
    return found


def _surname(word: Token, *, told: bool) -> bool:
    letters = sum(letter.isalpha() for letter in word.text)
    if letters < 2 or letters * 2 < len(word.text):
        return False
    reading = word.repaired
    if reading.lemmas & lexicon().not_names:
        return False
    if word.capital or not word.text[:1].isalpha():
        return True
    plain = word.reading
    return (not plain.known and told) or (plain.surname and (not plain.common or (told and len(word) > 3)))


def _surname_first(words: list[Token], at: int, reading: Reading) -> bool:
    """'Kowalski Jan', as forms have it."""
    if not (reading.surname and words[at].capital and not reading.common) or at + 1 >= len(words):
        return False
    behind = words[at + 1]
    return behind.gap == " " and behind.capital and behind.reading.given and behind.shouted == words[at].shouted


def _introduced(words: list[Token], at: int) -> bool:
    """A title, a relative, a greeting, or "nazywam się" before the word."""
    if at == 0:
        return False
    gap, before, known = words[at].gap, words[at - 1], lexicon()
    if gap.strip(" \u00a0\n") in ("", ".", ":", "–", "-") and _phrase(words, at):
        return True
    if gap.strip(" \u00a0") not in ("", "."):
        return False
    if not words[at].capital:
        return False
    if before.lemmas & known.titles and (len(before) > 1 or gap.startswith(".")):
        return True
    return not gap.strip() and bool(before.lemmas & (known.person_words | known.greetings))


def _phrase(words: list[Token], at: int) -> bool:
    for phrase in lexicon().introducers:
        start = at - len(phrase)
        if start >= 0 and all(part in words[start + step].lemmas for step, part in enumerate(phrase)):
            return True
    return False


def _eponym(words: list[Token], at: int) -> bool:
    return at > 0 and words[at].gap in (" ", ". ", ".") and bool(words[at - 1].lemmas & lexicon().eponym_heads)
