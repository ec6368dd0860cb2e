"""Made sentences: their identifiers stand where they are said to, and masking keeps its bars on them."""

from __future__ import annotations

import random

import pytest

from chatbot.privacy import checksums
from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masker
from evals.made import numbers, people
from evals.made.measuring import Report, measure
from evals.made.sentences import made

CHECKS = {"pesel": checksums.pesel, "nip": checksums.nip, "regon": checksums.regon, "account": checksums.bank_account,
          "card": checksums.card, "id_card": checksums.id_card, "passport": checksums.passport,
          "land_register": checksums.land_register}  # fmt: skip
NUMBERS = frozenset({Entity.PESEL, Entity.NIP, Entity.REGON, Entity.ID_CARD, Entity.PASSPORT, Entity.BANK_ACCOUNT,
                     Entity.CARD, Entity.LAND_REGISTER, Entity.PLATE, Entity.PHONE, Entity.EMAIL})  # fmt: skip


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(made(seed=3, count=700), Masker())


@pytest.mark.parametrize("kind", CHECKS)
def test_made_numbers_keep_the_rules_of_their_registers(kind: str) -> None:
    dice = random.Random(kind)
    for _ in range(200):
        number = numbers.MAKERS[kind](dice)
        bare = "".join(sign for sign in number.upper() if sign.isalnum())
        assert CHECKS[kind](bare.removeprefix("PL") if kind in ("nip", "account") else bare), number


def test_a_piece_is_where_it_is_said_to_be() -> None:
    for one in made(seed=1, count=400):
        for piece in one.pieces:
            value = one.text[piece.start:piece.end]
            assert value and value == value.strip() and piece.end <= len(one.text)
        assert not {"{", "}"} & set(one.text)


def test_names_are_declined() -> None:
    assert people.declined("Kowalenko", woman=True, surname=True)["gen"] == "Kowalenko"
    assert people.declined("Bzdurczyk", woman=False, surname=True)["inst"] == "Bzdurczykiem"
    assert people.declined("Piotr", woman=False, surname=False)["voc"] == "Piotrze"


def test_masking_keeps_its_bars_on_made_sentences(report: Report) -> None:
    counts = report.kinds
    for kind in NUMBERS:
        assert counts[kind].leaked == 0, [leak for leak in report.leaks if leak[0].startswith(kind.lower())]
    for kind, bar in ((Entity.GIVEN_NAME, 0.93), (Entity.SURNAME, 0.93), (Entity.CITY, 0.95), (Entity.ADDRESS, 0.93)):
        assert 1 - counts[kind].leaked / counts[kind].n >= bar, (kind, counts[kind])
