"""Surnames beside an initial: 'J. Kowalskiego', 'Jan K. Kowalski', 'Kowalski J.'; and what only looks like one: the
letter of a heading or a list ('A. Warunki zwrotu', 'wariant B. Podstawowy'), a patron ('im. H. Sienkiewicza')."""

from __future__ import annotations

import re

from chatbot.privacy.dictionary import Reading
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token, first_initial, is_initial
from chatbot.privacy.recognisers.caseless import ADJECTIVAL
from chatbot.privacy.recognisers.company import in_company
from chatbot.privacy.thresholds import CLOSING_WORDS, SHORTEST_AT_INITIAL, SHORTEST_UNKNOWN
from ingestion.polish import fold

_SPACED = re.compile(r"[ \u00a0]{1,2}")
_BEHIND_LAST = re.compile(r"\s*[.,;:)(\n]")


def surname_at_initial(words: list[Token], at: int) -> int:
    """How many words from ``at`` are a surname because an initial stands beside it: 0, 1, or 2 with a hyphen."""
    word = words[at]
    if not word.text.isalpha() or len(word) < SHORTEST_AT_INITIAL or not (word.capital or word.unmarked):
        return 0
    if word.lemmas & lexicon().not_names or word.text.lower() in lexicon().english_words:
        return 0
    count = 2 if at + 1 < len(words) and words[at + 1].gap == "-" and words[at + 1].capital else 1
    found = _behind(words, at, count) or _before(words, at + count - 1, at)
    return count if found and not in_company(words, at, at + count - 1) else 0


def _behind(words: list[Token], at: int, count: int) -> bool:
    """'J. Kowalski', 'J. K. Kowalski': the initial stands before it."""
    first = first_initial(words, at)
    if first == at:
        return False
    known, word = lexicon(), words[at]
    heads = first == 0 or words[first].opens
    before = words[first - 1] if first and "\n" not in words[first].gap else None
    if before is not None and before.lemmas & (known.eponym_heads - known.titles):
        return False
    listed = before is not None and bool(before.lemmas & known.list_words)
    someone = before is not None and not listed and bool(
        before.lemmas & (known.titles | known.person_words) or (
            before.reading.given and not before.reading.place and words[first].gap == " "))
    reading = _as_name(word)
    if not (reading.surname or reading.shaped or reading.foreign_last):
        stranger = not reading.known and word.capital and not word.shouted and len(word) >= SHORTEST_UNKNOWN
        return (stranger and not heads and not listed) or (someone and reading.common and not reading.other)
    if surely_surname(word, reading):
        return not word.small.adjective or not (listed or (heads and _noun_behind(words, at + count)))
    if listed or (word.unmarked and not word.capital) or (_noun_behind(words, at + count) and not someone):
        return False
    return not heads or _verb_behind(words, at + count) or _closes(words, first, at + count)


def _before(words: list[Token], last: int, at: int) -> bool:
    """'Kowalski J.': the initial stands behind it."""
    if last + 1 >= len(words):
        return False
    initial, word = words[last + 1], words[at]
    if not is_initial(initial) or not initial.capital or not _SPACED.fullmatch(initial.gap):
        return False
    if last + 2 < len(words) and not _BEHIND_LAST.match(words[last + 2].gap):
        return False
    known, reading = lexicon(), _as_name(word)
    if reading.given or not (reading.surname or reading.shaped):
        return False
    if surely_surname(word, reading):
        return not (at and words[at].gap == " " and words[at - 1].small.common and word.small.adjective)
    before = words[at - 1] if at else None
    return before is not None and not word.lemmas & (known.list_words | known.thing_words) and (
        ":" in word.gap or bool(before.lemmas & (known.person_words | known.titles)))


def surely_surname(word: Token, reading: Reading) -> bool:
    """A surname and no everyday noun: 'Nowak', and 'Kowalska', though that is an adjective too."""
    small = word.small
    adjectival = reading.surname and ADJECTIVAL.fullmatch(word.text) is not None
    return (adjectival or not (small.common or small.other))


def _as_name(word: Token) -> Reading:
    return word.repaired if word.capital and not word.shouted else word.named


def _noun_behind(words: list[Token], at: int) -> bool:
    """'B. Miejski transport': the adjective belongs to it."""
    return at < len(words) and words[at].gap == " " and (words[at].unmarked or not words[at].capital) and (
        words[at].small.common and not words[at].small.other)


def _verb_behind(words: list[Token], at: int) -> bool:
    """'A. Kot prosi'."""
    return at < len(words) and words[at].gap == " " and not words[at].capital and (
        words[at].small.other and len(words[at]) > len("nie"))


def _closes(words: list[Token], first: int, end: int) -> bool:
    """'Z poważaniem, A. Kot': the text's last words, behind a closing formula or by themselves."""
    near = words[max(first - CLOSING_WORDS, 0):first]
    return any(fold(one.text.lower()) in lexicon().presenters for one in near) or (end == len(words) and not first)
