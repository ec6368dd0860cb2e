"""What kind of figure a question asks for, so that a sentence without one isn't taken for its answer. Pure.

Not covered: questions for a name, a place or a reason; they ask for no figure, and any sentence may answer them.
"""

from __future__ import annotations

import re

from chatbot.figures import figures
from ingestion.polish import fold

_TIME = frozenset({"day", "week", "month", "year", "hour", "minute", "date"})
_MONEY = frozenset({"pln", "eur", "grosz", "percent"})
_ASKS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(pattern), units)
    for pattern, units in (
        (r"\b(?:jak dlugo|how long|w jakim (?:czasie|terminie)|do kiedy|jaki (?:jest )?(?:termin|czas))\b", _TIME),
        (r"\b(?:ile|ilu) (?:\w+ ){0,2}(?:dni\w*|lat\w*|miesi\w+|godzin\w*|minut\w*|tygodni\w*|czasu)\b", _TIME),
        (r"\bhow (?:many|long) (?:\w+ ){0,1}(?:days|weeks|months|years|hours|minutes)\b", _TIME),
        (r"\bile (?:\w+ ){0,2}(?:kosztuj\w*|zaplac\w*|doplac\w*|place|placi\w*|wynosi|wyniesie|zl|zlotych)\b", _MONEY),
        (r"\b(?:how much|what (?:is|does) the (?:fee|price|cost)|jak\w+ (?:\w+ ){0,2}(?:oplat\w*|cen\w|koszt\w*|kwot\w*"
         r"|prowizj\w*|doplat\w*|sum\w))\b", _MONEY),
        (r"\bpo ile\b", _MONEY),
    )
)  # fmt: skip
_ANY = re.compile(r"\b(?:ile|ilu|how many)\b")


def answers_kind(question: str, sentence: str) -> float:
    """1 when the sentence has a figure of the kind the question asks for, 0 when it lacks one, 0.5 when the question
    asks for no figure. "bezpłatny" and "free" count as an amount."""
    asked = fold(question).lower()
    wanted = next((units for pattern, units in _ASKS if pattern.search(asked)), None)
    if wanted is None and not _ANY.search(asked):
        return 0.5
    found = figures(sentence)
    if wanted is None:
        return float(bool(found))
    if wanted is _MONEY and re.search(r"\b(?:bezplatn|darmow|gratis|free\b)", fold(sentence).lower()):
        return 1.0
    return float(any(figure.unit in wanted for figure in found))
