"""Templates filled in: a text, and where in it each identifier stands."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chatbot.privacy.entities import Entity
from evals.made import numbers, places
from evals.made.people import person
from ingestion.polish import fold

KINDS = {
    "given": Entity.GIVEN_NAME, "surname": Entity.SURNAME, "city": Entity.CITY, "address": Entity.ADDRESS,
    "street": Entity.ADDRESS, "code_town": Entity.ADDRESS, "pesel": Entity.PESEL, "nip": Entity.NIP,
    "regon": Entity.REGON,
    "id_card": Entity.ID_CARD, "passport": Entity.PASSPORT, "account": Entity.BANK_ACCOUNT,
    "account_part": Entity.BANK_ACCOUNT, "card": Entity.CARD, "card_part": Entity.CARD,
    "land_register": Entity.LAND_REGISTER, "plate": Entity.PLATE, "phone": Entity.PHONE, "email": Entity.EMAIL,
    "birth_date": Entity.BIRTH_DATE,
}  # fmt: skip
STYLES = ("written", "lower", "shouted", "plain", "typo")
"""As one should write; lower-case; in capitals; without Polish letters; with a slip in a name."""
_SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """An identifier of a made sentence: ``start`` and ``end`` are places in its text. ``group`` is what is reported:
    the slot, with the style or the mistake where there is one."""

    kind: Entity
    start: int
    end: int
    group: str


@dataclass(frozen=True, slots=True)
class Made:
    text: str
    pieces: tuple[Piece, ...]


def made(seed: int, count: int, half: int | None = None) -> Iterator[Made]:
    """``count`` sentences with identifiers, of all kinds in turn, and as many without any. ``half`` (0 or 1) takes only
    every second template: one half may be looked at while rules are mended, the other measures."""
    dice = random.Random(seed)
    raw = _templates()
    rows = [("written", one) for one in _half(raw["person"], half)] + [
        ("lower", one) for one in _half(raw["person_lower"], half)
    ]
    rows += [(style, one) for style in ("plain", "shouted", "typo") for one in _half(raw["person"], half)[::3]]
    rows += [("written", one) for one in _half(raw["city"], half) * 2 + _half(raw["address"], half) * 2]
    for slot, sentences in raw["numbers"].items():
        for one in _half(sentences, half):
            template = one.removeprefix("~").replace("{}", f"{{{slot}}}")
            rows.append(("written", template))
            if slot in numbers.CHECKED and one != "{}" and not one.startswith("~"):
                rows.append(("mistyped", template))
    clean = _half(raw["clean"], half)
    for turn in range(count):
        style, template = rows[turn % len(rows)]
        yield _filled(dice, template, style)
        yield _filled(dice, clean[turn % len(clean)], "written")


def _half(rows: list[str], half: int | None) -> list[str]:
    return rows if half is None else rows[half::2]


def _filled(dice: random.Random, template: str, style: str) -> Made:
    one, other = person(dice), person(dice)
    text, pieces, at = "", [], 0
    for slot in _SLOT.finditer(template):
        text += template[at : slot.start()]
        at = slot.end()
        name, _, case = slot[1].partition(".")
        if "|" in name:
            man, woman = slot[1].split("|")
            text += woman if one.woman else man
            continue
        who = other if name.startswith("other_") else one
        name = name.removeprefix("other_")
        value, group = _value(dice, name, case, who, style)
        if name in KINDS:
            pieces.append(Piece(KINDS[name], len(text), len(text) + len(value), group))
        text += value
    text += template[at:]
    return Made(_styled(text, style), tuple(pieces))


def _value(dice: random.Random, name: str, case: str, who: Any, style: str) -> tuple[str, str]:
    group = name if style == "written" else f"{name} ({style})"
    if name in ("given", "surname"):
        value: str = getattr(who, name)[case]
        if style == "typo" and name == "surname":
            value = _slip(dice, value)
        return value, f"{name} ({who.kind})" if style == "written" and who.kind != "plain" else group
    if name == "city":
        return places.town(dice)[case], group
    if name in ("address", "street"):
        return getattr(places, name)(dice), group
    if name == "code_town":
        return f"{places.code(dice)} {places.town(dice)['nom']}", group
    if name in numbers.MAKERS:
        number = numbers.MAKERS[name](dice)
        return (numbers.mistyped(dice, number) if style == "mistyped" else number), group
    return _harmless(dice, name), ""


def _harmless(dice: random.Random, name: str) -> str:
    raw = _templates()

    def digits(length: int) -> str:
        return str(dice.randint(10 ** (length - 1), 10**length - 1))

    if name[0] == "n" and name[1:].isdigit():
        return digits(int(name[1:]))
    if name == "date":
        day, month = dice.randint(1, 28), dice.randint(1, 12)
        worded = f"{day} {numbers.MONTHS[month - 1]} 2026"
        return dice.choice((worded, f"{worded} r.", f"{day:02}.{month:02}.2026", f"2026-{month:02}-{day:02}"))
    if name == "amount":
        thousands, cents = f"{digits(1)} {digits(3)},{digits(2)} zł", f"{digits(3)}.{digits(2)} PLN"
        return dice.choice((thousands, f"{digits(3)} zł", cents, f"{digits(3)} {digits(3)} zł"))
    if name == "big":
        return f"{digits(3)} {digits(3)} {digits(3)}"
    if name == "order":
        return dice.choice((digits(9), digits(6), f"ZAM/{digits(4)}/26", f"#{digits(7)}"))
    if name == "parcel":
        return digits(dice.choice((24, 14, 20)))
    row: str = raw[{"model": "models", "coupon": "coupons", "brand": "brands", "product": "products"}[name]]
    return dice.choice(row.split("|"))


def _slip(dice: random.Random, word: str) -> str:
    """Two letters swapped, one doubled, or one left out; never the first."""
    at = dice.randint(1, len(word) - 2)
    return dice.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
        )
    )


def _styled(text: str, style: str) -> str:
    """Length is kept, so that places stay true."""
    if style == "lower":
        return text.lower()
    if style == "shouted":
        return text.upper()
    return fold(text) if style == "plain" else text


@cache
def _templates() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text("utf-8"))
    return found
