"""Presidio's context step, ours: the nearest word that names a kind of number decides.

Presidio's own enhancer takes any context word within five for evidence, so that in "NIP 123…, telefon 600…" both
numbers would be both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Any

from presidio_analyzer import RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import Token
from chatbot.privacy.thresholds import (
    COUNTER_TAKES,
    COUNTER_WORDS,
    LABEL_ADDS,
    LABEL_FADES,
    LABEL_WORDS_AFTER,
    LABEL_WORDS_BEFORE,
    MASK_FROM,
    NEIGHBOUR_ADDS,
    NEIGHBOUR_DISTANCE,
)
from ingestion.polish import fold

LABELLED = frozenset({
    Entity.PESEL, Entity.NIP, Entity.REGON, Entity.ID_CARD, Entity.PASSPORT, Entity.DOCUMENT, Entity.BANK_ACCOUNT,
    Entity.CARD, Entity.LAND_REGISTER, Entity.PLATE, Entity.PHONE, Entity.BIRTH_DATE,
})
NEIGHBOURLY = frozenset({
    Entity.CITY, Entity.GIVEN_NAME, Entity.DOCUMENT, Entity.PESEL, Entity.ID_CARD, Entity.PASSPORT, Entity.PHONE,
})
"""Kinds that another identifier near them makes likelier."""
IDENTIFYING = frozenset({Entity.PESEL, Entity.PHONE, Entity.EMAIL, Entity.ID_CARD, Entity.ADDRESS, Entity.SURNAME})
_NEW_SENTENCE = re.compile(r"[.!]\s+$|\n\s*\n")
"""A question mark is no end: what was asked for stands behind it."""


class NearestLabel(ContextAwareEnhancer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(LABEL_ADDS, MASK_FROM, LABEL_WORDS_BEFORE, LABEL_WORDS_AFTER)

    def enhance_using_context(self, text: str, raw_results: list[RecognizerResult], nlp_artifacts: Any,
                              recognizers: list[Any], context: list[str] | None = None) -> list[RecognizerResult]:
        words: list[Token] = nlp_artifacts.tokens
        starts: list[int] = nlp_artifacts.tokens_indices
        for result in raw_results:
            if result.entity_type in LABELLED:
                result.score = _clipped(result.score + _evidence(Entity(result.entity_type), result, words, starts))
        sure = [one for one in raw_results if one.entity_type in IDENTIFYING and one.score >= MASK_FROM]
        for result in raw_results:
            weak = result.entity_type in NEIGHBOURLY and result.score < MASK_FROM
            if weak and any(_beside(result, one) for one in sure):
                result.score = _clipped(result.score + NEIGHBOUR_ADDS)
        return raw_results


def _beside(result: RecognizerResult, other: RecognizerResult) -> bool:
    between: int = max(other.start - result.end, result.start - other.end)
    return 0 <= between <= NEIGHBOUR_DISTANCE


def _evidence(kind: Entity, result: RecognizerResult, words: list[Token], starts: list[int]) -> float:
    labels, counters = lexicon().labels[kind], lexicon().counters.get(kind, frozenset())
    first = bisect_left(starts, result.start)
    after = bisect_left(starts, result.end)
    label = counter = 0.0
    for distance, word, apart in _near(first, after, words):
        elsewhere = apart and kind is Entity.BIRTH_DATE  # 'zwrot do 12.05.26, urodziny mam w maju'
        if not label and word.lemmas & labels and not elsewhere:
            label = LABEL_ADDS - LABEL_FADES * distance
        elif distance < COUNTER_WORDS and not apart and word.lemmas & counters:
            counter = COUNTER_TAKES - LABEL_FADES * distance
        if label or counter:
            break  # the nearer one says what it is
    return label - counter


def _near(first: int, after: int, words: list[Token]) -> list[tuple[int, Token, bool]]:
    """Words round the number with their distance: those before it first, as labels mostly stand there; and whether a
    comma or a new line parts them from it ('…, tel. …' behind a number belongs to the next one)."""
    found, apart = [], False
    for distance in range(LABEL_WORDS_BEFORE):
        place = first - 1 - distance
        if place < 0 or _breaks(words, place + 1):
            break
        found.append((distance, words[place], False))
    for distance in range(LABEL_WORDS_AFTER):
        place = after + distance
        if place >= len(words) or _breaks(words, place):
            break
        apart = apart or bool(set(",;\n") & set(words[place].gap))
        found.append((distance + 2, words[place], apart))
    return sorted(found, key=lambda row: row[0])


def _breaks(words: list[Token], place: int) -> bool:
    """Whether a sentence begins with the word at ``place``: not in 'tel. 600…' and 'nr rej. WX 1234'."""
    if place >= len(words) or not words[place].capital or not _NEW_SENTENCE.search(words[place].gap):
        return False
    return "\n" in words[place].gap or place == 0 or fold(words[place - 1].text.lower()) not in lexicon().abbreviations


def _clipped(score: float) -> float:
    return max(0.0, min(1.0, score))
