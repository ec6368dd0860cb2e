"""Numbers made by the rules of their registers, of nobody: births from 2060 on, bank 999, unassigned ranges.

Written in every grouping people use; `mistyped` spoils one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from chatbot.privacy import checksums

Maker = Callable[[random.Random], str]


def pesel(dice: random.Random) -> str:
    head = f"{dice.randint(60, 99):02}{dice.randint(1, 12) + 20:02}{dice.randint(1, 28):02}{dice.randint(0, 9999):04}"
    number = head + str((10 - _weighted(head, checksums.PESEL_WEIGHTS) % 10) % 10)
    return dice.choice((number, number, number, f"{number[:6]} {number[6:]}", f"{number[:6]}-{number[6:]}"))


def nip(dice: random.Random) -> str:
    while True:
        head = _digits(dice, 9)
        rest = _weighted(head, checksums.NIP_WEIGHTS) % 11
        if rest < 10 and head[0] != "0":
            number = _grouped(dice, head + str(rest), (3, 3, 2, 2), (3, 2, 2, 3), sign=dice.choice("-- "))
            return dice.choice(("", "", "", "PL", "PL ")) + number


def regon(dice: random.Random) -> str:
    head = _digits(dice, 8)
    short = head + str(_weighted(head, checksums.REGON_WEIGHTS) % 11 % 10)
    if dice.random() < 0.7:
        return dice.choice(
            (short, short, f"{short[:3]} {short[3:6]} {short[6:]}", f"{short[:3]}-{short[3:6]}-{short[6:]}")
        )
    long = short + _digits(dice, 4)
    return long + str(_weighted(long, checksums.REGON_LONG_WEIGHTS) % 11 % 10)


def id_card(dice: random.Random) -> str:
    made = _lettered(dice, 3, 5, checksums.id_card, "")
    return dice.choice(
        (
            made,
            made,
            f"{made[:3]} {made[3:]}",
            f"{made[:3]} {made[3:6]} {made[6:]}",
            f"{made[:3]}-{made[3:]}",
            made.lower(),
        )
    )


def passport(dice: random.Random) -> str:
    made = _lettered(dice, 2, 6, checksums.passport, "")
    return dice.choice((made, made, f"{made[:2]} {made[2:]}", f"{made[:2]}-{made[2:]}", made.lower()))


def account(dice: random.Random) -> str:
    bban = "999" + _digits(dice, 21)
    number = f"{98 - int(bban + '252100') % 97:02}{bban}"
    fours = [number[:2], *(number[at : at + 4] for at in range(2, 26, 4))]
    with_country = [f"PL{number[:2]}", *fours[1:]]
    return dice.choice(
        (
            number,
            " ".join(fours),
            "-".join(fours),
            f"PL{number}",
            "PL " + " ".join(fours),
            " ".join(with_country),
            "\u00a0".join(fours),
            " ".join(fours),
            f"pl{number}",
        )
    )


def account_part(dice: random.Random) -> str:
    return dice.choice((_digits(dice, 4), f"{_digits(dice, 4)} {_digits(dice, 4)}", _digits(dice, 8)))


CARDS = (
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("6011", 16),
    ("34", 15),
    ("37", 15),
    ("36", 14),
    ("4", 13),
    ("67", 16),
    ("4", 19),
    ("62", 17),
    ("50", 18),
)
"""First digits and length: Visa, Mastercard, Discover, American Express, Diners, Maestro, UnionPay."""


def card(dice: random.Random) -> str:
    prefix, length = dice.choice(CARDS)
    head = prefix + _digits(dice, length - 1 - len(prefix))
    number = head + next(digit for digit in "0123456789" if checksums.card(head + digit))
    groups = {15: (4, 6, 5), 14: (4, 6, 4)}.get(
        length, (4, 4, 4, length - 12) if length <= 16 else (4, 4, 4, 4, length - 16)
    )
    return _grouped(dice, number, groups, sign=dice.choice(" -"))


def card_part(dice: random.Random) -> str:
    return _digits(dice, 4)


def land_register(dice: random.Random) -> str:
    head = "".join(dice.choice("KWPLGSBO") for _ in range(2)) + str(dice.randint(1, 9)) + dice.choice("ABMNSTXZ")
    number = head + _digits(dice, 8)
    last = next(digit for digit in "0123456789" if checksums.land_register(number + digit))
    made = f"{head}/{number[4:]}/{last}"
    return dice.choice((made, made, made.replace("/", " / "), made.lower()))


def plate(dice: random.Random) -> str:
    """A district that no office gives out (Q is no letter of Polish plates)."""
    head = dice.choice(("WQ", "KQ", "DQ", "PQ", "QA", "WQX", "KQR", "GQP"))
    tail = (
        _digits(dice, 5)
        if len(head) == 2
        else dice.choice((_digits(dice, 4), _digits(dice, 3) + "A", "A" + _digits(dice, 3)))
    )
    return head + dice.choice(("", " ", " ")) + tail


def phone(dice: random.Random) -> str:
    mobile = dice.choice(("50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88")) + _digits(dice, 7)
    landline = dice.choice(("12", "22", "32", "42", "58", "61", "71")) + str(dice.randint(2, 9)) + _digits(dice, 6)
    threes = (mobile[:3], mobile[3:6], mobile[6:])
    written = dice.choice(
        (
            mobile,
            " ".join(threes),
            "-".join(threes),
            ".".join(threes),
            f"{mobile[:3]} {mobile[3:]}",
            f"{landline[:2]} {landline[2:5]} {landline[5:7]} {landline[7:]}",
            f"({landline[:2]}) {landline[2:5]} {landline[5:7]} {landline[7:]}",
            f"{landline[:2]} {landline[2:]}",
            f"{mobile[:3]} {mobile[3:5]} {mobile[5:7]} {mobile[7:]}",
        )
    )
    return dice.choice(("", "", "", "+48 ", "+48", "0048 ", "48 ", "(+48) ")) + written


def email(dice: random.Random) -> str:
    name = dice.choice(
        ("ola", "j.nowak", "anna_k", "kontakt+sklep", "m-kowal", "Jan.Kowalski", "x", "ąćę", "k.zielinska")
    )
    domain = dice.choice(
        ("example.com", "poczta.example.pl", "EXAMPLE.ORG", "x-y.example.co.uk", "example.gov.pl", "firma-abc.example")
    )
    number = str(dice.randint(0, 999)) if dice.random() < 0.6 else ""
    return dice.choice(
        (f"{name}{number}@{domain}",) * 6
        + (
            f"{name}{number} (at) {domain}",
            f"{name}{number}[at]{domain.replace('.', '[dot]')}",
            f"{name}{number} @ {domain}",
        )
    )


def birth_date(dice: random.Random) -> str:
    day = date(2060, 1, 1) + timedelta(days=dice.randint(0, 14_000))
    month = MONTHS[day.month - 1]
    return dice.choice(
        (
            f"{day:%d.%m.%Y}",
            f"{day:%Y-%m-%d}",
            f"{day.day} {month} {day.year}",
            f"{day:%d-%m-%Y}",
            f"{day.day}.{day.month}.{day.year} r.",
            f"{day.day} {month} {day.year} roku",
            f"{day:%d/%m/%Y}",
        )
    )


MONTHS = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)


def mistyped(dice: random.Random, number: str) -> str:
    """One digit changed."""
    at = dice.choice([place for place, sign in enumerate(number) if sign.isdigit()])
    return number[:at] + str((int(number[at]) + dice.randint(1, 9)) % 10) + number[at + 1 :]


MAKERS: dict[str, Maker] = {
    "pesel": pesel,
    "nip": nip,
    "regon": regon,
    "id_card": id_card,
    "passport": passport,
    "account": account,
    "account_part": account_part,
    "card": card,
    "card_part": card_part,
    "land_register": land_register,
    "plate": plate,
    "phone": phone,
    "email": email,
    "birth_date": birth_date,
}
CHECKED = ("pesel", "nip", "regon", "id_card", "passport", "account", "card", "land_register")
"""Kinds with a check that a slip of the finger breaks."""


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _weighted(text: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True))


def _lettered(dice: random.Random, letters: int, digits: int, check: Callable[[str], bool], gap: str) -> str:
    head = "".join(dice.choice("ABCDEFGHIJKLMNPRSTUVWXYZ") for _ in range(letters))
    tail = _digits(dice, digits)
    digit = next(one for one in "0123456789" if check(head + one + tail))
    return f"{head}{gap}{digit}{tail}"


def _grouped(dice: random.Random, number: str, *groups: tuple[int, ...], sign: str) -> str:
    if dice.random() < 0.5:
        return number
    parts, at = [], 0
    for size in dice.choice(groups):
        parts.append(number[at : at + size])
        at += size
    return sign.join(parts)
