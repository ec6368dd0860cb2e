"""The company's own numbers: tried before they are saved, hidden from then on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from chatbot.privacy.errors import PatternError
from chatbot.privacy.masking import Masker
from chatbot.privacy.opening import open_masker
from chatbot.privacy.patterns import FILE, Patterns
from chatbot.privacy.vault import Vault
from ingestion import company as companies
from ingestion.company import NumberPattern
from ingestion.settings import DEMO_COMPANY, Settings
from tests.chatbot.conftest import COMPANY


def number(pattern: str, *examples: str, others: tuple[str, ...] = ()) -> NumberPattern:
    return NumberPattern(name="numer umowy", pattern=pattern, examples=examples, others=others)


UM = number(r"UM-\d{6}", "UM-123456", others=("UM-12",))


def test_the_profiles_numbers_are_hidden_wherever_a_masker_is_opened(tmp_path: Path) -> None:
    masker = open_masker(Settings(data_dir=tmp_path))
    assert masker.mask("Chodzi o JZ-2026-004711, klient K0012345.", Vault()).text == (
        "Chodzi o [NUMER_1], klient [NUMER_2].")


def test_a_pattern_saved_by_an_admin_counts_from_the_next_message_on(tmp_path: Path) -> None:
    patterns = Patterns(COMPANY, tmp_path)
    masker, elsewhere = Masker(patterns), Masker(Patterns(COMPANY, tmp_path))
    text = "Umowa UM-123456 wygasa."
    assert masker.mask(text, Vault()).text == elsewhere.mask(text, Vault()).text == text
    patterns.save((UM,))
    assert masker.mask(text, Vault()).text == elsewhere.mask(text, Vault()).text == "Umowa [NUMER_1] wygasa."
    patterns.save(())
    assert elsewhere.mask(text, Vault()).text == text
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("pattern", "says"), [
    (number(r"(\d+)+x", "1x"), "repeat"),
    (number(r"([A-Z]+-?)*\d", "AB-1"), "repeat"),
    (number(r"UM(ab|a|b)*-\d", "UMab-1"), "repeat"),
    (number(r"\d+", "123"), "ordinary"),
    (number(r"\w+", "abc"), "ordinary"),
    (number(r"\d\d\.\d\d\.\d{4}", "01.02.2026"), "ordinary"),
    (number(r"UM-\d{6}", "UM-12345"), "example 'UM-12345'"),
    (number(r"UM-\d{2,6}", "UM-123456", others=("UM-12 to nie numer",)), "must find nothing"),
    (number(r"(", "("), "no regular expression"),
    (number("x" * 201, "x" * 201), "201 characters"),
])
def test_a_pattern_that_is_no_use_is_refused_and_nothing_changes(
    tmp_path: Path, pattern: NumberPattern, says: str
) -> None:
    patterns = Patterns(COMPANY, tmp_path)
    patterns.save((UM,))
    began = time.perf_counter()
    with pytest.raises(PatternError, match=says):
        patterns.save((UM, pattern))
    assert time.perf_counter() - began < 2
    assert patterns.saved == (UM,)


def test_a_profile_with_a_dangerous_pattern_does_not_start(tmp_path: Path) -> None:
    profile = COMPANY.model_copy(update={"numbers": (number(r"(\d+)+x", "1x"),)})
    with pytest.raises(PatternError):
        open_masker(Settings(data_dir=tmp_path), profile)


def test_a_damaged_file_stops_masking_rather_than_leaving_numbers_readable(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[{")
    with pytest.raises(PatternError, match=FILE):
        open_masker(Settings(data_dir=tmp_path), COMPANY)


def test_the_demo_company_has_patterns() -> None:
    assert Patterns(companies.load(DEMO_COMPANY), Path("/nowhere"))()
