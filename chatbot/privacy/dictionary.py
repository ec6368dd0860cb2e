"""What the dictionary (SGJP inside morfeusz2) says of one word, and of what a misread word may stand for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import foreign_given, foreign_surname, polish_given, surname_shaped
from chatbot.privacy.repair import Change, accented, candidates
from ingestion.polish import fold

REMEMBERED = 100_000
"""Words whose reading is kept, about 40 MB when full."""
MOST_ACCENTED = 128
"""Spellings with diacritics tried for one word without."""
LONGEST_REPAIRED = 24
"""Letters; a longer unknown word is no name."""
LONGEST_WORD = 200
"""Characters; of some 20,000 digits on end morfeusz2 ends the whole process."""
SHORTEST_REPAIRED = 3
"""Letters; a shorter unknown word could be anything."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``given``, ``surname``, ``place``, ``part`` (of a place's name: 'Sącz', 'Góra'): what proper names it can be.
    ``common``: it is an everyday word too; ``person``: one for somebody ('kurier', not 'wilk'); ``adjective``: it can
    be an adjective; ``other``: a verb, a preposition or the like. ``known``: it stands in the dictionary as written;
    ``repaired``: what is said is of its likeliest correct spelling (see `repair.Change`). ``places``: the lemmas of the
    places it can be. ``foreign`` and ``foreign_last``: no word of Polish, but a given name or a surname of another
    country; ``shaped``: no word of Polish, but it ends as surnames do (`names`)."""

    given: bool = False
    surname: bool = False
    place: bool = False
    part: bool = False
    common: bool = False
    person: bool = False
    adjective: bool = False
    other: bool = False
    known: bool = False
    foreign: bool = False
    foreign_last: bool = False
    shaped: bool = False
    repaired: Change = Change.NONE
    lemmas: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    @property
    def proper(self) -> bool:
        return self.given or self.surname or self.place


_OLD = frozenset({"daw.", "rzad.", "przest.", "arch.", "gwar.", "środ.", "reg."})
_lock = threading.Lock()
_morfeusz: Any = None


@lru_cache(REMEMBERED)
def read(word: str) -> Reading:
    """``word`` as written, capital letters included. Thread-safe."""
    found = _look_up(word)
    if not found.known:
        found = replace(found, foreign=foreign_given(word), foreign_last=foreign_surname(word),
                        shaped=surname_shaped(word))
    return replace(found, lemmas=found.lemmas | {fold(word.lower())})


@lru_cache(REMEMBERED)
def read_unaccented(word: str) -> Reading:
    """All that ``word`` can be where nobody typed diacritics: 'Moj' is 'mój' before it is a surname."""
    found = read(word)
    if len(word) > LONGEST_REPAIRED or not word.isalpha():
        return found
    for variant in islice(accented(word.lower()), MOST_ACCENTED):
        other = _look_up(variant.capitalize() if word[:1].isupper() else variant)
        if other.known:
            found = replace(
                found, **{name: getattr(found, name) or getattr(other, name) for name in _FLAGS},
                foreign=False, foreign_last=False, shaped=False,
                lemmas=found.lemmas | other.lemmas, places=found.places | other.places)
    return found


_FLAGS = ("given", "surname", "place", "part", "common", "person", "adjective", "other", "known")


@lru_cache(REMEMBERED)
def read_repaired(word: str) -> Reading:
    """Like ``read``; of a word that isn't in the dictionary, what its likeliest correct spellings say together."""
    found = read(word)
    if found.known or not SHORTEST_REPAIRED <= len(word) <= LONGEST_REPAIRED or not word[1:].islower():
        return found
    given = surname = place = part = common = adjective = False
    lemmas, places = set(found.lemmas), set(found.places)
    hits, least = 0, Change.LETTER
    for candidate, change in candidates(word):
        other = _look_up(candidate)
        if not other.known:
            continue
        hits, least = hits + 1, min(least, change)
        given, surname, place = given or other.given, surname or other.surname, place or other.place
        part, common, adjective = part or other.part, common or other.common, adjective or other.adjective
        lemmas |= other.lemmas
        places |= other.places
        if given or place or hits >= 6:
            break
    if not hits:
        return found
    return replace(found, given=given, surname=surname, place=place, part=part, common=common, adjective=adjective,
                   repaired=least, lemmas=frozenset(lemmas), places=frozenset(places))


@lru_cache(REMEMBERED)
def agree(title: str, surname: str) -> bool:
    """Whether a word can be a surname in the case of the title before it: 'pan Wilk', not 'ma pan chwilę'."""
    return bool(_cases(title, "") & _cases(surname, "nazwisko"))


def _cases(word: str, kind: str) -> set[str]:
    """The cases of the singular that ``word`` can stand in as a noun; as one of that ``kind``."""
    found: set[str] = set()
    for _, _, (_, _, tag, kinds, _) in _analysed(word):
        parts = tag.split(":")
        if parts[0] == "subst" and "sg" in parts[1].split(".") and (not kind or kind in kinds):
            found |= set(parts[2].split("."))
    return found


def _analysed(word: str) -> Any:
    global _morfeusz
    if len(word) > LONGEST_WORD:
        return ()
    with _lock:  # one Morfeusz answers one question at a time
        if _morfeusz is None:
            import morfeusz2

            _morfeusz = morfeusz2.Morfeusz(generate=False)
        return _morfeusz.analyse(word)


def _look_up(word: str) -> Reading:
    rows = _analysed(word)
    whole = max((end for _, end, _ in rows), default=0)
    given = surname = place = part = noun = somebody = adjective = other = False
    lemmas, places = set(), set()
    for start, end, (_, lemma, tag, kinds, qualifiers) in rows:
        if start or tag == "ign" or (end != whole and not tag.startswith("praet")):  # 'urodził' + 'em' is one word
            continue
        lemmas.add(fold(lemma.split(":")[0].lower()))
        given |= "imię" in kinds
        surname |= "nazwisko" in kinds
        if "nazwa_geograficzna" in kinds:
            place = True
            places.add(fold(lemma.split(":")[0].lower()))
        part |= "człon_nazwy_geograficznej" in kinds
        if {"imię", "nazwisko", "nazwa_geograficzna", "nazwa_organizacji"} & set(kinds) or lemma[:1].isupper():
            continue
        somebody |= tag.startswith("subst") and "m1" in tag.split(":")
        if tag.startswith("adj"):
            adjective = True
        else:
            other |= not tag.startswith(("subst", "ger", "brev", "adj"))
        if not tag.startswith(("adj", "brev")) and not _OLD & {one for row in qualifiers for one in row.split(",")}:
            noun = True
    listed = fold(word.lower()) in lexicon().given_names or (word[:1].isupper() and polish_given(word))
    if listed and not given and not other:
        given, lemmas = True, lemmas | {fold(word.lower())}
    return Reading(given, surname, place, part, common=noun or adjective, person=somebody, adjective=adjective,
                   other=other, known=bool(lemmas), lemmas=frozenset(lemmas), places=frozenset(places))
