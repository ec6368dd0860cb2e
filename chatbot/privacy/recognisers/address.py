"""Postal addresses: a street with a house number, a postal code with a town, also misread ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from chatbot.privacy.dictionary import read, read_repaired
from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import SIGN
from chatbot.privacy.thresholds import ADDRESS, POSTAL_CODE, STREET_LIKENESS

_UP = "A-ZĄĆĘŁŃÓŚŹŻ"
_NAME_WORD = r"[^\W_][\w|@€$!(<’'-]*\.?"
_NAME = rf"(?:(?:{_NAME_WORD}|\d{{1,2}}(?= [^\W\d_]{{3}}))[ \u00a0]+){{1,5}}?"
_HOUSE = rf"[\d!|lIoOSBDQh]{SIGN}{{0,3}}[a-zA-Z]?(?: ?/ ?{SIGN}{{1,4}}| ?(?:m|lok|m\.|lok\.|mieszkania) ?\d{{1,4}})?"
_CODE = rf"(?:{SIGN}{{2}}[-–]{SIGN}{{3}})"
_TOWN = rf"[{_UP}\dßÞþ|!][\w|@€$!(<#+]*(?:[ -][{_UP}][\w|@€$!(<#+]*){{0,2}}"
_TAIL = (rf"(?:,?[ \u00a0]*\n?(?:w[ \u00a0]+{_TOWN}[ \u00a0,]+)?{_CODE}(?:[ \u00a0]+{_TOWN})?"
         rf"|,?[ \u00a0]+(?:w|vv)[ \u00a0]+{_TOWN})?")
_PREFIX = (r"(?:(?i:ul\.|al\.|pl\.|os\.|ulic\w{1,2}|ulicą|alej\w{0,3}|alei|placu?|plac\w{1,2}|osiedl\w{1,3}|rond\w{1,2}"
           r"|skwer\w{0,2}|bulwar\w{0,2}|szos\w|street|avenue)|(?:ul|al|pl|os)(?= ))")
_MISREAD_PREFIX = r"(?P<prefix>[\w|!]{1,2}[\w|!(]?\.|[\w|!(]{1,3}(?= )|[\w|][\w|!(@]{3,5}(?= ))"
_STREET = re.compile(rf"(?<![\w]){_PREFIX}[ \u00a0]*{_NAME}{_HOUSE}(?![\w|]|,\d){_TAIL}")
_MISREAD_STREET = re.compile(rf"(?<![\w]){_MISREAD_PREFIX}[ \u00a0]*{_NAME}{_HOUSE},?[ \u00a0]+(?:(?:w|vv) )?{_CODE}"
                             rf"(?:[ \u00a0]+{_TOWN})?")
_CODED = re.compile(rf"(?<![\w-])(?:[{_UP}][\w|@€$!(<’'.-]*[ \u00a0]+){{0,3}}(?:{_HOUSE},?[ \u00a0]+)?"
                    rf"(?P<code>\d{{2}}[-–]\d{{3}})(?![\w-])(?:[ \u00a0]+(?P<town>{_TOWN}))?")
_PLAIN_PREFIX = re.compile(r"(?<!\w)(?i:(?:na |przy )?(?:ulic[aąęy]|ul\.?|alei|al\.|placu|pl\.|osiedlu|os\.))[ \u00a0]+"
                           rf"(?P<name>[{_UP}][\w-]+(?:[ \u00a0][{_UP}][\w-]+){{0,3}})")
_NAMED_NUMBER = re.compile(rf"(?<!\w)(?P<name>[{_UP}][^\W\d_]+)[ \u00a0]+"
                           rf"(?P<house>\d{{1,3}}[a-zA-Z]?/\d{{1,3}})(?![\w/])")


class AddressRecogniser(Recogniser):
    kinds = (Entity.ADDRESS,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _STREET.finditer(text):
            yield Entity.ADDRESS, match.start(), match.end(), ADDRESS
        for match in _MISREAD_STREET.finditer(text):
            if _street_word(match["prefix"]):
                yield Entity.ADDRESS, match.start(), match.end(), ADDRESS
        for match in _CODED.finditer(text):
            if match["town"] or match.start() < match.start("code"):
                start = match.start() if match["town"] else match.start("code")
                yield Entity.ADDRESS, start, match.end(), ADDRESS if match["town"] else POSTAL_CODE
        for match in _PLAIN_PREFIX.finditer(text):
            yield Entity.ADDRESS, match.start("name"), match.end("name"), ADDRESS
        for match in _NAMED_NUMBER.finditer(text):
            reading = read_repaired(match["name"])
            if reading.adjective or reading.surname or not reading.known:
                yield Entity.ADDRESS, match.start(), match.end(), POSTAL_CODE


def _street_word(misread: str) -> bool:
    """Whether a word that isn't in the dictionary has the shape of 'ul.', 'plac', 'aleja' and their like."""
    word = misread.lower()
    if read(word).known and len(word) > 3:
        return False
    return any(SequenceMatcher(None, word, street).ratio() >= STREET_LIKENESS for street in _STREET_WORDS)


_STREET_WORDS = ("ul.", "al.", "pl.", "os.", "ulica", "ulicy", "ulicę", "aleja", "alei", "aleję", "plac", "placu",
                 "osiedle")
