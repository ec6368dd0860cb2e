"""A chunk is a clause, or a named part of a long one; parts joined are the clause."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import sources
from ingestion.chunking import CHUNK_CHARACTERS, TABLE_CHARACTERS, chunks, split
from ingestion.documents import Chunk, Clause, FaqEntry, Kind, Text, Validity

ACT = Path(__file__).parents[3] / "shared" / "data" / "legal" / "passages.jsonl.gz"
LONG = "Sprzedawca doręcza konsumentowi dokument, w którym opisuje warunki umowy i prawo odstąpienia od niej. "


def chunked(text: Text) -> list[Chunk]:
    return chunks(text, document="regulamin", version="1", validity=Validity(), source="regulamin.md")


def test_a_short_clause_is_one_chunk_with_its_label_and_headings() -> None:
    clause = Clause(("§ 5", "ust. 2"), ("Dostawa",), "Kurier kosztuje 15 zł.")
    (chunk,) = chunked(Text("Regulamin", (clause,)))
    assert (chunk.clause, chunk.headings, chunk.text) == ("§ 5 ust. 2", ("Dostawa",), "Kurier kosztuje 15 zł.")


def test_an_faq_entry_is_one_chunk_with_its_questions_beside_the_answer() -> None:
    entry = FaqEntry("Ile trwa zwrot?", "14 dni.", ("Kiedy pieniądze?",), ("regulamin § 2",), "returns")
    (chunk,) = chunked(Text("FAQ", faq=(entry,), kind=Kind.FAQ))
    assert (chunk.text, chunk.questions) == ("14 dni.", ("Ile trwa zwrot?", "Kiedy pieniądze?"))
    assert (chunk.rests_on, chunk.topic, chunk.kind) == (("regulamin § 2",), "returns", Kind.FAQ)


def test_a_long_article_is_split_at_its_paragraphs_and_says_which() -> None:
    text = " ".join(f"{number}. {LONG * 5}".strip() for number in range(1, 6))
    parts = split(Clause(("Art. 7",), (), text))
    assert [part.label for part in parts] == [f"Art. 7 ust. {number}" for number in range(1, 6)]
    assert all(part.text.startswith(f"{number}. ") for number, part in enumerate(parts, start=1))


def test_a_long_enumeration_keeps_the_sentence_that_introduces_it() -> None:
    text = "Przepisów nie stosuje się do umów:\n" + "\n".join(f"{n}) {LONG.strip()}" for n in range(1, 12))
    parts = split(Clause(("§ 4", "ust. 1"), ("Wyjątki",), text))
    assert parts[0].text.startswith("Przepisów nie stosuje się do umów:")
    assert parts[1].headings == ("Wyjątki", "Przepisów nie stosuje się do umów:")
    assert parts[1].path[2].startswith("pkt ")
    assert "–" in parts[1].label


@pytest.mark.parametrize("separator", [" ", "\n"])
def test_an_enumeration_that_counts_from_one_again_is_another(separator: str) -> None:
    may = [f"{n}) klient {LONG.strip()[:-1]} {n};" for n in range(1, 4)]
    must = [f"{n}) sprzedawca {LONG.strip()[:-1]} {n};" for n in range(1, 8)]
    text = separator.join(("Klient może:", *may[:2], may[2][:-1] + ".", "Sprzedawca zawsze:", *must))
    first, second, third = split(Clause(("§ 5",), (), text))
    assert first.label == "§ 5 pkt 1–3" and "sprzedawca " not in first.text
    assert second.label == "§ 5 wyliczenie 2 pkt 1–5" and second.text.startswith("Sprzedawca zawsze:")
    assert third.label == "§ 5 wyliczenie 2 pkt 6–7" and third.headings == ("Sprzedawca zawsze:",)


def test_an_enumeration_inside_an_item_of_the_same_marks_gets_no_number_that_may_be_wrong() -> None:
    inner = "\n".join(f"{n}) {LONG.strip()}" for n in range(1, 4))
    text = f"Klient może:\n1) wybrać:\n{inner}\n2) {LONG * 5}\n3) {LONG}"
    assert {part.path[1][:3] for part in split(Clause(("§ 5",), (), text))} == {"cz."}


def test_numbers_of_what_is_quoted_and_of_other_acts_are_not_the_clauses() -> None:
    quoted = f"otrzymuje brzmienie: „1. {LONG}1) {LONG}; 2) {LONG} 2. {LONG}”"
    text = f"W ustawie:\n1) art. 5 {quoted};\n2) w zakresie, o którym mowa w art. 1. {LONG}\n3) art. 8 {quoted}."
    assert {part.path[1] for part in split(Clause(("Art. 3",), (), text))} == {"pkt 1–2", "pkt 3"}


def test_a_table_that_fits_the_embedder_stays_whole() -> None:
    table = "\n".join(f"| Usługa {number} – Opłata: {number} zł |" for number in range(30))
    parts = split(Clause(("§ 2", "ust. 7"), (), f"{LONG * 5}\n{table}"))
    assert len(table) < TABLE_CHARACTERS
    assert sum(table in part.text for part in parts) == 1


def test_a_table_that_does_not_is_split_between_rows() -> None:
    rows = [f"| Usługa numer {number} – Opłata: {number} zł; Termin: {number} dni |" for number in range(120)]
    parts = split(Clause(("§ 2",), (), "\n".join(rows)))
    assert [row for part in parts for row in part.text.splitlines()] == rows


def test_the_consumer_act_is_cited_by_article_and_quoted_fragments_of_other_acts_are_not() -> None:
    text = sources.read(ACT, select="1996_542_*")
    made = chunked(text)
    labels = [chunk.clause for chunk in made]
    assert "Art. 7" in labels
    assert not any(label.startswith(("Art. 385", "Art. 449", "Art. 479", "Art. 138b")) for label in labels)
    assert "1996_542_138b" in labels
    assert len(set(labels)) == len(labels)
    assert max(len(chunk.text) for chunk in made) <= TABLE_CHARACTERS


UNITS = st.sampled_from(
    ["1. ", "2. ", "3. ", "1) ", "2) ", "3) ", "a) ", "b) ", "§ 1. ", "| x ", "- ", "", LONG, "Drugie. ", "lub: "]
)


@given(st.lists(st.tuples(UNITS, st.integers(0, 4), st.sampled_from([" ", "\n", "\n"])), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_parts_joined_are_the_clause(units: list[tuple[str, int, str]]) -> None:
    text = "".join(f"{unit}{LONG * times}{end}" for unit, times, end in units).strip()
    parts = split(Clause(("§ 1",), (), text)) if text else []
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    assert len({part.label for part in parts}) == len(parts)


@pytest.mark.parametrize("text", ["słowo" * 2000, "a, " * 3000, "| " + "komórka " * 1000 + "|"])
def test_text_without_sentences_is_still_cut_to_size(text: str) -> None:
    parts = split(Clause((), ("Nagłówek",), text))
    assert max(len(part.text) for part in parts) <= max(CHUNK_CHARACTERS, TABLE_CHARACTERS)
