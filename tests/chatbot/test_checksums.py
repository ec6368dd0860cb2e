"""Why a number is, or is not, one of its kind. No number here is a real person's (births after 2060, bank 999, …)."""

from __future__ import annotations

import random
from datetime import date

import pytest

from chatbot.privacy import checksums


@pytest.mark.parametrize(("number", "valid", "why"), [
    ("60210112343", False, "the check digit is off by one"),
    ("90010112340", False, "the check digit is wrong, though the date exists"),
    ("6061011234", False, "ten digits"),
    ("606101123456", False, "twelve digits"),
    ("60613112345", False, "month 61 is January 2200, but the 31st of a wrong check"),
    ("60620012340", False, "there is no day 0"),
    ("60623012345", False, "there is no 30 February"),
    ("6061O112345", False, "a letter"),
    ("00000000000", False, "month 0 stands for no month"),
])
def test_pesel_is_refused(number: str, valid: bool, why: str) -> None:
    assert checksums.pesel(number) is valid, why


def test_every_pesel_made_by_the_rule_is_one() -> None:
    dice = random.Random(6)
    for _ in range(500):
        number = made_pesel(dice)
        assert checksums.pesel(number), number
        wrong = number[:10] + str((int(number[10]) + 1) % 10)
        assert not checksums.pesel(wrong), wrong


@pytest.mark.parametrize(("number", "born"), [
    ("60610100000", date(2260, 1, 1)), ("60810100000", date(1860, 1, 1)), ("60210100000", date(2060, 1, 1)),
    ("60523100000", date(2160, 12, 31)), ("60133100000", None), ("61222900000", None),
])
def test_the_month_of_a_pesel_tells_its_century(number: str, born: date | None) -> None:
    assert checksums.pesel_birth(number) == born


@pytest.mark.parametrize(("check", "number", "valid", "why"), [
    (checksums.nip, "1234563218", True, "FIELD.md's sample"),
    (checksums.nip, "1234563219", False, "the last digit is not the remainder"),
    (checksums.nip, "1000000010", False, "no digit can be the remainder 10"),
    (checksums.nip, "123456321", False, "nine digits"),
    (checksums.regon, "123456785", True, "FIELD.md's sample"),
    (checksums.regon, "123456784", False, "the check digit is 5"),
    (checksums.regon, "12345678512347", True, "fourteen digits whose first nine are a REGON"),
    (checksums.regon, "12345678412347", False, "the first nine are none"),
    (checksums.id_card, "ABA300000", True, "FIELD.md's sample"),
    (checksums.id_card, "aba300000", True, "small letters count alike"),
    (checksums.id_card, "ABA400000", False, "the fourth character is the check"),
    (checksums.id_card, "ĄBA300000", False, "Ą stands on no card"),
    (checksums.passport, "ZS0000177", True, "FIELD.md's sample"),
    (checksums.passport, "ZS1000177", False, "the third character is the check"),
    (checksums.passport, "ZS000017", False, "eight characters"),
    (checksums.bank_account, "61109010140000071219812874", True, "the ISO example of a Polish account"),
    (checksums.bank_account, "PL61109010140000071219812874", True, "with its country"),
    (checksums.bank_account, "62109010140000071219812874", False, "the check digits are 61"),
    (checksums.bank_account, "6110901014000007121981287", False, "25 digits"),
    (checksums.card, "4111111111111111", True, "the networks' public test number"),
    (checksums.card, "378282246310005", True, "15 digits, another network's test number"),
    (checksums.card, "4111111111111112", False, "Luhn's sum ends in 1"),
    (checksums.card, "0000000000000000", False, "one digit sixteen times is nobody's"),
    (checksums.card, "411111111111", False, "twelve digits"),
    (checksums.land_register, "KA1S000123456", True, "FIELD.md's sample without its slashes"),
    (checksums.land_register, "ka1s000123456", True, "small letters count alike"),
    (checksums.land_register, "KA1S000123457", False, "the last digit is the check"),
    (checksums.land_register, "KA1Q000123456", False, "Q is not in the registers' alphabet"),
])
def test_a_number_is_told_by_its_check(check: object, number: str, valid: bool, why: str) -> None:
    assert callable(check) and check(number) is valid, why


def made_pesel(dice: random.Random) -> str:
    """Of somebody born from 2060 on: nobody yet."""
    year, month, day = dice.randint(60, 99), dice.randint(1, 12) + 20, dice.randint(1, 28)
    head = f"{year:02}{month:02}{day:02}{dice.randint(0, 9999):04}"
    total = sum(int(digit) * weight for digit, weight in zip(head, checksums.PESEL_WEIGHTS, strict=True))
    return head + str((10 - total % 10) % 10)
