"""Pieces of an account's or a card's number: 'konto kończące się na 1234', '**** 1234'."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token
from chatbot.privacy.recognisers.base import Found, Recogniser
from chatbot.privacy.thresholds import FRAGMENT, FRAGMENT_WORDS

_DIGITS = r"(?P<digits>\d{2,4}(?:[ -]?\d{2,4}){0,4})(?![\w]|[.,]\d|[-/]\d)"
_NAMED = re.compile(
    r"(?i)(?<!\w)(?:kończ\w+ si[ęe]|koncz\w+ sie|końc[óo]w[kc]\w+|koncow[kc]\w+|zaczyna\w* si[ęe]|rozpoczyna\w* si[ęe]"
    r"|ostatni\w+(?: \w+)? (?:cyfr\w*|znak\w*)|pierwsz\w+(?: \w+)? cyfr\w*|ending (?:in|with)|ends (?:in|with)"
    rf"|last (?:four|4)(?: digits)?)(?:\W+\w{{1,12}}){{0,3}}?\W+{_DIGITS}")
_STARRED = re.compile(r"(?<!\w)(?:(?:[*•xX.]{2,}+|…)[ -]?){1,6}(?P<digits>\d{3,4}(?:[ -]?\d{4})?)(?![\w.,]\d|\w)")
"""Digits behind stars or crosses: a card as shops print it."""


class FragmentRecogniser(Recogniser):
    kinds = (Entity.BANK_ACCOUNT, Entity.CARD)

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        for match in _NAMED.finditer(text):
            if (kind := self._named(match, words)) is not None:
                yield kind, match.start("digits"), match.end("digits"), FRAGMENT
        for match in _STARRED.finditer(text):
            kind = self._named(match, words)
            dots = re.fullmatch(r"[.…\s-]*", match[0][:match.start("digits") - match.start()])
            if kind is not None or not dots:  # 'konto …1234'; dots before any other number are only dots
                yield kind or Entity.CARD, match.start("digits"), match.end("digits"), FRAGMENT

    def _named(self, match: re.Match[str], words: list[Token]) -> Entity | None:
        """The account or the card, where a word near the digits says that they are of one."""
        first = bisect_left(words, match.start(), key=lambda word: word.start)
        near = words[max(0, first - FRAGMENT_WORDS):first + FRAGMENT_WORDS]
        return next((kind for kind in self.kinds if any(word.lemmas & lexicon().labels[kind] for word in near)), None)
