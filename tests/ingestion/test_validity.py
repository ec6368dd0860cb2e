"""What a text says of its own days is proposed; what it says of others' is not."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.dates import found, parse
from ingestion.documents import Clause
from ingestion.validity import Proposal, propose

NEW_YEAR = date(2026, 1, 1)


def said(text: str, title: str = "Regulamin") -> Proposal | None:
    return propose([Clause(("§ 9",), (), text)], title)


@pytest.mark.parametrize("text", [
    "Regulamin obowiązuje od 1 stycznia 2026 r.", "Regulamin obowiązuje od dnia 01.01.2026.",
    "Niniejszy regulamin wchodzi w życie z dniem 1 stycznia 2026 roku.", "Obowiązuje od 2026-01-01",
    "Cennik obowiązuje od 1.01.2026 r.", "Zmiany wchodzą w życie 1 stycznia 2026 r.",
    "Z dniem 1 stycznia 2026 r. wchodzi w życie niniejszy Regulamin.", "Data wejścia w życie: 01.01.2026",
    "Wersja obowiązująca od 1 stycznia 2026 r.", "These terms are effective from 1 January 2026.",
    "This policy comes into force on January 1, 2026.", "3. Regulamin obowiązuje od 1 stycznia 2026 r.",
    "Z dniem 1 stycznia 2026 r. traci moc Regulamin z dnia 3 marca 2024 r.",
    "Polityka prywatności ma zastosowanie od 1 stycznia 2026 r.",
])  # fmt: skip
def test_a_beginning_is_proposed_with_the_sentence_that_says_it(text: str) -> None:
    proposal = said(text)
    assert proposal is not None
    assert proposal.valid_from == NEW_YEAR
    assert proposal.valid_until is None
    assert proposal.evidence == (text,)
    assert proposal.open


@pytest.mark.parametrize("text", [
    "Promocja obowiązuje od 1 stycznia 2026 r. do 31 stycznia 2026 r.",
    "Regulamin jest ważny od 1.01.2026 do dnia 31.01.2026.",
    "Regulamin obowiązuje od 1 stycznia 2026 r. Regulamin traci moc z dniem 1 lutego 2026 r.",
])  # fmt: skip
def test_an_end_is_the_last_day_on_which_it_counts(text: str) -> None:
    proposal = said(text)
    assert proposal is not None
    assert (proposal.valid_from, proposal.valid_until) == (NEW_YEAR, date(2026, 1, 31))


@pytest.mark.parametrize("text", [
    "Klient może zwrócić towar w ciągu 14 dni.", "Konkurs trwa od 1 stycznia 2026 r.",
    "§ 5 ust. 2 wchodzi w życie z dniem 1 stycznia 2026 r.", "Ustawa z dnia 30 maja 2014 r. o prawach konsumenta.",
    "Ustawa weszła w życie z dniem 25 grudnia 2014 r.", "Poprzednia wersja obowiązywała od 1 stycznia 2024 r.",
    "Umowa zawarta przed 1 stycznia 2026 r. pozostaje bez zmian.", "Zamówienie złożone 1 stycznia 2026 r.",
    "Regulamin stosuje się do umów zawartych do dnia 31 grudnia 2025 r.",
    "Cennik obowiązuje dla zamówień złożonych do 31.12.2025.",
    "Stosuje się art. 27 ustawy z dnia 30 maja 2014 r.", "| Obowiązuje od: 1 stycznia 2026 r. |",
])  # fmt: skip
def test_days_of_something_else_are_not_proposed(text: str) -> None:
    assert said(text) is None


def test_an_exception_for_a_clause_leaves_the_document_its_own_day() -> None:
    proposal = said("Regulamin wchodzi w życie z dniem 1 stycznia 2026 r., z wyjątkiem § 7, który wchodzi w życie "
                    "z dniem 1 marca 2026 r.")  # fmt: skip
    assert proposal is not None and proposal.valid_from == NEW_YEAR


def test_a_consolidated_text_counts_from_its_last_change() -> None:
    proposal = said("Regulamin obowiązuje od 1 maja 2024 r.\nZmiany regulaminu wchodzą w życie 1 stycznia 2026 r.")
    assert proposal is not None and proposal.valid_from == NEW_YEAR


@pytest.mark.parametrize(("text", "name"), [
    ("Z dniem wejścia w życie niniejszego regulaminu uchyla się Regulamin z dnia 3 marca 2024 r.",
     "Regulamin z dnia 3 marca 2024 r"),
    ("Niniejszy cennik zastępuje dotychczasowy Cennik usług.", "Cennik usług"),
])  # fmt: skip
def test_what_it_repeals_is_named(text: str, name: str) -> None:
    proposal = said(text + " Obowiązuje od 2026-01-01.")
    assert proposal is not None
    assert any(one.startswith(name) for one in proposal.repeals)


def test_a_day_that_must_be_counted_is_left_to_a_person() -> None:
    proposal = said("Regulamin wchodzi w życie po upływie 14 dni od dnia ogłoszenia.")
    assert proposal is not None
    assert proposal.valid_from is None
    assert "14 dni od dnia ogłoszenia" in proposal.evidence[0]


@pytest.mark.parametrize(("text", "day"), [
    ("1 stycznia 2026", NEW_YEAR), ("01.01.2026", NEW_YEAR), ("2026-01-01", NEW_YEAR), ("1/1/2026", NEW_YEAR),
    ("3.04.2026", date(2026, 4, 3)), ("January 1st, 2026", NEW_YEAR), ("1 January 2026", NEW_YEAR),
    ("31.02.2026", None), ("1 stycznia", None),
])  # fmt: skip
def test_a_day_is_read_as_poles_write_it(text: str, day: date | None) -> None:
    assert parse(text) == day


def test_days_are_found_where_they_stand() -> None:
    text = "od 1 stycznia 2026 r. do 31.01.2026 r."
    assert [text[one.start : one.end] for one in found(text)] == ["1 stycznia 2026", "31.01.2026"]
