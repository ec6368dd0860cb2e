"""The figures of a text: amounts, durations, percentages and dates, written in digits or in words, Polish or English.

"czternaście dni", "14 dni", "14-dniowy" and "czternastodniowy" are one figure. Pure; no dictionary, no model.
Not covered: ordinals outside dates ("trzeci dzień"), Roman numerals, fractions in words beyond "pół" and "półtora".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_UNIT_PREFIXES = (
    # folded beginning of the word → unit; longer first where one begins another
    ("zl", "pln"), ("pln", "pln"), ("grosz", "grosz"), ("gr", "grosz"), ("eur", "eur"), ("proc", "percent"),
    ("percent", "percent"), ("dnia", "day"), ("dni", "day"), ("dzien", "day"), ("day", "day"),
    ("tygodni", "week"), ("tydzien", "week"), ("week", "week"), ("miesi", "month"), ("month", "month"),
    ("godzin", "hour"), ("hour", "hour"), ("minut", "minute"), ("lat", "year"), ("letni", "year"), ("rok", "year"),
    ("year", "year"), ("kg", "kg"), ("kilogram", "kg"), ("cm", "cm"), ("centymetr", "cm"), ("mm", "mm"),
    ("punkt", "point"), ("point", "point"), ("krot", "times"), ("raz", "times"), ("sztuk", "piece"),
    ("kilomet", "km"), ("km", "km"),
)  # fmt: skip
_ONES = {
    1: "jeden jedna jedno jednego jednej jednym jednemu one", 2: "dwa dwie dwoch dwom dwoma dwu two",
    3: "trzy trzech trzem trzema three", 4: "cztery czterech czterem czterema four",
    5: "piec pieciu piecioma five", 6: "szesc szesciu szescioma six", 7: "siedem siedmiu siedmioma seven",
    8: "osiem osmiu osmioma eight", 9: "dziewiec dziewieciu dziewiecioma nine",
    10: "dziesiec dziesieciu dziesiecioma", 11: "jedenascie jedenastu eleven", 12: "dwanascie dwunastu twelve",
    13: "trzynascie trzynastu thirteen", 14: "czternascie czternastu fourteen", 15: "pietnascie pietnastu fifteen",
    16: "szesnascie szesnastu sixteen", 17: "siedemnascie siedemnastu seventeen",
    18: "osiemnascie osiemnastu eighteen", 19: "dziewietnascie dziewietnastu nineteen",
}  # fmt: skip
_TENS = {
    20: "dwadziescia dwudziestu twenty", 30: "trzydziesci trzydziestu thirty", 40: "czterdziesci czterdziestu forty",
    50: "piecdziesiat piecdziesieciu fifty", 60: "szescdziesiat szescdziesieciu sixty",
    70: "siedemdziesiat siedemdziesieciu seventy", 80: "osiemdziesiat osiemdziesieciu eighty",
    90: "dziewiecdziesiat dziewiecdziesieciu ninety",
}  # fmt: skip
_HUNDREDS = {
    100: "sto stu", 200: "dwiescie dwustu", 300: "trzysta trzystu", 400: "czterysta czterystu",
    500: "piecset pieciuset", 600: "szescset szesciuset", 700: "siedemset siedmiuset",
    800: "osiemset osmiuset", 900: "dziewiecset dziewieciuset",
}  # fmt: skip
_SCALES = {
    100: "hundred",
    1000: "tysiac tysiace tysiecy tysiaca thousand",
    1_000_000: "milion miliony milionow million",
}
_WORDS = {
    word: value for table in (_ONES, _TENS, _HUNDREDS) for value, words in table.items() for word in words.split()
}
_SCALE_WORDS = {word: value for value, words in _SCALES.items() for word in words.split()}
_COMBINING = {
    "dwu": 2, "trzy": 3, "cztero": 4, "piecio": 5, "szescio": 6, "siedmio": 7, "osmio": 8, "dziewiecio": 9,
    "dziesiecio": 10, "dwunasto": 12, "czternasto": 14, "pietnasto": 15, "dwudziesto": 20, "trzydziesto": 30,
    "szescdziesiecio": 60, "dziewiecdziesiecio": 90, "stu": 100,
}  # fmt: skip
_ENGLISH_UNITS = ("day", "week", "month", "year", "hour", "minute", "percent")
_ADJECTIVE = re.compile(
    rf"^({'|'.join(sorted(_COMBINING, key=len, reverse=True))})"
    r"(dniow|letni|miesieczn|tygodniow|godzinn|procentow|krotn)"
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        ("stycznia styczen january", "lutego luty february", "marca marzec march", "kwietnia kwiecien april",
         "maja maj may", "czerwca czerwiec june", "lipca lipiec july", "sierpnia sierpien august",
         "wrzesnia wrzesien september", "pazdziernika pazdziernik october", "listopada listopad november",
         "grudnia grudzien december"), start=1)
    for name in names.split()
}  # fmt: skip
_DATE = re.compile(
    rf"\b(?:(?P<y1>\d{{4}})-(?P<m1>\d{{2}})-(?P<d1>\d{{2}})|(?P<d2>\d{{1,2}})\.(?P<m2>\d{{1,2}})\.(?P<y2>\d{{4}})"
    rf"|(?P<d3>\d{{1,2}}) (?P<m3>{'|'.join(_MONTHS)})(?: (?P<y3>\d{{4}}))?)\b"
)
_REFERENCE = re.compile(r"(?:§+|\bart\.?|\bust\.?|\bpkt\.?|\blit\.?|\bnr|\bpoz\.?) ?\d+[a-z]?(?:[-–]\d+)?|\[\w*\d+\]")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[ .]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?")
_TOKEN = re.compile(r"\d[\d .,]*\d|\d|%|[a-z]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with the unit it stands in (None when the text names none). A date is one figure with unit "date"."""

    value: Decimal | date | tuple[int, int]
    unit: str | None = None

    def supported_by(self, other: Figure) -> bool:
        """Same value, and no two different units. A date without a year is supported by one of any year."""
        if isinstance(self.value, tuple) and isinstance(other.value, date):
            return self.value == (other.value.month, other.value.day)
        return self.value == other.value and (self.unit == other.unit or self.unit is None or other.unit is None)


