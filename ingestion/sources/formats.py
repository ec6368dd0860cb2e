"""How a spreadsheet shows the numbers it stores: days as days and shares as percentages. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DAYS = frozenset((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)))
_TIMES = frozenset((*range(18, 22), 32, 33, 45, 46, 47))
_PERCENTAGES = frozenset((9, 10))
"""Numbers of formats that a file doesn't spell out [ECMA-376, part 1, 18.8.30]."""
_UNSAID = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]')
"""Of a format, what says nothing of its kind: words, single characters, colours, currencies."""
LAST_DAY = 2_950_000
"""In the year 9976, or four later where days are counted from 1904."""
MOST_DIGITS = 10**15
"""Larger numbers are stored with fewer digits than they have: zeros in their place would be wrong."""


class Formats:
    """``styles`` and ``book``: the roots of the workbook's xl/styles.xml and xl/workbook.xml; None: there is none."""

    def __init__(self, styles: Any | None, book: Any | None) -> None:
        own: dict[str, str] = {}
        self._kinds: list[str] = []
        if styles is not None:
            own = {str(one.get("numFmtId")): str(one.get("formatCode") or "") for one in styles.iter(f"{_SHEET}numFmt")}
            for cells in styles.iter(f"{_SHEET}cellXfs"):
                self._kinds = [_kind(str(one.get("numFmtId") or "0"), own) for one in cells]
        about = book.find(f"{_SHEET}workbookPr") if book is not None else None
        later = about is not None and about.get("date1904") in ("1", "true")
        self._first = datetime(1904, 1, 1) if later else datetime(1899, 12, 30)

    def shown(self, text: str, style: str | None) -> str:
        """A stored number in the form of its style; any other text as it is."""
        kind = self._kinds[int(style)] if style and style.isdigit() and int(style) < len(self._kinds) else ""
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if kind == "percentage":
            return f"{_plain(number * 100)}%"
        if kind == "day" and 0 < number <= LAST_DAY:
            moment = self._first + timedelta(seconds=round(float(number) * 86_400))
            return f"{moment:%Y-%m-%d}" + (f" {moment:%H:%M}" if moment.hour or moment.minute else "")
        if kind == "time" and 0 <= number < 1:
            return f"{self._first + timedelta(seconds=round(float(number) * 86_400)):%H:%M}"
        return _plain(number) if abs(number) < MOST_DIGITS else text


def _kind(number: str, own: dict[str, str]) -> str:
    code = _UNSAID.sub("", own.get(number, "")).lower().split(";")[0]
    place = int(number) if number.isdigit() and number not in own else -1
    if "%" in code or place in _PERCENTAGES:
        return "percentage"
    if place in _TIMES or (re.search("[hs]", code) and not re.search("[yd]", code)):
        return "time"
    return "day" if place in _DAYS or re.search("[ymd]", code) else ""


def _plain(number: Decimal) -> str:
    """To 15 digits, as spreadsheets show them: what is stored as 14.990000000000002 is 14.99."""
    shown = f"{Decimal(f'{number:.15g}'):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
