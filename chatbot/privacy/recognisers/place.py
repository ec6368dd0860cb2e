"""Towns, in every case, by the dictionary: with a preposition before them, or a capital inside a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.privacy.dictionary import Reading, read_repaired
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import large_town, large_towns, town_words
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.company import in_company
from chatbot.privacy.repair import Change
from chatbot.privacy.thresholds import PLACE_ALONE, PLACE_PREPOSITION, PLACE_WEAK, SHORTEST_MISREAD
from ingestion.polish import fold

_LONGEST = 4
"""Words of a town's name: 'Ostrów Mazowiecka', 'Nowy Dwór Mazowiecki'."""


class PlaceRecogniser(Recogniser):
    kinds = (Entity.CITY,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        at = 0
        while at < len(words):
            length, score = _town(words, at)
            if length:
                yield Entity.CITY, words[at].start, words[at + length - 1].end, score
            at += max(length, 1)


def _town(words: list[Token], at: int) -> tuple[int, float]:
    """How many words from ``at`` name a town, and how sure that is; (0, 0.0) for none."""
    word = words[at]
    introduced = at > 0 and _introduces(words, at)
    if word.unmarked:
        return _unmarked(words, at, introduced=introduced)
    if not word.capital and not (introduced and len(word) >= SHORTEST_MISREAD and not word.reading.known):
        return 0, 0.0
    reading = word.repaired
    if not word.capital and reading.common:
        return 0, 0.0
    length = town_length(words, at)
    compound = length > 1
    if not compound and (reading.lemmas & lexicon().not_names or _office(words, at)):
        return 0, 0.0
    if compound and any(one.small.common and one.lemmas & lexicon().company_heads for one in words[at:at + length]):
        return 0, 0.0  # 'w Przychodni Zdrowie', 'Polska Grupa Energetyczna'
    if any(_too_large_or_common(words[at + step].repaired) for step in range(length)):
        return 0, 0.0
    town = reading.place or (compound and any(_placelike(words[at + step].repaired) for step in range(length)))
    if not town or in_company(words, at, at + length - 1):
        return 0, 0.0
    if word.shouted and not (introduced and word.reading.place and len(word) >= SHORTEST_MISREAD):
        return 0, 0.0
    if introduced:
        return length, PLACE_PREPOSITION
    if compound:
        sure = any(_surely(words[at + step].repaired) for step in range(length)) or (not word.opens and all(
            words[at + step].reading.lemmas & town_words() for step in range(length)))
        return length, PLACE_ALONE if sure else PLACE_WEAK
    if at and words[at].gap == " " and words[at - 1].lemmas & lexicon().thing_words:
        return 0, 0.0  # 'sofa Oslo'
    if not word.opens and reading.places & large_towns() and not reading.given:
        return 1, PLACE_ALONE
    if reading.given or (reading.surname and not reading.place):
        return 0, 0.0
    if reading.common or reading.repaired > Change.SIGN:
        return (0, 0.0) if word.opens else (1, PLACE_WEAK)
    return 1, PLACE_ALONE


def _unmarked(words: list[Token], at: int, *, introduced: bool) -> tuple[int, float]:
    """A town where a capital says nothing."""
    word, length = words[at], unmarked_length(words, at)
    if in_company(words, at, at + length - 1):
        return 0, 0.0
    if length > 1:
        return length, PLACE_ALONE
    large = bool(word.named.places & large_towns())
    if word.small.common or word.small.other:
        lived = any(one.lemmas & lexicon().place_words for one in words[max(at - 2, 0):at])
        sure = introduced and (lived or not word.named.places & lexicon().everyday_towns)
        return (1, PLACE_PREPOSITION) if large and sure else (0, 0.0)
    named = word.named if word.named.known or len(word) < SHORTEST_MISREAD else read_repaired(word.text.capitalize())
    if not named.place or _too_large_or_common(named) or (named.given and not large):
        return 0, 0.0
    if introduced:
        return 1, PLACE_PREPOSITION
    if large and not named.given:
        return 1, PLACE_ALONE
    return (0, 0.0) if named.given or named.surname else (1, PLACE_WEAK)


def unmarked_length(words: list[Token], at: int) -> int:
    """How many words from ``at`` name a town, in text whose capitals say nothing: 'zielonej górze'."""
    for length in (3, 2):
        found = words[at:at + length]
        if len(found) == length and all(one.gap in (" ", "-", "\u00a0") for one in found[1:]) and large_town(
                tuple(fold(one.text.lower()) for one in found)):
            return length
    behind = words[at + 1] if at + 1 < len(words) else None
    if behind is None or behind.gap != " " or not words[at].named.place or words[at].small.common:
        return 1
    return 2 if behind.lemmas & lexicon().town_adjectives else 1


def town_length(words: list[Token], at: int) -> int:
    """'Nowy Sącz', 'Bielsko-Biała', 'Stalowa Wola': words that go on a town's name."""
    length = 1
    while length < _LONGEST and at + length < len(words):
        before, word = words[at + length - 1].repaired, words[at + length]
        if not word.capital or word.gap not in (" ", "-", "\u00a0") or word.shouted != words[at].shouted:
            break
        reading = word.repaired
        noun_next = _placelike(reading) and (
            word.gap == "-" or (before.adjective and not reading.given))
        adjective_next = reading.adjective and _placelike(before) and (
            not before.given or bool(reading.lemmas & lexicon().town_adjectives))
        if not (noun_next or adjective_next):
            break
        length += 1
    first = words[at].repaired
    if length > 1 and not first.place and not first.part and not first.adjective:
        return 1
    return length


def _office(words: list[Token], at: int) -> bool:
    """'Główny Lekarz', 'Zielony Ład': an adjective before a noun that is no town's."""
    if at + 1 >= len(words) or words[at + 1].gap != " " or not words[at + 1].capital:
        return False
    behind = words[at + 1].reading
    return words[at].reading.adjective and behind.common and not _placelike(behind)


def _too_large_or_common(reading: Reading) -> bool:
    known = lexicon()
    if not reading.place or reading.adjective:
        return False
    return bool(reading.places & known.not_towns) or reading.places <= known.not_town_words


def _placelike(reading: Reading) -> bool:
    return reading.place or reading.part


def _surely(reading: Reading) -> bool:
    return reading.part or (reading.place and not reading.common)


def _introduces(words: list[Token], at: int) -> bool:
    before = words[at - 1]
    if words[at].gap.strip() not in ("", ":", ",", "("):
        return False
    known = lexicon()
    return (not words[at].gap.strip() and before.text.lower() in known.prepositions) or bool(
        before.lemmas & known.place_words)
