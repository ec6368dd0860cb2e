"""People who don't exist, with their names in all seven cases.

Forms come from the dictionary where it has the name, else by the rules of declension, as surnames that nobody has
listed are declined too.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CASES = ("nom", "gen", "dat", "acc", "inst", "loc", "voc")
Forms = dict[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """``kind`` is what is unusual about the name: plain, double, made (in no dictionary), foreign, diminutive."""

    given: Forms
    surname: Forms
    woman: bool
    kind: str


def person(dice: random.Random) -> Person:
    names = _names()
    woman = dice.random() < 0.5
    kind = dice.choices(("plain", "double", "made", "foreign", "diminutive"), (50, 12, 15, 13, 10))[0]
    source = {"foreign": "foreign", "diminutive": "diminutive"}.get(kind, "given")
    given = declined(dice.choice(names[f"{source}_{'f' if woman else 'm'}"]), woman=woman, surname=False)
    if kind == "foreign":
        last = declined(dice.choice(names["surnames_foreign"]), woman=woman, surname=True)
    elif kind == "double":
        first, second = _surname(dice, woman), _surname(dice, woman)
        last = {case: f"{first[case]}-{second[case]}" for case in CASES}
    else:
        last = _made(dice, woman) if kind == "made" else _surname(dice, woman)
    return Person(given, last, woman, kind)


def declined(name: str, *, woman: bool, surname: bool) -> Forms:
    """The name in the seven cases; as it stands where a woman's surname isn't declined."""
    known = _known(name, woman=woman, surname=surname)
    return known or _by_rule(name, woman=woman)


def _surname(dice: random.Random, woman: bool) -> Forms:
    names = _names()
    row = dice.choices(("surnames_adj", "surnames_m", "surnames_a"), (50, 38, 12))[0]
    name = dice.choice(names[row])
    if row == "surnames_adj":
        return _adjective(name, woman)
    return dict.fromkeys(CASES, name) if row == "surnames_m" and woman else declined(name, woman=woman, surname=True)


def _made(dice: random.Random, woman: bool) -> Forms:
    names = _names()
    row = dice.choice(("adj", "m", "a"))
    name = dice.choice(names["made_heads"]) + dice.choice(names[f"made_tails_{row}"])
    if row == "adj":
        return _adjective(name, woman)
    return dict.fromkeys(CASES, name) if row == "m" and woman else _by_rule(name, woman=woman)


def _adjective(name: str, woman: bool) -> Forms:
    stem = name[:-1]
    if woman:
        return dict(
            zip(
                CASES,
                (
                    stem + "a",
                    stem + "iej" if name[-2] in "kg" else stem + "ej",
                    stem + "iej" if name[-2] in "kg" else stem + "ej",
                    stem + "ą",
                    stem + "ą",
                    stem + "iej" if name[-2] in "kg" else stem + "ej",
                    stem + "a",
                ),
                strict=True,
            )
        )
    base = name if name.endswith("i") else name[:-1]
    soft = base + "e"
    inst = name + "m"
    return dict(zip(CASES, (name, soft + "go", soft + "mu", soft + "go", inst, inst, name), strict=True))


def _known(name: str, *, woman: bool, surname: bool) -> Forms | None:
    sign, sex = ("nazwisko" if surname else "imię"), ("f" if woman else "m1")
    forms: Forms = {}
    for form, _, tag, kinds, _ in _morfeusz().generate(name):
        parts = tag.split(":")
        if sign in kinds and len(parts) > 3 and parts[1] == "sg" and sex in parts[3].split("."):
            for case in parts[2].split("."):
                forms.setdefault(case, form)
    return forms if set(CASES) <= forms.keys() else None


_SOFTENED = {
    "k": "c",
    "g": "dz",
    "r": "rz",
    "ł": "l",
    "t": "ci",
    "d": "dzi",
    "n": "ni",
    "m": "mi",
    "b": "bi",
    "p": "pi",
    "w": "wi",
    "s": "si",
    "z": "zi",
    "f": "fi",
}


def _by_rule(name: str, *, woman: bool) -> Forms:
    if name.endswith("ia"):
        stem = name[:-1]
        return dict(
            zip(CASES, (name, stem + "i", stem + "i", stem + "ę", stem + "ą", stem + "i", stem + "o"), strict=True)
        )
    if name.endswith("a"):
        stem, last = name[:-1], name[-2]
        dative = stem[:-1] + _SOFTENED.get(last, last) + "e"
        return dict(
            zip(
                CASES,
                (name, stem + ("i" if last in "kglj" else "y"), dative, stem + "ę", stem + "ą", dative, stem + "o"),
                strict=True,
            )
        )
    if woman or name[-1] in "oeiuyé":
        return dict.fromkeys(CASES, name)
    stem, last = name, name[-1]
    if name.endswith("ek") and len(name) > 4:
        stem = name[:-2] + "k"
    inst = stem + ("iem" if last in "kg" else "em")
    local = (
        stem + "u"
        if last in "kghljc" or name.endswith(("cz", "sz", "rz", "arz"))
        else (stem[:-1] + _SOFTENED.get(last, last) + "e")
    )
    return dict(zip(CASES, (name, stem + "a", stem + "owi", stem + "a", inst, local, local), strict=True))


@cache
def _morfeusz() -> Any:
    import morfeusz2

    return morfeusz2.Morfeusz()


@cache
def _names() -> dict[str, list[str]]:
    raw: dict[str, str] = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text("utf-8"))
    return {row: words.split() for row, words in raw.items()}
