"""Addresses without 'ul.': a street's name and a house number behind 'mieszkam na', 'adres:', 'dostawa', or before a
town ('Lipowa 5 m 2 Poznań'); a house number behind a town where somebody lives; a postal code that is called so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.caseless import ADJECTIVAL
from chatbot.privacy.recognisers.place import town_length, unmarked_length
from chatbot.privacy.thresholds import ADDRESS, HOME_WORDS_BEFORE, POSTAL_CODE, STREET_WORDS

_S = "[ \u00a0]"
_HOUSE = re.compile(rf"(?<![\w/.,-])\d{{1,3}}(?:{_S}?(?![mM][ . \d])[a-zA-Z](?!\w))?"
                    rf"(?:{_S}?/{_S}?\d{{1,4}}[a-z]?|,?{_S}?(?:m|lok|mieszkani[ea])\.?{_S}?\d{{1,4}})?(?![\w%]|[-.,/:]\d)")
_BEHIND_HOUSE = re.compile(rf",?{_S}{{1,2}}(?P<code>\d{{2}}[-–]\d{{3}}(?!\w),?{_S}?)?(?:we?{_S})?(?=[^\W\d_])")
_CODE = re.compile(r"(?i)(?<!\w)(?:kod\w{0,3} poczt(?:ow\w{1,3}|\.?)(?: [^\W\d_]{1,12}){0,2}?|postal code|zip code"
                   r"|kod\w{0,3}(?=:| \d\d-\d{3}\s*(?:[,.;)\n]|$)))[ :–-]{1,3}(?P<code>\d{2}[-–]\d{3})(?![\w-])")
_SPACED_CODE = re.compile(r"(?i)(?<!\w)kod\w{0,3} poczt(?:ow\w{1,3}|\.?)[ :–-]{1,3}(?P<code>\d{2} ?\d{3})(?![\w-]| \d)")
_NUMBER_OF_HOME = re.compile(r"(?i)(?<!\w)(?:nr|numer\w{0,3}) (?:domu|mieszkania|lokalu)[ :]{1,2}"
                             r"(?P<number>\d{1,4}[a-z]?(?:/\d{1,4})?)(?!\w|[-/.]\d)")
_ONTO = frozenset({"na", "przy", "pod"})
_FROM = frozenset({"na", "przy", "z", "ze", "od", "pod"})
_FEW = frozenset("23456789")
_STOPS = re.compile(r"[.!?;]\s|\n\s*\n")


class ResidenceRecogniser(Recogniser):
    kinds = (Entity.ADDRESS,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _HOUSE.finditer(text):
            at = bisect_left(words, match.start(), key=lambda word: word.start)
            if at == 0 or at >= len(words) or words[at].start != match.start() or not _number_of_house(words, match):
                continue
            first = _street(words, at, text, match)
            if first < at:
                yield Entity.ADDRESS, words[first].start, _end(text, words, match), ADDRESS
            elif _lived_in(words, at):
                yield Entity.ADDRESS, match.start(), match.end(), ADDRESS
        for form in (_CODE, _SPACED_CODE):
            for match in form.finditer(text):
                yield Entity.ADDRESS, match.start("code"), match.end("code"), POSTAL_CODE
        for match in _NUMBER_OF_HOME.finditer(text):
            yield Entity.ADDRESS, match.start("number"), match.end("number"), ADDRESS


def _number_of_house(words: list[Token], match: re.Match[str]) -> bool:
    """Not '5 lat', '12 zł', '12 maja', '3 piętro'."""
    after = bisect_left(words, match.end(), key=lambda word: word.start)
    if after >= len(words) or words[after].gap.strip(" \u00a0"):
        return True
    behind, known = words[after], lexicon()
    lower = behind.text.lower()
    return not (lower in known.units or lower in known.measures or lower.startswith(known.month_stems)
                or behind.text in known.currencies)


def _street(words: list[Token], house: int, text: str, match: re.Match[str]) -> int:
    """Where the street's name before the house number begins; ``house`` itself when there is none."""
    first = house
    while first > 0 and house - first < STREET_WORDS and words[first].gap in (" ", "\u00a0", "-") and (
            _street_word(words[first - 1]) or _and(words, first - 1, house)):
        first -= 1
    if first == house - 1 and words[first].text.lower().startswith(lexicon().month_stems) and first and (
            words[first - 1].text.isdigit() and words[first].gap == " ") and _introduced(words, first - 1):
        return first - 1  # '3 Maja 14'
    while first < house:
        if words[first - 1].text.lower() in ("w", "we") and first:
            return house  # a town's: 'w Starym Sączu 14'
        if _introduced(words, first) and _may_be_street(words, first, house):
            return first
        if _surely_street(words[house - 1]) and (
                (_opens(words, first) and _before_town(text, words, match)) or _behind_town(words, first)
                or _onto_street(words, first, house)):
            return first
        first += 1
    return house


def _street_word(word: Token) -> bool:
    if not word.text[:1].isalpha() or word.lemmas & lexicon().home_words:
        return False
    if word.unmarked and not word.capital:
        return _surely_street(word)
    return word.capital and not word.lemmas & lexicon().not_names and word.text.lower() not in lexicon().prepositions


