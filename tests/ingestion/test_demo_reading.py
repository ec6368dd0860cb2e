"""What the readers find in the built files is what the sources say, clause by clause."""

from __future__ import annotations

import pytest

from ingestion import sources
from ingestion.demo.build import BuiltDocument, build
from ingestion.demo.regulation import parse
from ingestion.polish import words


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[BuiltDocument]:
    return build(tmp_path_factory.mktemp("demo"))


def test_every_clause_of_every_built_file_is_read_back_with_its_label_and_its_words(built: list[BuiltDocument]) -> None:
    for one in built:
        if one.version.format == "faq":
            continue
        text = sources.read(one.path)
        found = {clause.label: clause.text for clause in text.clauses if clause.path}
        wanted = parse(one.version.text()).clauses()
        assert set(found) == set(wanted), one.path.name
        for label, expected in wanted.items():
            sentence, *rows = expected.split("\n")
            assert words(found[label].split("\n")[0]) == words(sentence), (one.path.name, label)
            assert {word for row in rows for word in words(row)} <= set(words(found[label])), (one.path.name, label)


def test_a_table_stays_whole_in_the_clause_it_belongs_to(built: list[BuiltDocument]) -> None:
    prices = next(one for one in built if one.path.suffix == ".pdf" and one.version.letter == "B")
    clause = next(c for c in sources.read(prices.path).clauses if c.label == "§ 2 ust. 7")
    row = next(line for line in clause.text.split("\n") if "Automat paczkowy" in line)
    assert "25 kg" in row and "12,99 zł" in row


def test_the_title_is_the_documents_own(built: list[BuiltDocument]) -> None:
    for one in built:
        if one.version.format != "faq":
            assert sources.read(one.path).title == one.version.title


def test_the_faq_is_read_with_what_each_answer_rests_on(built: list[BuiltDocument]) -> None:
    faq = sources.read(next(one.path for one in built if one.version.format == "faq")).faq
    assert len(faq) >= 60
    assert all(entry.rests_on and entry.paraphrases for entry in faq)
