"""Presidio put together from our parts: its registry, analysis, context step, thresholds, conflicts and replacing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import ConflictResolutionStrategy, OperatorConfig

from chatbot.privacy.context import NearestLabel
from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.nlp import LANGUAGE, PolishNlp, tokens
from chatbot.privacy.public import NAMES, PublicNames
from chatbot.privacy.recognisers.address import AddressRecogniser
from chatbot.privacy.recognisers.company_number import CompanyNumberRecogniser, PlaceholderRecogniser
from chatbot.privacy.recognisers.document import BirthDateRecogniser, DocumentRecogniser
from chatbot.privacy.recognisers.email import EmailRecogniser
from chatbot.privacy.recognisers.fragment import FragmentRecogniser
from chatbot.privacy.recognisers.labelled import LabelledRecogniser
from chatbot.privacy.recognisers.numbers import KINDS, NumberRecogniser
from chatbot.privacy.recognisers.person import PersonRecogniser
from chatbot.privacy.recognisers.phone import PhoneRecogniser
from chatbot.privacy.recognisers.place import PlaceRecogniser
from chatbot.privacy.recognisers.residence import ResidenceRecogniser
from chatbot.privacy.recognisers.secret import PasswordRecogniser
from chatbot.privacy.thresholds import KNOWN, KNOWN_CHARACTERS, KNOWN_LETTERS, MASK_FROM
from chatbot.privacy.vault import Vault
from ingestion.polish import fold


@dataclass(frozen=True, slots=True)
class Span:
    kind: Entity
    start: int
    end: int
    score: float


def analyzer(patterns: tuple[str, ...] = ()) -> AnalyzerEngine:
    """Presidio's analyser with our recognisers only; nothing of it goes to the network."""
    registry = RecognizerRegistry(
        recognizers=[
            *(NumberRecogniser(kind) for kind in KINDS),
            LabelledRecogniser(),
            PhoneRecogniser(),
            EmailRecogniser(),
            DocumentRecogniser(),
            FragmentRecogniser(),
            BirthDateRecogniser(),
            PasswordRecogniser(),
            AddressRecogniser(),
            ResidenceRecogniser(),
            PlaceRecogniser(),
            PersonRecogniser(),
            PlaceholderRecogniser(),
            *([CompanyNumberRecogniser(patterns)] if patterns else []),
        ],
        supported_languages=[LANGUAGE],
    )
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=PolishNlp(),
        supported_languages=[LANGUAGE],
        default_score_threshold=MASK_FROM,
        context_aware_enhancer=NearestLabel(),
    )


class Replacer:
    """Presidio's anonymiser, asked twice: once what stands after its resolving of conflicts, once to replace it.

    Twice because it works from the end of the text, and placeholders are numbered from its beginning.
    """

    def __init__(self) -> None:
        self._engine = AnonymizerEngine()

    def resolved(self, text: str, found: list[RecognizerResult]) -> list[Span]:
        """Spans that don't overlap, in reading order: what lies in a longer one is part of it."""
        scores = {(one.entity_type, one.start): one.score for one in found}
        kept = self._anonymized(text, found, {"DEFAULT": OperatorConfig("keep")})
        return sorted(
            (Span(Entity(item.entity_type), item.start, item.end, scores.get((item.entity_type, item.start), 1.0))
             for item in kept.items),
            key=lambda span: span.start,
        )

    @staticmethod
    def without_public(text: str, spans: list[Span], public: PublicNames) -> list[Span]:
        """Spans but for the names that stand in the company's documents."""
        words = tokens(text)
        starts = [word.start for word in words]
        kept = []
        for at, span in enumerate(spans):
            if span.kind in NAMES and (found := words[bisect_left(starts, span.start):bisect_left(starts, span.end)]):
                near = spans[max(at - 1, 0):at] + spans[at + 1:at + 2]
                other = next((one for one in near if _beside(text, span, one)), None)
                beside = words[bisect_left(starts, other.start)] if other else None
                if public.has(span.kind, found, beside):
                    continue
            kept.append(span)
        return kept

    @staticmethod
    def with_known(text: str, spans: list[Span], vault: Vault) -> list[Span]:
        """Spans, and whatever of this conversation was hidden before and stands here where no rule sees it: a name once
        introduced is that person's from then on."""
        kinds = {name: kind for kind, name in lexicon().placeholders.items()}
        covered = bytearray(len(text))
        for span in spans:
            covered[span.start:span.end] = b"\1" * (span.end - span.start)
        names: dict[str, Entity] = {}
        more: list[tuple[Entity, int, int]] = []
        for placeholder, value in vault:
            kind = kinds[placeholder.strip("[]").rpartition("_")[0]]
            if kind in NAMES:
                names |= {fold(part.lower()): kind for part in re.split(r"[\s-]+", value) if len(part) >= KNOWN_LETTERS}
            elif len(value) >= KNOWN_CHARACTERS and kind is not Entity.PLACEHOLDER:
                more += [(kind, found.start(), found.end()) for found in re.finditer(
                    rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE)]
        if names:
            more += [(names[word], one.start, one.end) for one in tokens(text)
                     if (word := fold(one.text.lower())) in names and (one.capital or not one.reading.common)]
        for kind, start, end in more:
            if not any(covered[start:end]):
                covered[start:end] = b"\1" * (end - start)
                spans = [*spans, Span(kind, start, end, KNOWN)]
        return sorted(spans, key=lambda span: span.start)

    def replaced(self, text: str, spans: list[Span], vault: Vault) -> str:
        results = [RecognizerResult(str(span.kind), span.start, span.end, span.score) for span in spans]
        operators = {str(kind): OperatorConfig("custom", {"lambda": _placing(vault, kind)}) for kind in Entity}
        return str(self._anonymized(text, results, operators).text)

    def _anonymized(self, text: str, results: list[RecognizerResult], operators: dict[str, OperatorConfig]) -> Any:
        return self._engine.anonymize(
            text, results, operators,
            conflict_resolution=ConflictResolutionStrategy.REMOVE_INTERSECTIONS, merge_entities_with_spaces=False)


def _beside(text: str, span: Span, other: Span) -> bool:
    """Whether ``other`` is the other half of a person's name."""
    first, second = sorted((span, other), key=lambda one: one.start)
    persons = {Entity.GIVEN_NAME, Entity.SURNAME}
    return {span.kind, other.kind} == persons and not text[first.end:second.start].strip(" \u00a0")


def _placing(vault: Vault, kind: Entity) -> Callable[[str], str]:
    name = lexicon().placeholders[kind]
    return lambda value: vault.placeholder(name, value)
