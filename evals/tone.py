"""The company's style rules, as far as they can be read off a text: which of them a reply's own words break. Pure.

A rule is checked where the company's profile has it (``style``), in the direction its text says: a company that says
"Państwo" is not held to "Ty". Not covered: warmth, plain words, whether a promise stands in the documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WORDS = 60
"""Longest reply, quotes aside, where the length rule names no number: the contract's limit."""
_FORMAL = re.compile(r"\b(?:Państw\w*|Panu?|Pana|Panem|Panią?|Szanown\w+)\b")
_FAMILIAR = re.compile(r"\b(?:Ty|Ci|Cię|Ciebie|Tobie|Tobą|Twoj\w+|Twój|Twym)\b")
_NOT_FORMAL = re.compile(r"bez „?Państwo”?|na „?Ty”?", re.IGNORECASE)
_SAD = re.compile(r"^\W*(?:niestety|unfortunately)\b", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿]")
_SHOUT = re.compile(r"\b[A-ZĄĆĘŁŃÓŚŹŻ]{5,}\b")
_PROMISE = re.compile(
    r"\b(?:obiecuj\w+|gwarantuj\w+|zapewniam\w*|na pewno|przyznaj(?:ę|emy)|we promise|guarantee\w*)\b", re.IGNORECASE)
_QUOTE = re.compile(r"„.*?”", re.DOTALL)
_MARK = re.compile(r"\[\d+\]")

Check = Callable[[str], bool]
"""Whether a reply's own words break it."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    broken: Check


def rules(style: Mapping[str, str]) -> tuple[Rule, ...]:
    """The checks of a company's rules, by the names its profile gives them."""
    found: list[Rule] = []
    if form := style.get("form"):
        wrong = _FORMAL if _NOT_FORMAL.search(form) else _FAMILIAR
        found.append(Rule("form", lambda own: bool(wrong.search(own))))
    if length := style.get("length"):
        most = int(number[0]) if (number := re.search(r"\d+", length)) else WORDS
        found.append(Rule("length", lambda own: len(own.split()) > most))
    if "words" in style:
        found.append(Rule("sigh", lambda own: bool(_SAD.search(own))))
    if "promises" in style:
        found.append(Rule("promise", lambda own: bool(_PROMISE.search(own))))
    if "emoji" in style:
        found += [Rule("exclamation", lambda own: "!" in own), Rule("emoji", lambda own: bool(_EMOJI.search(own))),
                  Rule("capitals", lambda own: bool(_SHOUT.search(own)))]
    if "sources" in style:
        found.append(Rule("figure", lambda own: any(letter.isdigit() for letter in own)))
    return tuple(found)


def broken(text: str, checks: tuple[Rule, ...]) -> list[str]:
    """Names of the rules that a reply's own words break; what it quotes is the documents'."""
    own = _MARK.sub(" ", _QUOTE.sub(" ", text))
    return [rule.name for rule in checks if rule.broken(own)]
