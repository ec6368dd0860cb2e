"""An English question is looked up in Polish words; a Polish one stays as it is."""

from __future__ import annotations

import pytest
import yaml

from ingestion import english
from ingestion.english import is_english, searched


@pytest.mark.parametrize("question", [
    "How long is a gift card valid?", "delivery cost", "my order", "Who pays when I send something back?",
    "I’d like to cancel", "Shipping to Germany?",
])
def test_english_is_told_by_its_words(question: str) -> None:
    assert is_english(question)


@pytest.mark.parametrize("question", [
    "Do kiedy mam to oddac?", "a to do mnie", "status zamowienia", "data dostawy", "no i co", "link do platnosci",
    "Was kostet die Lieferung?", "Czy działa BLIK?", "JZ-2026-001234", "", "program bonus",
])
def test_polish_without_its_letters_is_not_taken_for_english(question: str) -> None:
    assert not is_english(question)
    assert searched(question) == question


def test_words_that_only_look_polish_are_not_looked_for() -> None:
    words = searched("How do I return it to you, on my own?").split()
    assert not {"do", "to", "on", "my", "i"} & set(words)
    assert {"return", "zwrot"} <= set(words)


def test_a_phrase_means_what_its_words_do_not() -> None:
    meaning = searched("Can I pay with a gift card?")
    assert "karta podarunkowa" in meaning
    assert "prezent" not in meaning


@pytest.mark.parametrize(("inflected", "meaning"), [("shipped", "wysłać"), ("policies", "polisa"),
                                                    ("returning", "zwrot"), ("invoices", "faktura")])
def test_inflected_words_are_found(inflected: str, meaning: str) -> None:
    assert meaning in searched(f"What about {inflected}?").split()


def test_every_word_of_the_dictionary_can_be_found() -> None:
    """A key that is a function word, or that another's form hides, would never be used."""
    known = english.dictionary()
    assert not known.function & set(known.words)
    for word, meanings in known.words.items():
        assert all(meaning in searched(f"is there {word}") for meaning in meanings), word
    raw = yaml.safe_load((english.Path(english.__file__).parent / "english.yaml").read_text(encoding="utf-8"))
    for phrase, meanings in raw["phrases"].items():
        assert set(meanings[0].split()) <= set(searched(f"is there {phrase}?").split()), phrase
