"""Postal addresses: a street with a house number, a postal code with a town, also misread ones."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from difflib import SequenceMatcher

from chatbot.privacy.dictionary import read, read_repaired
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import large_towns
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import SIGN
from chatbot.privacy.recognisers.place import town_length, unmarked_length
from chatbot.privacy.thresholds import ADDRESS, HOME_WORDS_BEFORE, POSTAL_CODE, SHORTEST_MISREAD, STREET_LIKENESS

_UP = "A-ZĄĆĘŁŃÓŚŹŻ"
_SPACE = "[ \u00a0]"
_NOISY = r"\w{1,30}(?:[|@€$!(<#+’'-]{1,2}\w{1,30}){0,4}"
_STREET_PREFIX = (r"(?i:ul\.|al\.|pl\.|(?<!dow\. )(?<!dow\.)os\.|(?:ulic\w{1,2}|alej\w{0,3}|alei|placu?|plac\w{1,2}"
                  r"|osiedl\w{1,3}|rond\w{1,2}|skwer\w{0,2}|bulwar\w{0,2}|szos\w|street|avenue|ul|al|pl|os)(?!\w))")
_NAME = rf"(?:(?!{_STREET_PREFIX})(?:{_NOISY}[.@€|!]?|[|!$@€]\w+){_SPACE}+){{1,5}}?"
_FLAT = rf"{_SPACE}?/{_SPACE}?{SIGN}{{1,4}}|{_SPACE}?(?:m|lok|m\.|lok\.|mieszkania){_SPACE}?\d{{1,4}}"
_HOUSE = rf"(?=[^\s/,]{{0,8}}\d){SIGN}{{1,4}}[a-zA-Z]?(?:{_FLAT})?(?!{_SPACE}[{_UP}]\w+{_SPACE}\d)"
_CODE = rf"{SIGN}{{2}}[-–]{SIGN}{{3}}(?![\w-])"
_TOWN = rf"(?:[{_UP}\dßÞþ|!@$]|[^\W_](?=\w{{0,20}}[|@€$!(<]))(?:\w|[|@€$!(<#+](?=\w)|-(?=\w)){{0,30}}"
_PLACE = (rf"(?:,?{_SPACE}+(?:(?:w|vv|uu){_SPACE}+{_TOWN}[ \u00a0,]+)?|[-,]|(?<=\d)){_CODE}"
          rf"(?:{_SPACE}+(?P<town>{_TOWN}))?")
_STREET = re.compile(rf"(?<!\w){_STREET_PREFIX}:?{_SPACE}*{_NAME}{_HOUSE}(?![\w|]|,\d)"
                     rf"(?:{_PLACE}|,?{_SPACE}+(?:w|vv|uu){_SPACE}+(?P<in_town>{_TOWN}))?")
_JOINED_STREET = re.compile(rf"(?<!\w){_STREET_PREFIX}:?{_SPACE}*{_NAME}{SIGN}{{1,4}}(?:/{SIGN}{{1,3}})?"
                            rf"(?:[-,]|(?<=\w)){_CODE}(?:{_SPACE}+(?P<town>{_TOWN}))?")
"""'61895-041': the space between house and code was lost."""
_MISREAD_STREET = re.compile(r"(?<!\w)(?P<prefix>[\w|!]{1,2}[\w|!(]?\.|[\w|!(]{1,3}(?= )|[\w|][\w|!(@€]{3,5}(?= ))"
                             rf"{_SPACE}*{_NAME}{_HOUSE}(?:{_PLACE}|,?{_SPACE}+(?:w|vv|uu){_SPACE}+(?P<in_town>{_TOWN}))")
_CODED = re.compile(rf"(?<![\w-])(?:(?:[{_UP}]{_NOISY}\.?{_SPACE}+){{0,3}}{_HOUSE},?{_SPACE}+)?"
                    rf"(?P<code>\d{{2}}[-–]\d{{3}})(?![\w-])(?:,?{_SPACE}+(?P<town>{_TOWN}))?")
_UNNUMBERED = re.compile(rf"(?<!\w)(?i:ulic[aąęy]|ul\.|alei|al\.|placu|osiedlu|os\.){_SPACE}+"
                         rf"(?P<name>[{_UP}][\w-]+(?:{_SPACE}[{_UP}][\w-]+){{0,3}})")
_PUBLIC = re.compile(r"(?i:placu|osiedlu)")
"""'ławka na placu Wolności': without a number a public place, unless somebody lives there."""
_NAMED_NUMBER = re.compile(rf"(?<!\w)(?P<name>[{_UP}][^\W\d_]+){_SPACE}+"
                           rf"(?P<house>\d{{1,3}}[a-zA-Z]?/\d{{1,3}})(?![\w/])")


_ENGLISH = re.compile(r"(?<!\w)\d{1,5}[A-Za-z]? (?:[A-Z][a-z]+ ){1,3}"
                      r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square|Drive)(?!\w)")


class AddressRecogniser(Recogniser):
    kinds = (Entity.ADDRESS,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for form in (_STREET, _JOINED_STREET):
            for match in form.finditer(text):
                yield Entity.ADDRESS, match.start(), _end(match, words), ADDRESS
        yield from self._misread(text, words)
        for match in _CODED.finditer(text):
            if match["town"]:
                yield Entity.ADDRESS, _start(match, words), _end(match, words), ADDRESS
            elif match.start() < match.start("code"):
                yield Entity.ADDRESS, match.start(), match.end(), POSTAL_CODE
        for match in _ENGLISH.finditer(text):
            yield Entity.ADDRESS, match.start(), match.end(), ADDRESS
        for match in _UNNUMBERED.finditer(text):
            if _PUBLIC.match(text, match.start()) and not _at_home(match.start(), words):
                continue
            yield Entity.ADDRESS, match.start("name"), match.end("name"), ADDRESS
        for match in _NAMED_NUMBER.finditer(text):
            reading = read_repaired(match["name"])
            if reading.adjective or reading.surname or not reading.known:
                yield Entity.ADDRESS, match.start(), match.end(), POSTAL_CODE

    @staticmethod
    def _misread(text: str, words: list[Token]) -> Iterator[Found]:
        at = 0
        while match := _MISREAD_STREET.search(text, at):
            if _street_word(match["prefix"]):
                yield Entity.ADDRESS, match.start(), _end(match, words), ADDRESS
                at = match.end()
            else:
                at = match.end("prefix")


def _at_home(start: int, words: list[Token]) -> bool:
    at = bisect_left(words, start, key=lambda word: word.start)
    return any(one.lemmas & lexicon().home_words for one in words[max(at - HOME_WORDS_BEFORE, 0):at])


def _start(match: re.Match[str], words: list[Token]) -> int:
    """Where the address begins: in capitals, behind the last preposition or verb before the postal code."""
    start = match.start()
    for word in words[bisect_left(words, start, key=lambda word: word.start):]:
        if word.start >= match.start("code"):
            break
        if word.shouted and word.small.other and len(word) > 1:
            start = min(match.start("code"), word.end + 1)
    return start


def _end(match: re.Match[str], words: list[Token]) -> int:
    """Where the address ends: behind all words of its town."""
    found = match.groupdict()
    name = "town" if found.get("town") else "in_town" if found.get("in_town") else None
    if name is None:
        return _misread_town(match.end(), words)
    at = bisect_left(words, match.start(name), key=lambda word: word.start)
    if at >= len(words) or words[at].start != match.start(name):
        return match.end()
    return max(match.end(), words[at + town_length(words, at) - 1].end)


def _misread_town(end: int, words: list[Token]) -> int:
    """Behind a house or a postal code, a town without a capital: one that no dictionary has ('lcrotoszyn'), and any
    where nothing has a capital ('61-895 zielona góra', '7 w łodzi')."""
    at = bisect_left(words, end, key=lambda word: word.start)
    if at >= len(words) or words[at].gap.lstrip(",") != " " or words[at - 1].end != end or (
            not any(sign.isdigit() for sign in words[at - 1].text)):
        return end
    if words[at].text.lower() in ("w", "we") and at + 1 < len(words) and words[at + 1].gap == " ":
        at += 1
    word = words[at]
    if word.unmarked:
        named = read_repaired(word.text.capitalize())
        length = unmarked_length(words, at)
        is_town = length > 1 or (named.place and (not word.small.other or bool(named.places & large_towns())))
        return words[at + length - 1].end if is_town else end
    if words[at].gap != " " or not words[at - 1].text[-1:].isdigit():
        return end
    return word.end if len(word) >= SHORTEST_MISREAD and not word.reading.known and not word.capital else end


def _street_word(misread: str) -> bool:
    """Whether a word that isn't in the dictionary has the shape of 'ul.', 'plac', 'aleja' and their like."""
    word = misread.lower()
    if len(word) > len("ul.") and read(word.rstrip(".")).known:
        return False
    return any(SequenceMatcher(None, word, street).ratio() >= STREET_LIKENESS for street in _STREET_WORDS)


_STREET_WORDS = ("ul.", "al.", "pl.", "os.", "ulica", "ulicy", "ulicę", "aleja", "alei", "aleję", "plac", "placu",
                 "osiedle")