def _may_be_street(words: list[Token], first: int, house: int) -> bool:
    """'Długa', 'Kościuszki', 'Bohaterów Warszawy'; not 'Kurier', 'Poczta Polska', 'Paczkomat'."""
    last = words[house - 2 if house - first > 1 and set(words[house - 1].text) <= set("IVX") else house - 1]
    near = _ONTO | lexicon().home_words | lexicon().sending_words
    strong = bool(words[first - 1].lemmas & near) or ":" in words[first].gap
    if _surely_street(last):
        return True
    reading = last.named
    return strong and house - first > 1 and not last.unmarked and not reading.other and (
        words[first].named.common or words[first].named.given)


def _surely_street(word: Token) -> bool:
    """An adjective, or a surname as streets have it: 'Długa', 'Lipowej', 'Mickiewicza'."""
    reading = word.named
    if ADJECTIVAL.fullmatch(word.text) or (reading.adjective and not word.small.other):
        return True
    return reading.surname and not word.small.common and not reading.given and not (word.unmarked and not word.capital)


def _introduced(words: list[Token], first: int) -> bool:
    """Whether a word of living or sending stands before it, with nothing between but what belongs there ('na', 'mój',
    a town and a comma)."""
    if first == 0:
        return False
    before, known = words[first - 1], lexicon()
    onto = before.text.lower() in _ONTO or ":" in words[first].gap
    for step in range(1, HOME_WORDS_BEFORE + 1):
        stops = first >= step and _STOPS.search(words[first - step + 1].gap) and not _abbreviated(words, first - step)
        if step > first or stops:
            return False
        word = words[first - step]
        if word.lemmas & known.home_words:
            return True
        if word.lemmas & known.sending_words:
            return onto or step == 1
        if step > 1 and word.text.isdigit():
            return False
    return False


def _abbreviated(words: list[Token], at: int) -> bool:
    return words[at].text.lower() in lexicon().abbreviations


def _opens(words: list[Token], first: int) -> bool:
    return first == 0 or bool(re.search(r"[,:;\n(]|[.!?] ", words[first].gap)) or words[first - 1].text.lower() in _ONTO


def _and(words: list[Token], at: int, house: int) -> bool:
    """'Żwirki i Wigury'."""
    return words[at].text == "i" and 0 < at < house - 1 and words[at - 1].capital and words[at + 1].capital


def _behind_town(words: list[Token], first: int) -> bool:
    """'Józefów, Sikorskiego 72'."""
    before = words[first - 1] if first else None
    return before is not None and words[first].gap == ", " and before.capital and before.reading.place and (
        words[first].capital and not words[first].unmarked)


def _onto_street(words: list[Token], first: int, house: int) -> bool:
    """'internet na Jagiellońskiej 23', 'z Topolowej 3', 'przy Staszica 11'."""
    if first == 0 or first != house - 1 or words[first].gap not in (" ", "\u00a0") or words[first].unmarked:
        return False
    if words[house].text in _FEW and _noun_behind(words, house + 1):
        return False  # 'Na Zielonej 3 kioski'
    preposition, street = words[first - 1].text.lower(), words[first].text.lower()
    return (preposition in _FROM and street.endswith(("ej", "ą"))) or (
        preposition in ("na", "przy") and words[first].named.surname and not words[first].named.adjective)


def _noun_behind(words: list[Token], at: int) -> bool:
    return at < len(words) and words[at].gap == " " and not words[at].capital and (
        words[at].small.common and not words[at].small.other)


def _before_town(text: str, words: list[Token], match: re.Match[str]) -> bool:
    return _end(text, words, match) > match.end()


def _end(text: str, words: list[Token], match: re.Match[str]) -> int:
    """Behind the town, where one follows."""
    behind = _BEHIND_HOUSE.match(text, match.end())
    at = bisect_left(words, behind.end(), key=lambda word: word.start) if behind else len(words)
    if behind is None or at >= len(words) or words[at].start != behind.end():
        return match.end()
    word = words[at]
    if word.unmarked:
        length = unmarked_length(words, at)
        town = length > 1 or (word.named.place and not word.small.other and not word.small.common)
        return words[at + length - 1].end if town else match.end()
    reading = word.repaired
    if word.capital and reading.place and not (reading.given and not reading.place):
        return words[at + town_length(words, at) - 1].end
    return match.end()


def _lived_in(words: list[Token], house: int) -> bool:
    """'mieszkam w Nowej Woli 12', 'wieś Lipnica Wielka 204'."""
    first = house
    while first > 0 and house - first < STREET_WORDS and words[first].gap in (" ", "\u00a0", "-") and (
            words[first - 1].capital or words[first - 1].unmarked) and words[first - 1].named.known and (
            words[first - 1].text.lower() not in lexicon().prepositions) and not (
            not words[first - 1].capital and words[first - 1].lemmas & (lexicon().place_words | lexicon().home_words)):
        first -= 1
    if first == house or first == 0 or not any(one.named.place or one.named.part for one in words[first:house]):
        return False
    before = words[first - 1]
    if before.text.lower() in ("w", "we"):
        return first > 1 and bool(words[first - 2].lemmas & lexicon().home_words)
    return bool(before.lemmas & lexicon().village_words)
