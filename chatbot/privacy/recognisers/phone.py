"""Phone numbers: Polish ones in their groups, foreign ones with a plus, bare ones by the numbering plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import SIGN, bare, is_amount, straightened
from chatbot.privacy.thresholds import (
    PHONE_BARE,
    PHONE_DAMAGED,
    PHONE_GROUPED,
    PHONE_PREFIXED,
    PHONE_UNKNOWN,
)

_GAP = r"[ \u00a0.–-]{1,2}"
_PREFIX = rf"(?:\(\+?48\)|\+ ?{SIGN}{{2}}|00{SIGN}{{2}}|48)[ \u00a0.-]?"
_THREE = rf"(?=.{{0,2}}\d){SIGN}{{3}}"
_TWO = rf"(?=.?\d){SIGN}{{2}}"
_THREES = rf"{_THREE}{_GAP}{_THREE}{_GAP}{_THREE}"
_LANDLINE = rf"\(?{_TWO}\)?{_GAP}{_THREE}{_GAP}{_TWO}{_GAP}{_TWO}"
_TWOS = rf"{_THREE}{_GAP}{_TWO}{_GAP}{_TWO}{_GAP}{_TWO}"
_HALVES = r"\d{3}[ \u00a0-]\d{6}|\(?\d{2}\)?[ \u00a0-]\d{7}"
_SEVEN = r"\d{3}[ \u00a0-]?\d{2}[ \u00a0-]?\d{2}|\d{3}[ \u00a0-]\d{4}"
_LOOSE = (rf"\d{{6}}[ \u00a0-]\d{{3}}|\d{{3}}/\d{{3}}/\d{{3}}|\(\d{{3}}\)[ \u00a0-]?\d{{3}}[ \u00a0-]?\d{{3}}"
          rf"|\(?(?:0[ \u00a0-]?)?\d{{2}}\)?[ \u00a0/-]{{1,2}}(?:{_SEVEN})")
"""As some write it; only where Poland's plan knows the number."""
_MOBILE_ONLY = re.compile(r"\(?\d{3}\)?[/ \u00a0-]?\d{3}[/ \u00a0-]\d{3}")
_MOBILE = "45678"
"""First digits of mobile numbers, the only ones in groups of three ('600/123/456', '600123 456')."""
_ADDRESS_OF_A_COMPUTER = re.compile(r"\d{2,3}(?:\.\d{2,3}){3}")
_FORMS = re.compile(
    rf"(?<![\w+/|-])(?<!\d[.,])(?P<prefixed>{_PREFIX}(?:{_THREES}|{_LANDLINE}|{_TWOS}|{_HALVES}|{SIGN}{{9}}))(?![\w|]|[-/]\d)"
    rf"|(?<![\w+/|-])(?<!\d[.,])(?P<foreign>\+\d{{1,3}}[ -]?\(?\d{{1,4}}\)?(?:[ -]?\d{{2,4}}){{2,4}})(?!\w)"
    rf"|(?<![\w/|-])(?<!\d[.,])(?P<grouped>{_THREES}|{_LANDLINE}|{_TWOS})(?![\w|]|[-/]\d|[.,]\d)"
    rf"|(?<![\w/|-])(?<!\d[.,])(?P<bare>\d{{9}}|{_HALVES}|{_LOOSE}|48\d{{9}})(?![\w|]|[-/]\d|[.,]\d)"
    r"|(?<![\w/|-])(?<!\d[.,])(?<!\d )(?P<short>\d{3}[ -]\d{2}[ -]\d{2})(?!\w|[-/. ]?\d)"
)
_KEYED = re.compile(r"[\w\]}]:$")
"""'Client:123456789' is a field of a program; behind 'tel:' the label says so."""


class PhoneRecogniser(Recogniser):
    kinds = (Entity.PHONE,)
    numeric = True

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _FORMS.finditer(text):
            form, written = match.lastgroup, match[0]
            number = straightened(written.lstrip("+"))
            if number is None or is_amount(text, match.end()):
                continue
            score = _score(str(form), written, number)
            if form == "bare" and _KEYED.search(text, 0, match.start()):
                score = min(score, PHONE_UNKNOWN)
            yield Entity.PHONE, match.start(), match.end(), score


def _score(form: str, written: str, number: str) -> float:
    if form in ("prefixed", "foreign"):
        return PHONE_PREFIXED
    if form == "grouped" and not _ADDRESS_OF_A_COMPUTER.fullmatch(written):
        if bare(written).isdigit():
            return PHONE_GROUPED
        return PHONE_DAMAGED
    if form in ("bare", "grouped"):
        mobile = number[-9] in _MOBILE or not _MOBILE_ONLY.fullmatch(written)
        return PHONE_BARE if mobile and in_plan(number[-9:]) else PHONE_UNKNOWN
    return PHONE_UNKNOWN


@lru_cache(10_000)
def in_plan(number: str) -> bool:
    """Whether nine digits are a number that Poland's plan gives out."""
    return phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=48, national_number=int(number)))
