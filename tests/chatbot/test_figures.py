from datetime import date
from decimal import Decimal

import pytest

from chatbot.figures import Figure, figures, unsupported


@pytest.mark.parametrize(
    "text",
    [
        "14 dni",
        "czternaście dni",
        "w terminie czternastu dni",
        "termin 14-dniowy",
        "termin czternastodniowy",
        "fourteen days",
    ],
)
def test_one_duration_is_one_figure_however_it_is_written(text: str) -> None:
    assert figures(text) == (Figure(Decimal(14), "day"),)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("249 zł", "249", "pln"),
        ("16,99 zł", "16.99", "pln"),
        ("1 250,50 zł", "1250.5", "pln"),
        ("1.000 zł", "1000", "pln"),
        ("dwa tysiące pięćset złotych", "2500", "pln"),
        ("sto dwadzieścia pięć złotych", "125", "pln"),
        ("10%", "10", "percent"),
        ("30 procent", "30", "percent"),
        ("dwuletni okres", "2", "year"),
        ("2 lata", "2", "year"),
        ("5 tys. zł", "5000", "pln"),
    ],
)
def test_amounts_and_durations_are_read(text: str, value: str, unit: str) -> None:
    assert figures(text) == (Figure(Decimal(value).normalize(), unit),)


@pytest.mark.parametrize("text", ["1 stycznia 2026 r.", "01.01.2026", "2026-01-01", "1 January 2026"])
def test_one_day_is_one_figure_however_it_is_written(text: str) -> None:
    assert figures(text) == (Figure(date(2026, 1, 1), "date"),)


def test_clause_references_and_source_marks_are_no_figures() -> None:
    assert figures("Zgodnie z § 5 ust. 2 pkt 3 i art. 27 [1] jeden z nas zapyta [ADRES_1].") == ()


def test_an_invented_amount_is_unsupported() -> None:
    assert unsupported("Dostawa kosztuje 12 zł.", ("Dostawa kosztuje 14,99 zł.",)) == (Figure(Decimal(12), "pln"),)


def test_days_do_not_support_the_same_number_of_zlotys() -> None:
    assert unsupported("Zapłacisz 14 zł.", ("Masz 14 dni na zwrot.",))
    assert not unsupported("Masz czternaście dni.", ("Masz 14 dni na zwrot.",))


def test_a_day_without_a_year_is_supported_by_the_full_date() -> None:
    assert not unsupported("od 1 kwietnia", ("obowiązuje od 1 kwietnia 2026 r.",))


def test_ten_is_a_figure_in_english_and_a_pronoun_in_polish() -> None:
    assert figures("within ten days") == (Figure(Decimal(10), "day"),)
    assert figures("Czy ten stół jest drewniany?") == ()
