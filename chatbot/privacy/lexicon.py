"""lexicon.yaml, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chatbot.privacy.entities import Entity


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sets of folded lemmas; ``introducers`` are sequences of them, longest first, ``brands`` too; ``units`` are as
    written."""

    placeholders: dict[Entity, str]
    labels: dict[Entity, frozenset[str]]
    counters: dict[Entity, frozenset[str]]
    units: frozenset[str]
    currencies: frozenset[str]
    month_stems: tuple[str, ...]
    titles: frozenset[str]
    person_words: frozenset[str]
    introducers: tuple[tuple[str, ...], ...]
    greetings: frozenset[str]
    renamed: frozenset[str]
    presenters: frozenset[str]
    no_persons: frozenset[str]
    behind_names: frozenset[str]
    prepositions: frozenset[str]
    place_words: frozenset[str]
    home_words: frozenset[str]
    sending_words: frozenset[str]
    village_words: frozenset[str]
    measures: frozenset[str]
    company_heads: frozenset[str]
    company_tails: frozenset[str]
    brands: tuple[tuple[str, ...], ...]
    eponym_heads: frozenset[str]
    thing_words: frozenset[str]
    list_words: frozenset[str]
    person_prepositions: frozenset[str]
    abbreviations: frozenset[str]
    english_words: frozenset[str]
    street_words: frozenset[str]
    given_names: frozenset[str]
    usual_given: frozenset[str]
    not_towns: frozenset[str]
    not_town_words: frozenset[str]
    everyday_towns: frozenset[str]
    town_adjectives: frozenset[str]
    not_names: frozenset[str]


@cache
def lexicon() -> Lexicon:
    raw: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "lexicon.yaml").read_text("utf-8"))
    return Lexicon(
        placeholders={Entity(kind): name for kind, name in raw["placeholders"].items()},
        labels={Entity(kind): frozenset(words.split()) for kind, words in raw["labels"].items()},
        counters={Entity(kind): frozenset(words.split()) for kind, words in raw["counters"].items()},
        introducers=tuple(sorted((tuple(row.split()) for row in raw["introducers"]), key=len, reverse=True)),
        brands=tuple(tuple(row.split()) for row in raw["brands"]),
        month_stems=tuple(raw["month_stems"].split()),
        **{name: frozenset(raw[name].split()) for name in (
            "units", "currencies", "titles", "person_words", "greetings", "renamed", "presenters", "no_persons",
            "behind_names", "prepositions", "place_words", "home_words", "sending_words", "village_words", "measures",
            "company_heads", "company_tails", "eponym_heads",
            "thing_words", "list_words", "person_prepositions", "abbreviations", "english_words", "street_words",
            "given_names", "usual_given", "not_towns", "not_town_words", "everyday_towns", "town_adjectives",
            "not_names")},
    )
