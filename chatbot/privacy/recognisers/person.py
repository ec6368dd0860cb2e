"""Given names and surnames in every case: by the dictionary, by what stands before them, and by each other.

A word without a capital is a name only where it is introduced as one ("nazywam się jan kowalski"), or is a given name
with a surname behind it and neither is an everyday word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from chatbot.privacy.dictionary import Reading, read, read_repaired
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import LONGEST
from chatbot.privacy.nlp import Token, first_initial
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.caseless import unmarked_name
from chatbot.privacy.recognisers.company import brand_length, in_company
from chatbot.privacy.recognisers.initials import surname_at_initial
from chatbot.privacy.repair import Change
from chatbot.privacy.thresholds import (
    GIVEN_ALONE,
    GIVEN_LISTED,
    GIVEN_OPENING,
    GIVEN_UNMARKED,
    GIVEN_WITH_SURNAME,
    LONGEST_TOLD,
    NAME_INTRODUCED,
    RENAMED_WORDS,
    SHORTEST_GIVEN,
    SHORTEST_SHOUTED,
    STRANGER_WITH_SURNAME,
    SURNAME_ALONE,
    SURNAME_AT_INITIAL,
    SURNAME_WEAK,
)

_JOINING_GAPS = frozenset({" ", "\u00a0", "-", " - ", "** **"})
_MOST_GIVEN = 3
_INNER_CAPITAL = re.compile(r"[^\W\d_][a-ząćęłńóśźż]*[A-ZĄĆĘŁŃÓŚŹŻ]")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_PARTICLE = re.compile(r"(?:Mc|Mac|Mb|De|Di|Du|Da|La|Le|Van|Fitz|[A-Z]['’])[A-Z]")

_OBLIQUE = ("ę", "ą", "owi", "iem")
"""Endings of people's names in Polish cases; a brand seldom stands in one ('Tetianę', 'Ahmedowi')."""

Name = list[tuple[Entity, float]]
"""What the words of a name are, one entry a word; empty: no name."""


class Introduction(IntEnum):
    """What stands before a word: nothing, someone who may be named next ('pani', 'mój brat'), or "nazywam się"."""

    NONE = 0
    SOMEONE = 1
    TOLD = 2


class PersonRecogniser(Recogniser):
    kinds = (Entity.GIVEN_NAME, Entity.SURNAME)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        at = 0
        while at < len(words):
            if words[at].capital and (brand := brand_length(words, at)):
                at += brand
                continue
            if beside := surname_at_initial(words, at):
                yield Entity.SURNAME, words[at].start, words[at + beside - 1].end, SURNAME_AT_INITIAL
                at += beside
                continue
            name = _name(words, at)
            name += _rest_of_told(words, at, len(name))
            for step, (kind, score) in enumerate(name):
                if step + 1 < len(name) and name[step + 1][0] is kind is Entity.SURNAME:
                    continue  # the two halves of 'Nowak-Kowalska' are one surname, given out with the second
                first = step
                while first and name[first - 1][0] is kind is Entity.SURNAME:
                    first -= 1
                yield kind, words[at + first].start, words[at + step].end, score
            at += max(len(name), 1)


def _name(words: list[Token], at: int) -> Name:
    word, introduction = words[at], _introduction(words, at)
    if word.unmarked and (word.shouted or not word.capital):
        return unmarked_name(words, at, told=introduction is Introduction.TOLD)
    if not _written_as_name(word, introduction):
        return []
    told = introduction is Introduction.TOLD
    reading = word.repaired if word.capital or not told else read_repaired(word.text.capitalize())
    if reading.lemmas & lexicon().not_names and not told:
        return []
    if word.opens and word.reading.lemmas & lexicon().greetings:
        return []
    if _eponym(words, at):
        return []
    if reading.given and len(word) >= SHORTEST_GIVEN:
        return _from_given(words, at, reading, introduction)
    if reading.foreign and (abroad := _from_foreign(words, at, introduction)):
        return abroad
    return _from_surname(words, at, reading, introduction)


def _rest_of_told(words: list[Token], at: int, length: int) -> Name:
    """'Nazywam się Nguyen Thi Lan': further words with a capital, behind a name that was told in two."""
    if length < 2 or words[at].unmarked or _introduction(words, at) is not Introduction.TOLD:
        return []
    end = at + length
    while end < len(words) and end - at < LONGEST_TOLD and words[end].gap == " " and words[end].capital and (
            not words[end].shouted and not words[end].small.other and words[end].text.isalpha()
            and not words[end].lemmas & lexicon().not_names) and (
            end + 1 == len(words) or not words[end + 1].gap.startswith(":")):
        end += 1
    return [(Entity.SURNAME, NAME_INTRODUCED)] * (end - at - length)


