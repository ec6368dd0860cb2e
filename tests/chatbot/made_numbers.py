"""Numbers made by the rules of their registers, of nobody: births from 2060 on, bank 999, unassigned ranges."""

from __future__ import annotations

import random
from collections.abc import Callable

from chatbot.privacy import checksums

Maker = Callable[[random.Random], str]


def pesel(dice: random.Random) -> str:
    head = f"{dice.randint(60, 99):02}{dice.randint(1, 12) + 20:02}{dice.randint(1, 28):02}{dice.randint(0, 9999):04}"
    total = sum(int(digit) * weight for digit, weight in zip(head, checksums.PESEL_WEIGHTS, strict=True))
    return head + str((10 - total % 10) % 10)


def nip(dice: random.Random) -> str:
    while True:
        head = _digits(dice, 9)
        rest = sum(int(digit) * weight for digit, weight in zip(head, checksums.NIP_WEIGHTS, strict=True)) % 11
        if rest < 10 and head[0] != "0":
            return _grouped(dice, head + str(rest), (3, 3, 2, 2), (3, 2, 2, 3), sign="-")


def regon(dice: random.Random) -> str:
    head = _digits(dice, 8)
    short = head + str(_weighted(head, checksums.REGON_WEIGHTS) % 11 % 10)
    if dice.random() < 0.7:
        return short
    long = short + _digits(dice, 4)
    return long + str(_weighted(long, checksums.REGON_LONG_WEIGHTS) % 11 % 10)


def id_card(dice: random.Random) -> str:
    return _lettered(dice, 3, 5, checksums.id_card, dice.choice(("", " ")))


def passport(dice: random.Random) -> str:
    return _lettered(dice, 2, 6, checksums.passport, dice.choice(("", " ")))


def bank_account(dice: random.Random) -> str:
    bban = "999" + _digits(dice, 21)
    number = f"{98 - int(bban + '252100') % 97:02}{bban}"
    written = number if dice.random() < 0.4 else " ".join([number[:2], *(number[at:at + 4] for at in range(2, 26, 4))])
    return dice.choice(("", "PL", "PL ")) + written


def card(dice: random.Random) -> str:
    head = dice.choice(("4", "51", "55", "2221", "6011")) + _digits(dice, 15)
    head = head[:15]
    last = next(digit for digit in "0123456789" if checksums.card(head + digit))
    return _grouped(dice, head + last, (4, 4, 4, 4), sign=dice.choice(" -"))


def land_register(dice: random.Random) -> str:
    head = "".join(dice.choice("KWPLGS") for _ in range(2)) + str(dice.randint(1, 9)) + dice.choice("ABMNST")
    number = head + _digits(dice, 8)
    last = next(digit for digit in "0123456789" if checksums.land_register(number + digit))
    return f"{head}/{number[4:]}/{last}"


def phone(dice: random.Random) -> str:
    mobile = dice.choice(("50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88")) + _digits(dice, 7)
    landline = dice.choice(("12", "22", "32", "42", "58", "61", "71")) + str(dice.randint(2, 9)) + _digits(dice, 6)
    written = dice.choice((
        mobile, f"{mobile[:3]} {mobile[3:6]} {mobile[6:]}", f"{mobile[:3]}-{mobile[3:6]}-{mobile[6:]}",
        f"{landline[:2]} {landline[2:5]} {landline[5:7]} {landline[7:]}",
        f"({landline[:2]}) {landline[2:5]} {landline[5:7]} {landline[7:]}",
    ))
    return dice.choice(("", "", "+48 ", "+48", "0048 ")) + written


def email(dice: random.Random) -> str:
    name = dice.choice(("ola", "j.nowak", "anna_k", "kontakt+sklep", "m-kowal"))
    domain = dice.choice(("example.com", "poczta.example.pl", "EXAMPLE.ORG", "x-y.example.co.uk"))
    return f"{name}{dice.randint(0, 999)}@{domain}"


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
        parts.append(number[at:at + size])
        at += size
    return sign.join(parts)
