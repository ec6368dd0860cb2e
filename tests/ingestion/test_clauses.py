"""Regulations come apart where a lawyer would cite them, and no word is lost on the way."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.clauses import Block, clauses
from ingestion.documents import Clause


def read(*lines: str, title: str = "") -> dict[str, Clause]:
    return {clause.label: clause for clause in clauses([Block(line) for line in lines], title)}


def test_paragraphs_of_a_section_are_clauses_under_its_title_and_chapter() -> None:
    found = read("Rozdział II", "Dostawa", "§ 5", "Koszty", "1. Kurier kosztuje 15 zł.", "2. Odbiór jest bezpłatny.")
    assert list(found) == ["§ 5 ust. 1", "§ 5 ust. 2"]
    assert found["§ 5 ust. 2"] == Clause(("§ 5", "ust. 2"), ("Rozdział II Dostawa", "Koszty"), "Odbiór jest bezpłatny.")


def test_an_enumeration_stays_with_the_sentence_that_introduces_it() -> None:
    found = read("§ 2. Definicje", "1. Klient to osoba, która:", "1) kupuje,", "2) zwraca:", "a) towar,", "b) usługę.")
    assert found["§ 2 ust. 1"].text == "Klient to osoba, która:\n1) kupuje,\n2) zwraca:\na) towar,\nb) usługę."


def test_an_article_without_numbered_paragraphs_is_one_clause() -> None:
    found = read("Art. 7. Konsument może odstąpić od umowy.", "Art. 8", "Termin wynosi 14 dni.")
    assert [(clause.label, clause.text) for clause in found.values()] == [
        ("Art. 7", "Konsument może odstąpić od umowy."),
        ("Art. 8", "Termin wynosi 14 dni."),
    ]


def test_sections_of_an_article_are_cited_under_it() -> None:
    found = read("Art. 385.", "§ 1. Wzorzec umowy wiąże.", "§ 2. Wzorzec powinien być jasny.")
    assert list(found) == ["Art. 385 § 1", "Art. 385 § 2"]


def test_a_statute_article_in_one_line_stays_whole() -> None:
    found = read("Art. 2. 1. Konsument może odstąpić od umowy. 2. Nie jest dopuszczalne odstępne.")
    assert list(found) == ["Art. 2"]
    assert found["Art. 2"].text == "1. Konsument może odstąpić od umowy. 2. Nie jest dopuszczalne odstępne."


def test_a_reference_or_a_day_at_the_start_of_a_line_opens_no_clause() -> None:
    found = read("§ 1", "1. Zwroty.", "Art. 5 ust. 2 stosuje się odpowiednio.", "5. dnia mija termin.", "2. Koszty.")
    assert list(found) == ["§ 1 ust. 1", "§ 1 ust. 2"]
    assert "5. dnia" in found["§ 1 ust. 1"].text


def test_inserted_numbers_are_clauses_of_their_own() -> None:
    assert list(read("§ 1", "1. A b.", "1a. C d.", "2. E f.", "§ 1a. G h.")) == [
        "§ 1 ust. 1", "§ 1 ust. 1a", "§ 1 ust. 2", "§ 1a",
    ]  # fmt: skip


def test_numbering_that_begins_again_is_told_apart_by_its_heading() -> None:
    blocks = [Block("Regulamin A", 1), Block("§ 1. Pierwszy."), Block("Regulamin B", 1), Block("§ 1. Drugi.")]
    assert [clause.label for clause in clauses(blocks)] == ["Regulamin A § 1", "Regulamin B § 1"]


def test_a_page_without_numbers_is_cited_by_its_headings() -> None:
    found = clauses([Block("Pomoc", 1), Block("Zwroty", 2), Block("Masz 14 dni."), Block("Wyślij paczkę.")], "Pomoc")
    assert [(clause.label, clause.text) for clause in found] == [("Zwroty", "Masz 14 dni.\nWyślij paczkę.")]


def test_decimal_numbers_are_clauses_and_amounts_are_not() -> None:
    found = read("1.1. Bank prowadzi konto.", "1.2. Opłata wynosi:", "1.000 zł rocznie.")
    assert [clause.label for clause in found.values()] == ["pkt 1.1", "pkt 1.2"]
    assert found["pkt 1.2"].text == "Opłata wynosi:\n1.000 zł rocznie."


def test_sections_by_roman_and_by_plain_numbers_head_what_follows_them() -> None:
    found = read("I. POSTANOWIENIA OGÓLNE", "1. Sklep działa.", "II. Zwroty", "1. Zwrot trwa 14 dni.", "V. Nowak")
    assert [(clause.label, clause.text) for clause in found.values()] == [
        ("I. POSTANOWIENIA OGÓLNE", "1. Sklep działa."), ("II. Zwroty", "1. Zwrot trwa 14 dni.\nV. Nowak"),
    ]  # fmt: skip
    found = read("I. Sklep", "§ 1. Sklep działa.", "II. Zwroty", "§ 2. Zwrot trwa 14 dni.")
    assert found["§ 2"] == Clause(("§ 2",), ("II. Zwroty",), "Zwrot trwa 14 dni.")
    assert list(read("H. Dostawa", "I. Zwroty", "1. Zwrot trwa 14 dni.", "J. Koniec")) == [""]
    found = read("1. Sklep", "1.1. Sklep działa.", "2. Zwroty", "2.1. Zwrot trwa 14 dni.")
    assert [(clause.label, clause.headings, clause.text) for clause in found.values()] == [
        ("pkt 1.1", ("1. Sklep",), "Sklep działa."), ("pkt 2.1", ("2. Zwroty",), "Zwrot trwa 14 dni."),
    ]  # fmt: skip


def test_an_article_may_be_written_out() -> None:
    found = read("Artykuł 1. Zakres", "1. Sklep działa.", "2. Zwrot trwa 14 dni.", "ART. 2. Artykuł 1 stosuje się.")
    assert list(found) == ["Art. 1 ust. 1", "Art. 1 ust. 2", "Art. 2"]
    assert found["Art. 2"].text == "Artykuł 1 stosuje się."


def test_a_table_stays_in_the_paragraph_it_belongs_to() -> None:
    blocks = [Block("§ 3"), Block("1. Opłaty:"), Block("| Usługa |\n| Kurier |", table=True), Block("2. Koniec.")]
    assert clauses(blocks)[0].text == "Opłaty:\n| Usługa |\n| Kurier |"


LINES = st.sampled_from(
    ["Rozdział I", "DZIAŁ II", "Rozdział 3 Opłaty", "§ 1", "§ 2. Zwroty", "§ 3.", "Art. 5.", "Art. 6. 1. Pierwszy.",
     "1. Ustęp", "2. Drugi", "3. Trzeci:", "1) punkt,", "a) litera,", "- tiret", "Zwykły tekst.", "Tytuł bez kropki",
     "Załącznik nr 1", "1.1. Dziesiętny", "| x | y |", "II. Zwroty", "1. Sklep", "Artykuł 7. Zakres"]
)  # fmt: skip


@given(st.lists(st.tuples(LINES, st.sampled_from([0, 0, 0, 1, 2]), st.integers(0, 10**6)), max_size=25))
@settings(max_examples=300, deadline=None)
def test_no_word_is_lost_or_doubled(lines: list[tuple[str, int, int]]) -> None:
    blocks = [Block(f"{line} słowo{number}x{place}", level) for place, (line, level, number) in enumerate(lines)]
    found = clauses(blocks)
    texts = Counter(word for clause in found for word in clause.text.split() if word.startswith("słowo"))
    titles = {word for clause in found for part in (*clause.headings, *clause.path) for word in part.split()}
    for block in blocks:
        word = block.text.split()[-1]
        assert texts[word] == 1 or (texts[word] == 0 and word in titles), word
    assert len({clause.label for clause in found if clause.label}) == len([clause for clause in found if clause.label])