def _from_given(words: list[Token], at: int, reading: Reading, introduction: Introduction) -> Name:
    word = words[at]
    given = 1
    while given < _MOST_GIVEN and _another_given(words, at + given):
        given += 1
    behind = _surnames(words, at + given, introduction, shouted=word.shouted, sure=_surely_given(word, reading))
    if word.shouted and reading.common and not introduction and not (
            behind and words[at + given].reading.surname and not words[at + given].reading.common):
        return []  # 'TEN SAM NUMER' is no Sam Numer, 'PAWŁA NOWAKA' is one
    if behind and (introduction or not in_company(words, at, at + given + behind - 1)):
        return [(Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)] * given + [(Entity.SURNAME, GIVEN_WITH_SURNAME)] * behind
    if introduction:
        return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] * given
    if in_company(words, at, at) or _behind_preposition(words, at, reading) or named_thing(words, at):
        return []
    if word.shouted or not word.capital:  # a capital says nothing here, or there is none
        sure = _surely_given(word, reading) and not reading.place and not reading.repaired
        return [(Entity.GIVEN_NAME, GIVEN_UNMARKED)] if sure else []
    if _signature(words, at, given):
        return [(Entity.GIVEN_NAME, GIVEN_OPENING)]
    if reading.repaired and (reading.common or reading.repaired > Change.SIGN):
        return []
    if not word.opens:
        return [(Entity.GIVEN_NAME, GIVEN_ALONE)]
    if not reading.common:
        return [(Entity.GIVEN_NAME, GIVEN_OPENING)]
    listed = at + given < len(words) and words[at + given].gap.startswith(",") and not reading.other
    return [(Entity.GIVEN_NAME, GIVEN_LISTED)] if listed else []


def _from_foreign(words: list[Token], at: int, introduction: Introduction) -> Name:
    """A given name of another country that no Polish dictionary has: with a surname behind it, introduced, or put in a
    Polish case behind a word like 'dla'. Alone it could be a brand; then it counts only near other personal data."""
    word = words[at]
    behind = _surnames(words, at + 1, introduction, shouted=word.shouted, sure=True)
    last = words[at + 1].reading if behind else Reading()
    known = last.surname or last.foreign_last or last.shaped  # 'Nike Air' has a given name and no surname
    if behind and (introduction or (known and not in_company(words, at, at + behind))):
        return [(Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)] + [(Entity.SURNAME, GIVEN_WITH_SURNAME)] * behind
    if introduction or _addressed(words, at):
        more = at + 1 < len(words) and words[at + 1].gap == " " and words[at + 1].capital and not word.shouted
        return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] + [(Entity.SURNAME, NAME_INTRODUCED)] * more
    if word.shouted or not word.capital or word.opens or in_company(words, at, at) or named_thing(words, at):
        return []
    to_somebody = at > 0 and words[at].gap == " " and words[at - 1].text.lower() in lexicon().person_prepositions
    if word.text.endswith(_OBLIQUE) and not named_thing(words, at):
        more = at + 1 < len(words) and words[at + 1].gap == " " and words[at + 1].capital and (
            not words[at + 1].reading.common)
        return [(Entity.GIVEN_NAME, GIVEN_UNMARKED)] + [(Entity.SURNAME, GIVEN_UNMARKED)] * more
    return [(Entity.GIVEN_NAME, GIVEN_UNMARKED if to_somebody else GIVEN_LISTED)]


def _addressed(words: list[Token], at: int) -> bool:
    """'Dzień dobry, Priya …', 'Witam, …'."""
    return at > 0 and words[at].capital and words[at].gap.strip(" ") == "," and bool(
        words[at - 1].lemmas & lexicon().greetings or ("dobry" in words[at - 1].lemmas and at > 1))


def _surely_given(word: Token, reading: Reading) -> bool:
    """Whether the word, written without a capital, is a given name and nothing else."""
    return reading.given and not reading.common and not reading.other and not reading.adjective and (
        not reading.surname or not read(word.text.lower()).common)


