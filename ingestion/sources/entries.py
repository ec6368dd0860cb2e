"""Questions with answers, whatever they are called: keys and headings in Polish and English, lists and mappings as
other tools export them (schema.org's FAQPage among them). What is no entry is named, beside those that are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.documents import FaqEntry
from ingestion.polish import fold
from ingestion.sources import html

MOST_NAMED = 10
"""Of the entries left out; the others are counted."""
DEEPEST = 5
"""Lists inside lists: sections of questions, graphs of pages."""
LONGEST_NAME = 60
"""Characters of a question in a note."""
WORDS_OF_A_QUESTION = 3
"""From which a key without a question mark may be a question."""

_ALIASES = {
    "question": ("question", "pytanie", "questions", "pytania", "q", "pyt"),
    "answer": ("answer", "odpowiedz", "answers", "odpowiedzi", "acceptedanswer", "suggestedanswer", "a", "odp"),
    "paraphrases": ("paraphrases", "parafrazy", "warianty", "variants", "inne pytania", "podobne pytania"),
    "rests_on": ("rests on", "podstawa", "podstawa prawna"),
    "topic": ("topic", "temat"),
}
"""Folded, small, with spaces between their words."""
_LISTS = ("entries", "faq", "faqs", "questions", "pytania", "mainentity", "items", "data")
_ABOUT_THE_FILE = frozenset(
    ("title", "tytul", "name", "nazwa", "version", "wersja", "language", "lang", "jezyk", "date", "updated"))
_LOOSELY = {"question": re.compile(r"\bpytan\w+|\bquestions?\b"), "answer": re.compile(r"\bodpowiedz\w*|\banswers?\b")}
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:id|nr|no|numer|number|lp|data|date|czas|time|liczba|ilosc|count|autor\w*|author|kto|by|kategori\w*|category"
    r"|typ|type|rodzaj|status|link|url|zrodlo|source|jezyk|language|ocena|rating|wewnetrzn\w*|internal|inne|podobne"
    r"|dodatkow\w*|alternatywn\w*|bledn\w*|wrong)\b")
"""Columns about a question or an answer, or another one than the one that is shown."""
_TAG = re.compile(r"</?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|table|tr|td|th|img)(?:\s[^<>]*)?/?>", re.I)


@dataclass(frozen=True, slots=True)
class Fault:
    """``place``: of the entry in its list, from 1, or the row of its table."""

    place: int
    question: str
    missing: str


def fields(names: Iterable[str]) -> dict[str, str]:
    """By our name of a field, the key or heading that stands for it: one of its names, or else the only one with the
    word in it ("Pytanie klienta", "Treść odpowiedzi")."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(_plain(name), name)
    found = {}
    for field, aliases in _ALIASES.items():
        exact = next((known[alias] for alias in aliases if alias in known), None)
        if (name_ := exact or _with_the_word(field, known)) is not None:
            found[field] = name_
    if "question" not in found and "acceptedanswer" in known and "name" in known:
        found["question"] = known["name"]
    return found


def is_entry(raw: Any) -> bool:
    """Whether it has both keys, whatever stands there."""
    return isinstance(raw, Mapping) and {"question", "answer"} <= fields(raw).keys()


def entry(raw: Any, place: int) -> FaqEntry | Fault:
    named = fields(raw) if isinstance(raw, Mapping) else {}
    values = {field: _texts(raw[key]) for field, key in named.items()}
    asked, *others = values.get("question") or [""]
    answer = "\n".join(values.get("answer", ()))
    if not asked or not answer:
        missing = "answer" if asked else "question" if answer else "question with an answer"
        return Fault(place, asked[:LONGEST_NAME], missing)
    topic = next(iter(values.get("topic", ())), None)
    return FaqEntry(asked, answer, (*others, *values.get("paraphrases", ())), tuple(values.get("rests_on", ())), topic)


def listed(raw: Any, depth: int = 0) -> list[Any] | None:
    """The entries of a document, good or not; None where it is no list of any."""
    if isinstance(raw, list):
        return [inner for one in raw for inner in _of_section(one, depth)]
    if not isinstance(raw, Mapping) or depth > DEEPEST:
        return None
    if is_entry(raw) and not _lists(raw):
        return [raw]
    inside = {_plain(key): value for key, value in raw.items() if isinstance(value, (list, Mapping))}
    if (name := next((one for one in _LISTS if one in inside), None)) is not None:
        value = inside[name]
        return listed([value] if is_entry(value) else value, depth + 1)
    if lists := _lists(raw):
        return [one for value in lists for one in listed(value, depth + 1) or ()]
    return _of_mapping(raw)


def told(faults: list[Fault], name: str, kind: str) -> tuple[str, ...]:
    """Of each that was left out, a sentence; ``kind``: 'row' or 'entry'."""
    named = []
    for one in faults[:MOST_NAMED]:
        where = f"{name}, {kind} {one.place}" + (f" („{one.question}”)" if one.question else "")
        named.append(f"{where} has no {one.missing} and was left out.")
    more = len(faults) - MOST_NAMED
    return (*named, *((f"{name}: {more} more without a question or an answer were left out.",) if more > 0 else ()))


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", fold(name).lower()).split())


def _with_the_word(field: str, known: Mapping[str, str]) -> str | None:
    if field not in _LOOSELY:
        return None
    own = [name for plain, name in known.items() if not _OF_SOMETHING_ELSE.search(plain)
           and [other for other, word in _LOOSELY.items() if word.search(plain)] == [field]]  # fmt: skip
    return own[0] if len(own) == 1 else None


def _lists(raw: Mapping[str, Any]) -> list[list[Any]]:
    """Lists of objects."""
    return [value for value in raw.values() if isinstance(value, list) and any(isinstance(one, dict) for one in value)]


def _of_section(one: Any, depth: int) -> Iterator[Any]:
    """An entry stands for itself, a section ("Dostawa": a list of questions) or a page for what it holds."""
    named = fields(one) if isinstance(one, Mapping) else {}
    holds = isinstance(one, Mapping) and (bool(_lists(one)) or "mainEntity" in one)
    if holds and "answer" not in named and not _texts(one.get(named.get("question", ""))) and depth < DEEPEST:
        yield from listed(one, depth + 1) or ()
    else:
        yield one


def _of_mapping(raw: Mapping[str, Any]) -> list[Any] | None:
    """Question: answer (or an object with it); or an id: entry."""
    if raw and all(map(is_entry, raw.values())):
        return list(raw.values())
    pairs = {key: value for key, value in raw.items() if _plain(key) not in _ABOUT_THE_FILE}
    asking = [key for key in pairs if "?" in key or len(key.split()) >= WORDS_OF_A_QUESTION]
    if not asking or len(asking) * 2 < len(pairs):
        return None
    return [{**(value if isinstance(value, dict) else {"answer": value}), "question": key}
            for key, value in pairs.items()]


def _texts(value: Any) -> list[str]:
    """Of a text, a number or a truth value as it is written, of a list of them, or of an object with a ``text``."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        said = one.get("text") if isinstance(one, Mapping) else one
        if not isinstance(said, (str, int, float)):
            continue
        text = (str(said).lower() if isinstance(said, bool) else str(said)).strip()
        if _TAG.search(text):
            text = "\n".join(block.text for block in html.read(text.encode()).blocks)
        if text and text not in ("null", "~"):
            found.append(text)
    return found
