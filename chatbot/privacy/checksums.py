"""Is a number one of its kind? Pure functions over the bare characters (no spaces or dashes).

Weights and forms: FIELD.md's table, and the registers' own statutes named there. None raises; a wrong length is False.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
PESEL_CENTURIES = {80: 1800, 0: 1900, 20: 2000, 40: 2100, 60: 2200}
"""What is added to the month, and the century it stands for."""
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)
REGON_LONG_WEIGHTS = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
ID_CARD_WEIGHTS = (7, 3, 1, 9, 7, 3, 1, 7, 3)
PASSPORT_WEIGHTS = (7, 3, 9, 1, 7, 3, 1, 7, 3)
LAND_REGISTER_WEIGHTS = (1, 3, 7)
LAND_REGISTER_LETTERS = {letter: value for value, letter in enumerate("0123456789XABCDEFGHIJKLMNOPRSTUWYZ")}
"""The land registers' own alphabet: no Q, no V, and X before A."""
IBAN_POLAND = 2521
"""The letters PL as the IBAN check reads them (P=25, L=21)."""


def pesel(text: str) -> bool:
    """Eleven digits, a date that exists, and the check digit."""
    if not _digits(text, 11) or pesel_birth(text) is None:
        return False
    return (10 - _sum(text, PESEL_WEIGHTS) % 10) % 10 == int(text[10])


def pesel_birth(text: str) -> date | None:
    """The day of birth that the first six digits stand for; None when no such day exists."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    shift = month - month % 20
    try:
        return date(PESEL_CENTURIES[shift] + year, month - shift, day)
    except ValueError:
        return None


def nip(text: str) -> bool:
    return _digits(text, 10) and _sum(text, NIP_WEIGHTS) % 11 == int(text[9])


def regon(text: str) -> bool:
    """Of nine digits, or of fourteen whose first nine are one."""
    if _digits(text, 9):
        return _sum(text, REGON_WEIGHTS) % 11 % 10 == int(text[8])
    return _digits(text, 14) and regon(text[:9]) and _sum(text, REGON_LONG_WEIGHTS) % 11 % 10 == int(text[13])


def id_card(text: str) -> bool:
    """Three letters and six digits, the first of them the check."""
    return _lettered(text, 3, 6) and _sum(text, ID_CARD_WEIGHTS) % 10 == 0


def passport(text: str) -> bool:
    """Two letters and seven digits, the first of them the check."""
    return _lettered(text, 2, 7) and _sum(text, PASSPORT_WEIGHTS) % 10 == 0


def bank_account(text: str) -> bool:
    """A Polish account: 26 digits, with or without PL before them (ISO 13616, mod 97)."""
    number = text.upper().removeprefix("PL")
    return _digits(number, 26) and int(number[2:] + str(IBAN_POLAND) + number[:2]) % 97 == 1


def card(text: str) -> bool:
    """Luhn's check over 13-19 digits that aren't all the same."""
    if not (text.isascii() and text.isdigit() and 13 <= len(text) <= 19) or len(set(text)) == 1:
        return False
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(text))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def land_register(text: str) -> bool:
    """``LLdL/dddddddd/d`` without its slashes: court, number, check digit."""
    text = text.upper()
    if len(text) != 13 or not text[4:].isdigit() or any(letter not in LAND_REGISTER_LETTERS for letter in text):
        return False
    total = sum(LAND_REGISTER_LETTERS[letter] * LAND_REGISTER_WEIGHTS[at % 3] for at, letter in enumerate(text[:12]))
    return total % 10 == int(text[12])


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _lettered(text: str, letters: int, digits: int) -> bool:
    head, tail = text[:letters], text[letters:]
    return len(head) == letters and head.isascii() and head.isalpha() and _digits(tail, digits)


def _sum(text: str, weights: Sequence[int]) -> int:
    """Letters count as A=10 … Z=35; characters beyond the weights don't count."""
    return sum(int(character, 36) * weight for character, weight in zip(text, weights, strict=False))
