"""Days as Polish and English texts write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate((
        "stycznia styczeń styczniu january", "lutego luty lutym february", "marca marzec marcu march",
        "kwietnia kwiecień kwietniu april", "maja maj maju may", "czerwca czerwiec czerwcu june",
        "lipca lipiec lipcu july", "sierpnia sierpień sierpniu august", "września wrzesień wrześniu september",
        "października październik październiku october", "listopada listopad listopadzie november",
        "grudnia grudzień grudniu december",
    ), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTH}),?\s+\d{{4}}|(?:{_MONTH})\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
)
"""A pattern of a day with its year, to be built into others; needs re.IGNORECASE."""
_DAY = re.compile(rf"(?<!\d){DAY}(?!\d)", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Found:
    """A day, and where in the text it stands."""

    day: date
    start: int
    end: int


def found(text: str) -> Iterator[Found]:
    """Every day with its year, in order; one that no calendar has (31.02.2026) is left out."""
    for match in _DAY.finditer(text):
        if (day := parse(match[0])) is not None:
            yield Found(day, match.start(), match.end())


def parse(text: str) -> date | None:
    """The day that a text as `DAY` matches it means; None for none. 03.04.2026 is in April: the day comes first."""
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    month = next((MONTHS[word.lower()] for word in _WORD.findall(text) if word.lower() in MONTHS), None)
    if month is not None and len(numbers) == 2:
        day, year = numbers
    elif month is None and len(numbers) == 3:
        first, month, last = numbers
        year, day = (first, last) if first > 31 else (last, first)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