def _signature(words: list[Token], at: int, given: int) -> bool:
    """'… dziękuję. Bernard': the last words of a text, in a sentence or line of their own."""
    return at > 0 and at + given == len(words) and words[at].opens and words[at].gap.strip(" ") != ""


def named_thing(words: list[Token], at: int) -> bool:
    """'sofa Monika', 'farba Oslo': the name of a product."""
    return at > 0 and words[at].gap in (" ", " „", " \"") and bool(words[at - 1].lemmas & lexicon().thing_words)


def _from_surname(words: list[Token], at: int, reading: Reading, introduction: Introduction) -> Name:
    word = words[at]
    behind = words[at + 1] if at + 1 < len(words) else None
    usual = (reading.common and not reading.adjective and word.opens and at > 0) or bool(
        word.lemmas & (lexicon().greetings | lexicon().titles | lexicon().person_words))
    if behind and reading.surname and word.capital and not usual and behind.gap == " " and (
            behind.capital and behind.reading.given and behind.shouted == word.shouted):
        return [(Entity.SURNAME, GIVEN_WITH_SURNAME), (Entity.GIVEN_NAME, GIVEN_WITH_SURNAME)]  # 'Kowalski Jan'
    if introduction:
        among = word.shouted and words[at - 1].shouted  # 'szefowi BOR' is no Mr Bor
        if not _may_be_surname(word, introduction, shouted=among, first=True):
            return []
        second = _surnames(words, at + 1, introduction, shouted=word.shouted)
        if second and words[at + 1].gap != "-" and not reading.surname:
            return [(Entity.GIVEN_NAME, NAME_INTRODUCED)] + [(Entity.SURNAME, NAME_INTRODUCED)] * second
        return [(Entity.SURNAME, NAME_INTRODUCED)] * (1 + (second if second and words[at + 1].gap == "-" else 0))
    if not reading.known and word.capital and behind and behind.gap == " " and not word.shouted and (
            behind.capital and not behind.shouted and behind.reading.surname and not behind.reading.common
            and not reading.common and not in_company(words, at, at + 1)):
        return [(Entity.GIVEN_NAME, STRANGER_WITH_SURNAME), (Entity.SURNAME, STRANGER_WITH_SURNAME)]  # 'Nicole Rup'
    if named_thing(words, at):
        return []
    if reading.surname and not reading.common and word.capital and behind and behind.gap == " " and (
            behind.capital and not word.shouted and behind.reading.foreign_last and not behind.reading.known
            and not in_company(words, at, at + 1)):
        return [(Entity.GIVEN_NAME, STRANGER_WITH_SURNAME), (Entity.SURNAME, STRANGER_WITH_SURNAME)]  # 'Luca Bianchi'
    if reading.shaped and word.capital and not word.shouted and not in_company(words, at, at):
        return [(Entity.SURNAME, SURNAME_ALONE)]
    if reading.surname and word.capital and not word.shouted and not in_company(words, at, at):
        weak = reading.common or reading.place or reading.part or reading.repaired > Change.SIGN
        return [(Entity.SURNAME, SURNAME_WEAK if weak else SURNAME_ALONE)]
    return []


def _written_as_name(word: Token, introduction: Introduction) -> bool:
    """With a capital, or, introduced as a name, anyhow; never a number."""
    letters = sum(letter.isalpha() for letter in word.text)
    if letters < 2 or letters * 2 < len(word.text) or _brand_like(word.text):
        return False
    if word.capital:
        return True
    if word.text in lexicon().english_words:
        return False
    reading = word.reading
    if introduction is Introduction.TOLD:
        named = read(word.text.capitalize())
        return not reading.known or (not reading.common and named.proper) or (named.given and not reading.other)
    return not word.text[:1].isalpha() or not word.text.isascii() or reading.foreign or (
        reading.given and not reading.common)


def _another_given(words: list[Token], at: int) -> bool:
    """'Anna Maria Nowak': a further given name, if a surname is left behind it."""
    if at >= len(words) or words[at].gap not in _JOINING_GAPS or not words[at].capital:
        return False
    return words[at].reading.given and bool(_surnames(words, at + 1, Introduction.NONE, shouted=words[at].shouted))


