"""E-mail addresses: the plain ones, those written round ('jan (at) example.com'), and misread ones.

Public suffixes come from the list inside tldextract's package: nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import EMAIL, EMAIL_DAMAGED

_AT = r"(?:@|[ \u00a0]@[ \u00a0]|\s?[(\[{]\s?(?:at|małpa|malpa|@)\s?[)\]}]\s?|\s(?:małpa|malpa)\s)"
_DOT = r"(?:\.|\s?[(\[{]\s?(?:dot|kropka)\s?[)\]}]\s?|\s(?:kropka)\s)"
_LOCAL = r"[\w!#$%&'*+/=?^`{|}~.<€(-]{0,63}[\w|$€<(]"
_LABEL = r"[\w$|!€<(%*](?:[\w$|!€<(%*@-]{0,62}[\w$|!€])?"
_ADDRESS = re.compile(rf"(?<![\w.@])({_LOCAL}){_AT}({_LABEL}(?:{_DOT}{_LABEL}){{1,6}})", re.IGNORECASE)
_BROKEN = re.compile(r"(?<![\w.@])[\w.+-]{2,64}@[\w|!-]{2,63}(?:[ ,][\w|!]{2,4}(?!\w))?", re.IGNORECASE)
"""No dot, or a comma in its place."""
_LOST_AT = re.compile(r"(?<![\w.@])[\w.-]{3,64}[(©®&](?:gmail|wp|onet|o2|interia|example)\.(?:com|pl|org|net|eu)(?!\w)",
                      re.IGNORECASE)
"""The sign between name and domain misread; of the commonest domains only."""


class EmailRecogniser(Recogniser):
    kinds = (Entity.EMAIL,)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _ADDRESS.finditer(text):
            domain = re.sub(_DOT, ".", match[2])
            score = EMAIL if _suffixes()(domain).suffix else EMAIL_DAMAGED
            yield Entity.EMAIL, match.start(), match.end(), score
        for form in (_BROKEN, _LOST_AT):
            for match in form.finditer(text):
                yield Entity.EMAIL, match.start(), match.end(), EMAIL_DAMAGED


@cache
def _suffixes() -> Any:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
