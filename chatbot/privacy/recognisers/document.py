"""Numbers of documents whose form is not fixed: licences, student cards, numbers in groups; and dates of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.names import ENGLISH_MONTHS
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.recognisers.digits import SIGN, is_amount, straightened
from chatbot.privacy.thresholds import BIRTH_DATE, DOCUMENT_CODE, DOCUMENT_GROUPED, DOCUMENT_NAMED, DOCUMENT_USUAL

_GROUPED = re.compile(rf"(?<![\w|-]){SIGN}{{3,4}}-{SIGN}{{4}}-{SIGN}{{4}}(?![\w|]|-\d)")
_CODE = re.compile(r"(?<![\w/-])(?=(?:[^\W\d_]*\d){2})[^\W_]{1,4}[ -]?(?:\w|\|){3,7}(?![\w]|[-/]\d)")
_CODE_SHAPE = re.compile(r"(?:[A-ZĄĆĘŁŃÓŚŹŻ]{2,3}|[^\W_][A-ZĄĆĘŁŃÓŚŹŻ]|[A-ZĄĆĘŁŃÓŚŹŻ][^\W_])[ -]?[\dA-Za-z|]{4,7}")
_SMALL = re.compile(r"(?<![\w/-])[a-z]{2,3}\d{4,7}(?![\w]|[-/]\d)")
"""As people type it; only where its kind is named."""
_USUAL = re.compile(r"[A-Z]{2}\d{4}")
_LONG = re.compile(r"(?<![\w/|-])(?:[A-Z]{0,3}\d{5,12}|\d{5}/\d{2}/\d{4})(?![\w]|[-/]\d)")
_SPACED = re.compile(r"(?<![\w/-])(?P<letters>[A-Z]{2,3})[ -]\d{5,8}(?![\w]|[-/.,]?\d| \d)")
_CARD_HOLDER = re.compile(r"(?i)(?<!\w)(?:legitymacj\w{1,3}|praw\w jazdy|kart\w{1,2} pobytu)(?: [^\W\d_]{3,20})?"
                          r"(?: (?:nr|numer\w{0,3}))?[ :.]{1,2}(?P<number>[a-z]{0,3} ?\d[\d/]{2,17})(?!\w|[/.,-]\d)")
_MONTH = r"[^\W\d_]{3,12}"
_ROMAN = r"(?:I{1,3}|IV|VI{0,3}|IX|XI{0,2})"
_DATE = re.compile(
    rf"(?<![\w.-])(?:\w{{4}}[-./]\w{{2}}[-./]\w{{2}}|\w{{1,2}}[-./ ]{{1,2}}\w{{1,2}}[-./ ]{{1,2}}\w{{4}}"
    rf"|\d{{1,2}}\.? {_MONTH},? (?:\w{{4}}|\d{{2}})|\d{{1,2}}[ .]{{1,2}}{_ROMAN}[ .]{{1,2}}\d{{2,4}}"
    rf"|(?P<english>{_MONTH}) \d{{1,2}},? \d{{4}}"
    r"|\d{1,2}(?P<sign>[./-])\d{1,2}(?P=sign)\d{2})(?: ?(?:roku|r)(?!\w)\.?)?(?!\w|[-/.]\d)")
_LEGAL_DAY = re.compile(r"(?:(?:przed|po|do|od|z) (?:dniem|dniu|dnia)|(?<!\w)(?:przed|po)) $")
"""'osoby urodzone przed dniem 1 stycznia 1949 r.': a statute's day, nobody's birthday."""
_STANDARDS = frozenset({"ISO", "EN", "PN", "DN", "DIN", "UE", "VAT", "PIT", "CIT", "USB", "RTX", "GTX", "DDR"})
"""Letters before digits that name a norm, a form or a part, not a document."""


class DocumentRecogniser(Recogniser):
    kinds = (Entity.DOCUMENT,)
    numeric = True

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _GROUPED.finditer(text):
            if straightened(match[0]) is not None:
                yield Entity.DOCUMENT, match.start(), match.end(), DOCUMENT_GROUPED
        for match in _SMALL.finditer(text):
            yield Entity.DOCUMENT, match.start(), match.end(), DOCUMENT_CODE
        for match in _SPACED.finditer(text):
            if match["letters"] not in _STANDARDS and match["letters"].lower() not in lexicon().units:
                yield Entity.DOCUMENT, match.start(), match.end(), DOCUMENT_CODE
        for match in _CARD_HOLDER.finditer(text):
            yield Entity.DOCUMENT, match.start("number"), match.end("number"), DOCUMENT_NAMED
        for form in (_CODE, _LONG):
            for match in form.finditer(text):
                written = match[0]
                if (form is _CODE and not _CODE_SHAPE.fullmatch(written)) or (
                        form is _LONG and is_amount(text, match.end())):
                    continue
                norm = re.split(r"\d", written, maxsplit=1)[0].strip(" -") in _STANDARDS
                usual = _USUAL.fullmatch(written) is not None and not norm
                yield Entity.DOCUMENT, match.start(), match.end(), DOCUMENT_USUAL if usual else DOCUMENT_CODE


class BirthDateRecogniser(Recogniser):
    """Any other date stays: a complaint's deadline can't be told without it."""

    kinds = (Entity.BIRTH_DATE,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        stems = lexicon().month_stems
        for match in _DATE.finditer(text):
            written = match[0].lower()
            digits = sum(character.isdigit() for character in written)
            if _LEGAL_DAY.search(text, max(0, match.start() - 20), match.start()) or (
                    match["english"] and match["english"].lower() not in ENGLISH_MONTHS):
                continue
            short = match["sign"] is not None or re.search(rf" {_ROMAN}[ .]|[.]{_ROMAN}[ .]", match[0])
            if digits >= 6 or short or (digits >= 3 and any(stem in written for stem in stems)):
                yield Entity.BIRTH_DATE, match.start(), match.end(), BIRTH_DATE
