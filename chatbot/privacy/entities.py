"""What is masked. The placeholder of each kind (`[PESEL_1]`) stands in lexicon.yaml."""

from __future__ import annotations

from enum import StrEnum


class Entity(StrEnum):
    GIVEN_NAME = "GIVEN_NAME"
    SURNAME = "SURNAME"
    CITY = "CITY"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    PESEL = "PESEL"
    NIP = "NIP"
    REGON = "REGON"
    ID_CARD = "ID_CARD"
    PASSPORT = "PASSPORT"
    DOCUMENT = "DOCUMENT"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    CARD = "CARD"
    LAND_REGISTER = "LAND_REGISTER"
    PLATE = "PLATE"
    BIRTH_DATE = "BIRTH_DATE"
    PASSWORD = "PASSWORD"
    COMPANY_NUMBER = "COMPANY_NUMBER"
    PLACEHOLDER = "PLACEHOLDER"
    """Text that already looks like one of our placeholders: masked too, so that unmasking gives it back as it was."""
