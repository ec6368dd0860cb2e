"""Versions make a timeline without holes or doubles, whatever the order in which they were added."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.arrivals import Ready, registered
from ingestion.diff import Change, changes
from ingestion.documents import Chunk, Kind, Validity
from ingestion.errors import UsageError
from ingestion.fusion import fused
from ingestion.index.seam import DENSE, LEMMAS, Hit
from ingestion.jobs import AddJob, of_same_name, unchanged
from ingestion.reasons import in_polish
from ingestion.registry import (
    LONGEST_ID,
    Document,
    Register,
    Version,
    added,
    document_id,
    timeline,
    version_id,
    without,
)


def version(name: str, since: date | None = None, until: date | None = None, added: str = "1") -> Version:
    return Version(version=name, upload=name * 8, name="a", source="a", valid_from=since, valid_until=until,
                   added=added)


def test_a_version_ends_the_day_before_the_next_in_whatever_order_they_come() -> None:
    three = (version("a"), version("b", date(2025, 1, 1)), version("c", date(2026, 1, 1)))
    for order in permutations(three):
        found = timeline(order)
        assert [(one.version, one.since, one.until) for one in found] == [
            ("a", None, date(2024, 12, 31)), ("b", date(2025, 1, 1), date(2025, 12, 31)), ("c", date(2026, 1, 1), None),
        ]


def test_a_stated_end_that_is_earlier_stays() -> None:
    found = timeline((version("a", None, date(2014, 12, 24)), version("b", date(2026, 1, 1))))
    assert found[0].until == date(2014, 12, 24)


def test_of_two_that_begin_together_the_later_added_counts() -> None:
    found = timeline((version("new", date(2026, 1, 1), added="2"), version("old", date(2026, 1, 1), added="1")))
    assert {one.version: one.replaced for one in found} == {"old": True, "new": False}


days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))


@given(st.lists(days, min_size=1, max_size=6), st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_never_two_versions_on_one_day_and_none_missing_after_the_first(begins: list[date | None], day: date) -> None:
    versions = [version(str(place), since, added=str(place)) for place, since in enumerate(begins)]
    valid = [one for one in timeline(versions) if not one.replaced and one.validity.covers(day)]
    first = min(since or date.min for since in begins)
    assert len(valid) == (1 if day >= first else 0)


def test_superseding_ends_the_other_document_and_removing_frees_it() -> None:
    register = added(Register(), Document(document="old", title="Old"), version("a"))
    register = added(register, Document(document="new", title="New"), version("b", date(2026, 1, 1)), "old")
    assert register.get("old").versions[0].until == date(2025, 12, 31)
    assert register.get("old").superseded_by == "new"
    assert without(register, "new").get("old").versions[0].until is None


def test_a_superseding_text_added_again_with_another_day_moves_the_end_it_put() -> None:
    """With the older document named again or not; no day is left without either."""
    register = added(Register(), Document(document="old", title="Old"), version("a"))
    register = added(register, Document(document="new", title="New"), version("b", date(2026, 1, 1)), "old")
    for supersedes in ("old", None):
        later = added(register, Document(document="new", title="New"), version("b", date(2026, 6, 1)), supersedes)
        assert later.get("old").versions[0].until == date(2026, 5, 31)
        assert [one.since for one in later.get("new").versions] == [date(2026, 6, 1)]


def test_a_text_that_comes_again_leaves_the_days_on_which_it_counted_before() -> None:
    register = Register()
    about = Document(document="page", title="Page")
    today = date(2026, 11, 20)
    for one in (version("a"), version("b", date(2026, 3, 1)), version("a", today, added="2").model_copy(
            update={"version": "a again"})):  # fmt: skip
        register = added(register, about, one, today=today)
    assert [(one.version, one.since, one.until) for one in register.get("page").versions] == [
        ("a", None, date(2026, 2, 28)), ("b", date(2026, 3, 1), date(2026, 11, 19)), ("a again", today, None),
    ]


def test_a_text_added_again_without_a_day_says_when_it_counted() -> None:
    register = Register()
    for one in (version("a"), version("b", date(2026, 3, 1))):
        register = added(register, Document(document="a", title="A"), one)
    over, current = (unchanged(register, AddJob(upload=name * 8, name="a", source="a")) for name in "ab")
    assert over is not None and over.status == "unchanged" and "until 2026-02-28" in str(over.reason)
    assert in_polish(over.reason) != over.reason
    assert current is not None and current.reason is None


def test_a_text_that_will_count_on_no_day_says_so() -> None:
    """A new version of a document whose place another one took."""
    register = added(Register(), Document(document="old", title="Old"), version("a"))
    register = added(register, Document(document="new", title="New"), version("b", date(2026, 1, 1)), "old")
    job = AddJob(upload="c", name="old.md", source="old.md", valid_from=date(2026, 3, 1))
    later, outcomes = registered(register, {"job": Ready(job, Document(document="old", title="Old"), 1, "file")})
    assert "new took this document's place after 2025-12-31" in str(outcomes["job"].reason)
    assert in_polish(outcomes["job"].reason) != outcomes["job"].reason
    assert [one.version for document, one in later.indexed() if document.document == "old"] == ["a"]


def test_of_files_added_together_none_takes_anothers_place_by_its_name() -> None:
    first, same, other = (AddJob(upload=upload, name="faq.md", source=source) for upload, source in (
        ("1", "zwroty/faq.md"), ("1", "kopia/faq.md"), ("2", "dostawa/faq.md")))  # fmt: skip
    known: dict[str, AddJob] = {}
    assert [of_same_name(job, known) for job in (first, same, other)] == [None, None, first]
    assert of_same_name(other.model_copy(update={"title": "Dostawa"}), known) is None


def test_a_document_can_not_supersede_itself_and_an_unknown_one_is_named() -> None:
    with pytest.raises(UsageError, match="supersede itself"):
        added(Register(), Document(document="a", title="A"), version("a"), "a")
    with pytest.raises(UsageError, match="no document 'b'"):
        added(Register(), Document(document="a", title="A"), version("a"), "b")


def test_ids_are_slugs_and_versions_days_or_hashes() -> None:
    assert document_id("Regulamin zwrotów (2026)") == "regulamin-zwrotow-2026"
    assert document_id("§§§").startswith("document-")
    long = "Regulamin promocji „Wymień stary telewizor na nowy” – edycja {} 2026"
    spring, autumn = (document_id(long.format(season)) for season in ("wiosenna", "jesienna"))
    assert spring != autumn and max(len(spring), len(autumn)) <= LONGEST_ID
    assert version_id(None, "ab" * 32, None) == "abababab"
    taken = Document(document="a", title="A", versions=(version("2026-01-01", date(2026, 1, 1)),))
    assert version_id(taken, "cd" * 32, date(2026, 1, 1)) == "2026-01-01-cdcdcdcd"


def chunk(clause: str, text: str, position: int = 0) -> Chunk:
    return Chunk("d", "v", clause, "T", text, position, Kind.REGULATION, Validity(), "s")


def test_a_diff_names_added_changed_and_removed_clauses() -> None:
    before = [chunk("§ 1", "14 dni"), chunk("§ 2", "bez zmian"), chunk("§ 3", "zniknie")]
    after = [chunk("§ 1", "30 dni"), chunk("§ 2", "bez  zmian"), chunk("§ 2a", "nowy")]
    assert changes(before, after) == [
        Change("§ 1", before[0], after[0]), Change("§ 2a", None, after[2]), Change("§ 3", before[2], None),
    ]


def test_fusion_weighs_scores_on_one_scale_and_breaks_ties_the_same_way() -> None:
    scores = {"a": (0.80, 0.0), "b": (0.891, 0.0), "c": (0.89, 9.0)}
    hits = [Hit(name, {DENSE: dense, LEMMAS: lemmas}) for name, (dense, lemmas) in scores.items()]
    assert [hit.id for hit, _ in fused(hits)] == ["c", "b", "a"]
    assert [hit.id for hit, _ in fused([Hit("b", {DENSE: 1.0}), Hit("a", {DENSE: 1.0})])] == ["a", "b"]
    assert fused([]) == []