def figures(text: str) -> tuple[Figure, ...]:
    """All figures of the text in order. Clause references (§ 5, art. 27), marks ([1]), masks ([ADRES_1]) are none."""
    folded = _fold(text)
    found: list[Figure] = []
    folded = _DATE.sub(lambda match: _take_date(match, found), folded)
    folded = _REFERENCE.sub(" ", folded)
    found.extend(_numbers(folded))
    return tuple(found)


def unsupported(text: str, sources: tuple[str, ...]) -> tuple[Figure, ...]:
    """Figures of ``text`` that stand in none of ``sources``."""
    known = [figure for source in sources for figure in figures(source)]
    return tuple(figure for figure in figures(text) if not any(figure.supported_by(other) for other in known))


def _take_date(match: re.Match[str], found: list[Figure]) -> str:
    groups = match.groupdict()
    for year, month, day in (("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
        if groups[day] is None:
            continue
        month_number = _MONTHS.get(groups[month]) or int(groups[month])
        try:
            if groups[year] is None:
                found.append(Figure((month_number, int(groups[day])), "date"))
            else:
                found.append(Figure(date(int(groups[year]), month_number, int(groups[day])), "date"))
        except ValueError:
            return match.group()
    return " "


def _numbers(folded: str) -> Iterator[Figure]:
    tokens = _TOKEN.findall(folded.replace("\u00a0", " "))
    position = 0
    while position < len(tokens):
        token = tokens[position]
        adjective = _ADJECTIVE.match(token)
        if adjective:
            yield Figure(Decimal(_COMBINING[adjective[1]]), _unit(adjective[2]))
            position += 1
        elif token[0].isdigit():
            position += 1
            following = tokens[position] if position < len(tokens) else ""
            scale = {"tys": 1000, **_SCALE_WORDS}.get(following, 1)
            position += scale != 1
            values = [_decimal(part) for part in _NUMBER.findall(token)]
            for value in values:
                unit = _unit(tokens[position] if position < len(tokens) else "")
                yield Figure(value * scale, unit)
        elif token == "ten" and position + 1 < len(tokens) and tokens[position + 1].startswith(_ENGLISH_UNITS):
            yield Figure(Decimal(10), _unit(tokens[position + 1]))  # elsewhere "ten" is Polish for "this"
            position += 1
        elif token in _WORDS or token in _SCALE_WORDS:
            spelt, position = _spelt_out(tokens, position)
            unit = _unit(tokens[position] if position < len(tokens) else "")
            if spelt != 1 or unit is not None:  # "jeden z" is no figure
                yield Figure(Decimal(spelt), unit)
        else:
            position += 1


def _spelt_out(tokens: list[str], position: int) -> tuple[int, int]:
    total = part = 0
    while position < len(tokens):
        token = tokens[position]
        if token in _SCALE_WORDS:
            part = max(part, 1) * _SCALE_WORDS[token]
            if _SCALE_WORDS[token] >= 1000:
                total, part = total + part, 0
        elif token in _WORDS and (part == 0 or _WORDS[token] < _smallest_place(part)):
            part += _WORDS[token]
        else:
            break
        position += 1
    return total + part, position


def _smallest_place(value: int) -> int:
    for place in (100, 10):
        if value % place == 0:
            return place
    return 1


def _decimal(digits: str) -> Decimal:
    plain = digits.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", plain):
        plain = plain.replace(".", "")
    return Decimal(plain.replace(",", ".")).normalize()


def _unit(word: str) -> str | None:
    if word == "%":
        return "percent"
    return next((unit for prefix, unit in _UNIT_PREFIXES if word.startswith(prefix)), None)


def _fold(text: str) -> str:
    lowered = text.lower().replace("ł", "l")
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
