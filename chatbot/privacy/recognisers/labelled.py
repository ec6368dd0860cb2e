"""Numbers in forms too loose to be one without the word for it: digits in any groups, documents in small letters or in
two pieces ('seria ABA nr 300000'), land registers without their slashes.

Digits get the score of a number whose check failed, so that only the nearest word for their kind makes them one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.privacy import checksums
from chatbot.privacy.dictionary import read
from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import bare
from chatbot.privacy.recognisers.numbers import COURT
from chatbot.privacy.thresholds import DOCUMENT_NAMED, LOOSE_VALID, NUMBERS, PHONE_UNKNOWN

_BETWEEN = r"(?:[ \u00a0]{1,2}|[./–-]| [–-] )"
_RUN = re.compile(rf"(?<![\w|])(?<!\d[.,/–-])(?<!\d[ \u00a0])(?:[Pp][Ll][ -]?)?(?P<digits>\d(?:{_BETWEEN}?\d){{8,32}})"
                  r"(?![\w|]|[.,/–-]\d| \d|:\d)")
_DATE_INSIDE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
_CARD_GROUPS = re.compile(r"[2-6]\d{3}(?:[ .-]?\d{4}){3}")
_KINDS = {9: (Entity.REGON,), 10: (Entity.NIP,), 11: (Entity.PESEL,), 14: (Entity.REGON, Entity.CARD),
          26: (Entity.BANK_ACCOUNT,)} | dict.fromkeys((13, 15, 16, 17, 18, 19), (Entity.CARD,))  # fmt: skip
_CHECKS = {Entity.REGON: checksums.regon, Entity.NIP: checksums.nip, Entity.PESEL: checksums.pesel,
           Entity.CARD: checksums.card, Entity.BANK_ACCOUNT: checksums.bank_account}  # fmt: skip
_ABROAD = re.compile(r"(?:00|)48(?=\d{9}$)|0(?=\d{9}$)")
"""What may stand before the nine digits of a phone."""

_FILLER = (r"(?:[\s:.,(=-]{1,3}(?:os|osobist\w{1,3}|tożsamości|tozsamosci|nr|numer\w{0,3}|seri\w{1,2}|i|to|o|mam|jest"
           r"|mój|moj|polski\w{0,3}|biometryczn\w{1,3}|dziecka))")
_NUMBERED = r"[ ,.:]{1,3}(?:i )?(?:nr|no|numer\w{0,3}|o numerze)[ .:]{0,3}"
_ID_CARD = re.compile(
    rf"(?i)(?<!\w)(?:dow[oó]d\w{{0,4}}|dow|legitym\w{{1,5}} si[ęe]|identity card|id card){_FILLER}{{0,5}}"
    rf"[\s:.,(=#-]{{1,3}}(?P<number>[a-z]{{3}}(?:[ -]{{0,2}}|{_NUMBERED})\d{{3}}[ -]?\d{{3}})(?![\w]|[-/.,]\d)")
_PASSPORT = re.compile(
    rf"(?i)(?<!\w)(?:paszport\w{{0,4}}|passport){_FILLER}{{0,5}}[\s:.,(=#-]{{1,3}}"
    rf"(?P<number>[a-z]{{2}}(?:[ -]{{0,2}}|{_NUMBERED})\d{{3}}[ -]?\d{{2}}[ -]?\d{{2}})(?![\w]|[-/.,]\d)")
_SERIES = re.compile(rf"(?<!\w)(?i:seri[aięą])[ :.]{{1,2}}"
                     rf"(?P<number>[A-Z]{{2,3}}{_NUMBERED}\d{{6,7}})(?![\w]|[-/.,]\d)")
_LAND_REGISTER = re.compile(r"(?<![\w/-])[A-Za-z]{2}\d[A-Za-z][ /.–-]{0,3}\d{3,9}(?:[ /.–-]{1,3}\d)?(?![\w]|[/.,-]\d)")
_PLATE = re.compile(r"(?<![\w/-])(?P<district>[a-z]{2,3})[ -]?(?=[a-z]{0,2}\d)[a-z0-9]{4,5}(?![\w]|[-/.,]\d)")


class LabelledRecogniser(Recogniser):
    kinds = (Entity.PESEL, Entity.NIP, Entity.REGON, Entity.CARD, Entity.BANK_ACCOUNT, Entity.PHONE, Entity.ID_CARD,
             Entity.PASSPORT, Entity.LAND_REGISTER, Entity.PLATE)
    numeric = True

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _RUN.finditer(text):
            if not match["digits"].isdigit():
                for kind, score in _run(match["digits"]):
                    yield kind, match.start(), match.end(), score
        for form, kind in ((_ID_CARD, Entity.ID_CARD), (_PASSPORT, Entity.PASSPORT), (_SERIES, Entity.ID_CARD)):
            for match in form.finditer(text):
                yield kind, match.start("number"), match.end("number"), DOCUMENT_NAMED
        for match in _LAND_REGISTER.finditer(text):
            yield Entity.LAND_REGISTER, match.start(), match.end(), LOOSE_VALID
        for match in _PLATE.finditer(text):
            if not read(match["district"]).known:  # not 'samochód za 20000'
                yield Entity.PLATE, match.start(), match.end(), NUMBERS[Entity.PLATE].invalid


def _run(written: str) -> Iterator[tuple[Entity, float]]:
    number = bare(written)
    if number.startswith(COURT):
        return
    dated = _DATE_INSIDE.search(written) is not None
    for kind in _KINDS.get(len(number), ()):
        valid = _CHECKS[kind](number)
        groups = kind is Entity.BANK_ACCOUNT or (kind is Entity.CARD and _CARD_GROUPS.fullmatch(written))
        if valid and groups:
            yield kind, NUMBERS[kind].valid
        elif valid or not dated:
            yield kind, LOOSE_VALID if valid else min(NUMBERS[kind].invalid, LOOSE_VALID)
    if len(_ABROAD.sub("", number, count=1)) == 9 and not dated:
        yield Entity.PHONE, PHONE_UNKNOWN