def _surnames(words: list[Token], at: int, introduction: Introduction, *, shouted: bool, sure: bool = False) -> int:
    """How many words from ``at`` are a surname behind a given name: one, or two with a hyphen. ``sure``: what stands
    before can be nothing but a given name."""
    count = 0
    while count < 2 and at + count < len(words):
        word = words[at + count]
        if word.gap not in _JOINING_GAPS or (count and word.gap != "-"):
            break
        label = at + count + 1 < len(words) and words[at + count + 1].gap.startswith(":")  # 'Imię: Ewa Nazwisko: …'
        if not _may_be_surname(word, introduction, shouted=shouted, sure=(sure or count > 0) and not label):
            break
        count += 1
    return count


def _may_be_surname(word: Token, introduction: Introduction, *, shouted: bool, first: bool = False,
                    sure: bool = False) -> bool:
    letters = sum(letter.isalpha() for letter in word.text)
    if letters < 2 or letters * 2 < len(word.text) or _brand_like(word.text):
        return False
    if not word.capital and word.text in lexicon().english_words:
        return False
    reading, plain = word.repaired, word.reading
    if reading.lemmas & lexicon().not_names and (first or not plain.surname):
        return False
    if word.shouted:
        new = shouted and not plain.known and not read(word.text.lower()).known  # among capitals: 'PAN HADDAD'
        other = plain.other and not (sure and len(word) >= SHORTEST_SHOUTED)  # 'EWA CZYŻ'
        return (plain.surname or new) and not other and (shouted or bool(introduction))
    if word.capital:
        noun = sure and plain.common and not plain.other and not _heads_company(word)
        return plain.surname or not plain.known or (not first and (plain.adjective or noun))
    named = read(word.text.capitalize())
    if not plain.known and not named.known:
        return introduction is Introduction.TOLD or reading.surname or not word.text[:1].isalpha() or (
            sure and (plain.shaped or plain.foreign_last))
    if sure and named.surname and not plain.other:
        return True
    return named.surname and (not plain.common or (introduction is Introduction.TOLD and not plain.other))


def _brand_like(text: str) -> bool:
    """'InPost', 'PayU': a capital inside, but for Mc, Mac, De, O' and their like; '16th'."""
    if len(text) > LONGEST or _ORDINAL.fullmatch(text):
        return True
    return bool(_INNER_CAPITAL.search(text)) and not text.isupper() and not _PARTICLE.match(text)


def _heads_company(word: Token) -> bool:
    return bool(word.lemmas & (lexicon().company_heads | lexicon().thing_words))


def _eponym(words: list[Token], at: int) -> bool:
    """'św. Mikołaja', 'wieża Eiffla', 'im. H. Sienkiewicza', 'książka „Pan Tadeusz”': names of things."""
    at = first_initial(words, at)
    if at == 0 or words[at].gap.strip(" \u00a0.") or "\n" in words[at].gap:
        return False
    heads = lexicon().eponym_heads
    titled = at > 1 and bool(words[at - 1].lemmas & lexicon().titles) and bool(words[at - 2].lemmas & heads)
    return titled or bool(words[at - 1].lemmas & heads)


def _behind_preposition(words: list[Token], at: int, reading: Reading) -> bool:
    """'w Krakowie' is the town, not the given name Krakowia."""
    return reading.place and at > 0 and words[at].gap == " " and words[at - 1].text.lower() in lexicon().prepositions


def _introduction(words: list[Token], at: int) -> Introduction:
    if at == 0:
        return Introduction.NONE
    gap, before, known = words[at].gap, words[at - 1], lexicon()
    if gap.strip(" \u00a0\n*„\"") in ("", ":", "–", "-", "="):
        for phrase in known.introducers:
            start = at - len(phrase)
            if start >= 0 and all(part in words[start + step].lemmas for step, part in enumerate(phrase)):
                return Introduction.TOLD
    if not gap.strip() and before.text.lower() in ("na", "z", "to") and any(
            one.lemmas & known.renamed for one in words[max(at - RENAMED_WORDS, 0):at - 1]):
        return Introduction.TOLD if words[at].capital else Introduction.NONE
    if not words[at].capital or "\n" in gap:
        return Introduction.NONE
    if gap.strip() in ("", ".") and before.lemmas & known.titles and (len(before) > 1 or gap.startswith(".")):
        return Introduction.SOMEONE
    if not gap.strip() and before.lemmas & known.greetings:
        return Introduction.SOMEONE
    if before.lemmas & known.person_words and (not gap.strip() or (
            gap.strip() in (",", "(", "–", "-", ":", ", „") and not words[at].repaired.common)):
        return Introduction.SOMEONE
    return Introduction.NONE
