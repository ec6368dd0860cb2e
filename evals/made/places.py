"""Towns in their cases, and addresses that nobody lives at."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evals.made.people import _morfeusz


def town(dice: random.Random) -> dict[str, str]:
    """``nom``, ``gen`` and ``loc``."""
    raw = _places()
    if dice.random() < 0.25:
        name = dice.choice(sorted(raw["compound"]))
        gen, loc = raw["compound"][name]
        return {"nom": name, "gen": gen, "loc": loc}
    return _forms(dice.choice([*raw["simple"].split(), *raw["villages"].split()])) or town(dice)


def code(dice: random.Random) -> str:
    return f"{dice.randint(0, 99):02}-{dice.randint(0, 999):03}"


def street(dice: random.Random) -> str:
    """'ul. Długa 5/7', 'al. Pokoju 12 m. 3', 'os. Leśne 4'."""
    raw = _places()
    house = f"{dice.randint(1, 180)}{dice.choice(('', '', '', 'A', 'b'))}"
    flat = dice.choice(("", "", f"/{dice.randint(1, 90)}", f" m. {dice.randint(1, 90)}", f" lok. {dice.randint(1, 9)}"))
    prefix, row = dice.choices(
        (
            ("ul. ", "streets_gen"),
            ("ul.", "streets_gen"),
            ("ulica ", "streets_gen"),
            ("Ul. ", "streets_gen"),
            ("al. ", "avenues"),
            ("aleja ", "avenues"),
            ("pl. ", "squares"),
            ("plac ", "squares"),
            ("os. ", "estates"),
            ("osiedle ", "estates"),
        ),
        (40, 4, 8, 4, 8, 3, 5, 3, 8, 3),
    )[0]
    names = [one.strip() for one in raw[row].split("|")]
    return f"{prefix}{dice.choice(names)} {house}{flat}"


def address(dice: random.Random) -> str:
    name = town(dice)["nom"]
    if dice.random() < 0.15:  # a village without streets
        return f"{name} {dice.randint(1, 180)}, {code(dice)} {town(dice)['nom']}"
    return street(dice) + dice.choice(
        (
            f", {code(dice)} {name}",
            f", {code(dice)} {name}",
            f" {code(dice)} {name}",
            f", {name}",
            f"\n{code(dice)} {name}",
        )
    )


@cache
def _forms(name: str) -> dict[str, str]:
    forms: dict[str, str] = {}
    for form, _, tag, kinds, _ in _morfeusz().generate(name):
        parts = tag.split(":")
        if "nazwa_geograficzna" in kinds and len(parts) > 2 and parts[1] in ("sg", "pl"):
            for case in parts[2].split("."):
                forms.setdefault(case, form)
    return forms | {"nom": name} if {"gen", "loc"} <= forms.keys() else {}


@cache
def _places() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "places.yaml").read_text("utf-8"))
    return found
