"""What changed between two days or two versions, told clause by clause."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ingestion import chunk_files, registry
from ingestion.changes import changes
from ingestion.chunking import chunks
from ingestion.clauses import clauses
from ingestion.diff import changes as differences
from ingestion.documents import Chunk, Text, Validity
from ingestion.errors import UsageError
from ingestion.index.points import pack
from ingestion.registry import Document, Register, Version
from ingestion.sources import plain
from ingestion.validity import Proposal

OLD = "§ 1. Klient może zwrócić towar w ciągu 14 dni.\n§ 2. Zwrot jest bezpłatny.\n§ 3. Kurier kosztuje 15 zł."
NEW = "§ 1. Klient może zwrócić towar w ciągu 30 dni.\n§ 2. Zwrot jest bezpłatny.\n§ 4. Odbiór jest w Łodzi."
TODAY = date(2026, 11, 22)


def chunked(text: str) -> list[Chunk]:
    found = clauses(plain.from_text(text).blocks)
    text_ = Text("Regulamin", found)
    return chunks(text_, document="regulamin", version="", validity=Validity(), source="regulamin.md")


class Shelf:
    """A register whose versions have files of chunks."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.register = folder, Register()
        chunk_files.folder(folder).mkdir()

    def add(self, document: str, text: str, valid_from: date | None, supersedes: str | None = None) -> None:
        name = f"{document}-{valid_from}.jsonl"
        lines = "".join(json.dumps(pack(chunk)) + "\n" for chunk in chunked(text))
        (chunk_files.folder(self.folder) / name).write_text(lines, encoding="utf-8")
        version = Version(version=str(valid_from), upload=name, name=name, source=name, valid_from=valid_from,
                          chunks_file=name, added=f"{len(self.register.indexed())}")
        self.register = registry.added(self.register, Document(document=document, title=document), version, supersedes)

    def told(self, since: date, until: date = TODAY) -> dict[str, list[str]]:
        found = changes(self.folder, self.register, since, until)
        return {one.document: [change.clause for change in one.clauses] for one in found}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_change_that_begins_on_the_day_asked_for_is_told() -> None:
    found = {change.clause: change for change in differences(chunked(OLD), chunked(NEW))}
    assert set(found) == {"§ 1", "§ 3", "§ 4"}
    assert found["§ 1"].before is not None and "14 dni" in found["§ 1"].before.text
    assert found["§ 1"].after is not None and "30 dni" in found["§ 1"].after.text
    assert found["§ 3"].after is None and found["§ 4"].before is None


def test_an_inserted_clause_is_one_change_though_it_renumbers_the_rest() -> None:
    moved = OLD.replace("§ 3", "§ 4").replace("§ 2", "§ 3").replace("§ 1", "§ 2").replace("14 dni", "30 dni")
    found = differences(chunked(OLD), chunked("§ 1. Nowy przepis o reklamacjach.\n" + moved))
    told = [(change.clause, change.was, change.before is None) for change in found if not change.only_moved]
    assert told == [("§ 1", None, True), ("§ 2", "§ 1", False)]
    assert {(change.clause, change.was) for change in found if change.only_moved} == {("§ 3", "§ 2"), ("§ 4", "§ 3")}


def test_a_long_clause_is_compared_whole_however_it_is_cut() -> None:
    long = "§ 1. " + " ".join(f"Zdanie numer {n} o zwrocie towaru i jego skutkach." for n in range(60))
    found = differences(chunked(long), chunked(long.replace("numer 7 ", "numer siedem ")))
    assert [change.clause for change in found] == ["§ 1"]


def test_what_changed_since_a_day_is_told_with_both_versions(shelf: Shelf) -> None:
    shelf.add("regulamin", OLD, None)
    shelf.add("regulamin", NEW, date(2026, 1, 1))
    shelf.add("cennik", OLD, date(2020, 1, 1))
    assert shelf.told(date(2026, 1, 1)) == {"regulamin": ["§ 1", "§ 4", "§ 3"]}
    assert shelf.told(date(2026, 1, 2)) == {}
    assert shelf.told(date(2025, 6, 1), date(2025, 12, 31)) == {}


def test_a_document_that_took_anothers_place_is_compared_with_it(shelf: Shelf) -> None:
    shelf.add("stary", OLD, None)
    shelf.add("nowy", NEW, date(2026, 1, 1), supersedes="stary")
    assert shelf.told(date(2026, 1, 1)) == {"nowy": ["§ 1", "§ 4", "§ 3"]}


def test_a_superseded_document_is_told_of_where_the_one_that_took_its_place_is_not(shelf: Shelf) -> None:
    """Asked for alone, or when the newer one has ended too."""
    shelf.add("stary", OLD, None)
    shelf.add("nowy", NEW, date(2026, 1, 1), supersedes="stary")
    alone = changes(shelf.folder, shelf.register, date(2026, 1, 1), TODAY, ["stary"])
    assert [(one.document, one.since, one.after) for one in alone] == [("stary", date(2026, 1, 1), None)]
    shelf.register = registry.ended(shelf.register, "nowy", date(2026, 4, 30))
    assert shelf.told(date(2026, 1, 1)) == {"stary": []}


def test_new_and_ended_documents_are_told_of_without_clauses(shelf: Shelf) -> None:
    shelf.add("nowy", NEW, date(2026, 3, 1))
    shelf.add("stary", OLD, None)
    shelf.register = registry.ended(shelf.register, "stary", date(2026, 4, 30))
    found = {one.document: one for one in changes(shelf.folder, shelf.register, date(2026, 1, 1), TODAY)}
    assert found["nowy"].before is None and found["nowy"].since == date(2026, 3, 1)
    assert found["stary"].after is None and found["stary"].since == date(2026, 5, 1)


def test_confirmed_days_move_the_neighbours_and_close_the_proposal(shelf: Shelf) -> None:
    shelf.add("regulamin", OLD, None)
    shelf.add("regulamin", NEW, date(2026, 1, 1))
    document = shelf.register.get("regulamin")
    waiting = document.find("2026-01-01").model_copy(update={"proposal": Proposal(valid_from=date(2026, 2, 1))})
    versions = (document.find("None"), waiting)
    register = Register(documents={"regulamin": document.model_copy(update={"versions": versions})})
    moved = registry.dated(register, "regulamin", "2026-01-01", date(2026, 2, 1), None).get("regulamin")
    assert moved.find("None").until == date(2026, 1, 31)
    proposal = moved.find("2026-01-01").proposal
    assert proposal is not None and not proposal.open
    with pytest.raises(UsageError, match="before"):
        registry.dated(register, "regulamin", "2026-01-01", date(2026, 2, 1), date(2026, 1, 1))


def test_a_superseded_documents_end_moves_with_the_newer_ones_beginning(shelf: Shelf) -> None:
    shelf.add("stary", OLD, None)
    shelf.add("nowy", NEW, date(2026, 1, 1), supersedes="stary")
    moved = registry.dated(shelf.register, "nowy", "2026-01-01", date(2026, 3, 1), None)
    assert moved.get("stary").versions[0].until == date(2026, 2, 28)


def test_a_page_that_came_and_went_on_one_day_is_in_no_index(shelf: Shelf) -> None:
    shelf.add("strona", OLD, TODAY)
    gone = registry.ended(shelf.register, "strona", date(2026, 11, 21))
    assert gone.indexed() == []
