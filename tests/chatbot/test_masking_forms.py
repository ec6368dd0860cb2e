"""Forms that people use and registers don't: initials, names turned round, numbers glued to their labels or in groups
of their own, streets without 'ul.'. Lines: masking_lines.txt and ordinary_lines.txt, written for this project."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault

KINDS = {
    "G": Entity.GIVEN_NAME, "S": Entity.SURNAME, "C": Entity.CITY, "A": Entity.ADDRESS, "T": Entity.PHONE,
    "E": Entity.EMAIL, "P": Entity.PESEL, "N": Entity.NIP, "R": Entity.REGON, "D": Entity.ID_CARD,
    "Z": Entity.PASSPORT, "Q": Entity.DOCUMENT, "B": Entity.BANK_ACCOUNT, "K": Entity.CARD,
    "L": Entity.LAND_REGISTER, "V": Entity.PLATE, "U": Entity.BIRTH_DATE,
}  # fmt: skip
NO_VALUE = re.compile(r"ul|ulica|al|aleja|pl|plac|os|m|lok|r|roku|w|kod", re.IGNORECASE)
"""Words of a value that say nothing of a person."""


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


def lines(name: str) -> Iterator[str]:
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.replace("\\n", "\n")


def read(line: str) -> tuple[str, list[tuple[Entity, int, int]]]:
    text, values, at = "", [], 0
    for value in re.finditer(r"<(\w)\|([^>]*)>", line):
        text += line[at:value.start()]
        values.append((KINDS[value[1]], len(text), len(text) + len(value[2])))
        text, at = text + value[2], value.end()
    return text + line[at:], values


def test_what_people_write_is_hidden_whatever_its_form(masker: Masker) -> None:
    count: dict[Entity, int] = defaultdict(int)
    leaks = []
    for line in lines("masking_lines.txt"):
        text, values = read(line)
        hidden = bytearray(len(text))
        for piece in masker.mask(text, Vault()).entities:
            hidden[piece.start:piece.end] = b"\1" * (piece.end - piece.start)
        for kind, start, end in values:
            count[kind] += 1
            leaks += [f"{kind} {word[0]}: {text}" for word in re.finditer(r"\w+", text[start:end])
                      if not all(hidden[start + word.start():start + word.end()]) and not NO_VALUE.fullmatch(word[0])]
    assert leaks == []
    assert set(count) == set(KINDS.values()) and sum(count.values()) > 400


def test_what_only_looks_like_it_stays_readable(masker: Masker) -> None:
    words, over = 0, []
    for text in lines("ordinary_lines.txt"):
        words += len(re.findall(r"\w+", text))
        over += [f"{text[piece.start:piece.end]}: {text}" for piece in masker.mask(text, Vault()).entities]
    assert words > 2_500
    assert len(over) <= 10, over


@pytest.mark.parametrize(("text", "expected"), [
    ("Pismo od J. Kowalskiego", "Pismo od J. [NAZWISKO_1]"),
    ("A. Nowak prosi", "A. [NAZWISKO_1] prosi"),
    ("Podpisano: Jan K. Kowalski", "Podpisano: [IMIĘ_1] K. [NAZWISKO_1]"),
    ("Kowalski J.", "[NAZWISKO_1] J."),
    ("a. kowalski prosi o kontakt", "a. [NAZWISKO_1] prosi o kontakt"),
    ("A. Przepisy ogólne", "A. Przepisy ogólne"),
    ("B. Warunki zwrotu towaru", "B. Warunki zwrotu towaru"),
    ("C. Miejski transport", "C. Miejski transport"),
    ("§ 5. Umowa", "§ 5. Umowa"),
    ("W pkt A. Dane osobowe", "W pkt A. Dane osobowe"),
    ("szkoła im. H. Sienkiewicza", "szkoła im. H. Sienkiewicza"),
    ("kowalska anna", "[NAZWISKO_1] [IMIĘ_1]"),
    ("WIŚNIEWSKI TOMASZ, UL. POLNA 3", "[NAZWISKO_1] [IMIĘ_1], [ADRES_1]"),
    ("gazeta krakowska ewa", "gazeta krakowska [IMIĘ_1]"),
    ("KRS 0000123456, NIP 1234563218", "KRS 0000123456, NIP [NIP_1]"),
    ("dow. os. ABA 300 000", "dow. os. [DOWÓD_1]"),
    ("PESEL44051401359", "PESEL[PESEL_1]"),
    ("Mieszkam w Nowej Woli 12", "Mieszkam w [MIEJSCOWOŚĆ_1] [ADRES_1]"),
    ("Lipowa 5 m 2 Poznań", "[ADRES_1]"),
    ("Mieszkam na Ursynowie 12 lat", "Mieszkam na [MIEJSCOWOŚĆ_1] 12 lat"),
    ("Osoby urodzone po 31 grudnia 1948 r.", "Osoby urodzone po 31 grudnia 1948 r."),
])
def test_the_whole_value_is_hidden_and_no_more(masker: Masker, text: str, expected: str) -> None:
    assert masker.mask(text, Vault()).text == expected


@pytest.mark.parametrize("text", [
    "zamówienie 66 12 03 00 111", "partia 4400.0000.0000", "KA1S 00012345 6 to kod części", "kolor aba 300000",
    "faktura z 12.03.85", "wersja 22.123.45.67", "adres IP 185.12.34.56", "samochód za 20000 zł",
])
def test_loose_forms_need_their_label(masker: Masker, text: str) -> None:
    assert masker.mask(text, Vault()).text == text


@pytest.mark.parametrize("piece", ["A. Nowak ", "1/", "1.1.", "nr1", "Na Długiej 5 ", "dowód nr i o ", "1 m "])
def test_the_new_forms_take_linear_time(masker: Masker, piece: str) -> None:
    def seconds(length: int) -> float:
        taken = []
        for _ in range(3):
            start = time.thread_time()
            masker.mask((piece * length)[:length], Vault())
            taken.append(time.thread_time() - start)
        return min(taken)

    seconds(1_000)
    assert seconds(16_000) < 8 * seconds(4_000) + 0.2, "sixteen times the work would be 16"


def test_a_word_of_digits_without_end_does_not_end_the_process() -> None:
    """morfeusz2 dies of it; masking doesn't ask."""
    done = subprocess.run(
        [sys.executable, "-c", "from chatbot.privacy.dictionary import read; print(read('0' * 100_000).known)"],
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
