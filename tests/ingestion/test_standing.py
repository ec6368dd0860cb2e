"""A curated answer is given on the days on which its clauses say what they said when it was approved; golden queries
and garbage: what a change may not break, and what it may leave behind."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from ingestion import garbage, golden_queries, registry, standing
from ingestion.chunking import chunks
from ingestion.company import Golden
from ingestion.documents import Chunk, Clause, FaqEntry, Text, Validity
from ingestion.golden_queries import Tried
from ingestion.index.points import Unit, placed, said
from ingestion.index.seam import Field
from ingestion.registry import Document, Register, Stand, Version
from ingestion.standing import Suspended

TODAY = date(2026, 11, 22)
NEW_YEAR = date(2027, 1, 1)
ASKED = "Ile trwa zwrot?"


class Shelf:
    def __init__(self) -> None:
        self.register, self.files = Register(), dict[str, list[Chunk]]()

    def add(self, document: str, text: Text, since: date | None, **more: object) -> None:
        file = f"{document} {since}"
        self.files[file] = chunks(text, document=document, version="", validity=Validity(), source=document)
        version = Version(version=str(since), upload=file, name=document, source=document, valid_from=since,
                          chunks_file=file, added=str(len(self.files)), **more)  # type: ignore[arg-type]
        added = registry.added(self.register, Document(document=document, title=document), version)
        self.register = standing.carried(self.register, added, self.read)
        self.settle()

    def read(self, version: Version) -> list[Chunk]:
        return [replace(chunk, version=version.version) for chunk in self.files[version.chunks_file]]

    def settle(self, today: date = TODAY) -> None:
        self.register = standing.settled(self.register, self.read, today)

    def stand(self) -> Stand:
        return self.register.get("faq").versions[0].stands[0]

    def suspended(self, today: date = TODAY) -> list[Suspended]:
        return standing.suspended(self.register, self.read, today)


def clause(text: str, label: str = "§ 1") -> Text:
    return Text("Regulamin", (Clause((label,), (), text), Clause(("§ 2",), (), "Zwrot jest bezpłatny.")))


def faq(*references: str) -> Text:
    return Text("FAQ", faq=(FaqEntry(ASKED, "14 dni.", (), references or ("regulamin § 1",)),))


def shelf(*references: str) -> Shelf:
    made = Shelf()
    made.add("regulamin", clause("Zwrot trwa 14 dni."), None)
    made.add("faq", faq(*references), None, curated=True)
    return made


def test_an_answer_stands_until_the_day_before_its_clause_changes() -> None:
    made = shelf()
    assert made.stand() == Stand(question=ASKED) and made.suspended() == []
    made.add("regulamin", clause("Zwrot trwa 30 dni."), NEW_YEAR)
    assert made.stand() == Stand(question=ASKED, until=date(2026, 12, 31))
    (one,) = made.suspended()
    assert (one.since, one.changed, one.missing) == (NEW_YEAR, ("regulamin § 1",), ())


def test_a_change_elsewhere_or_of_white_space_suspends_nothing() -> None:
    made = shelf()
    text = replace(clause("Zwrot   trwa 14 dni."), clauses=(*clause("Zwrot trwa\n14 dni.").clauses[:1],))
    made.add("regulamin", text, NEW_YEAR)
    assert made.stand() == Stand(question=ASKED) and made.suspended() == []


def test_an_answer_approved_again_stands_on_the_new_words() -> None:
    made = shelf()
    made.add("regulamin", clause("Zwrot trwa do 14 dni."), TODAY)
    assert made.suspended()[0].since == TODAY
    made.register = standing.approved(made.register, "faq", "None", ASKED)
    made.settle()
    assert made.stand() == Stand(question=ASKED, since=TODAY)
    assert made.suspended() == []


def entries(*answers: str) -> Text:
    return Text("FAQ", faq=tuple(FaqEntry(f"Pytanie {place}?", answer, (), ("regulamin § 1",))
                                 for place, answer in enumerate(answers)))


def test_an_edited_entry_is_approved_and_the_others_of_its_file_stay_suspended() -> None:
    made = Shelf()
    made.add("regulamin", clause("Zwrot trwa 14 dni."), None)
    made.add("faq", entries("14 dni.", "Dwa tygodnie."), None, curated=True)
    made.add("regulamin", clause("Zwrot trwa 30 dni."), date(2026, 6, 1))
    made.add("faq", entries("30 dni.", "Dwa tygodnie.", "Nowa."), TODAY, curated=True)
    assert [one.question for one in made.suspended()] == ["Pytanie 1?"]
    new = made.register.get("faq").versions[1]
    assert [(one.question, one.never) for one in new.stands] == [
        ("Pytanie 0?", False), ("Pytanie 1?", True), ("Pytanie 2?", False)]

    made.add("faq", entries("14 dni.", "Dwa tygodnie.", "Nowa."), date(2026, 12, 1), curated=True)
    assert [one.question for one in made.suspended(date(2026, 12, 1))] == ["Pytanie 1?"]  # the first was edited again
    made.register = standing.approved(made.register, "faq", "2026-12-01", "Pytanie 1?")
    made.settle()
    assert made.suspended(date(2026, 12, 1)) == []


def test_the_same_file_added_with_other_days_approves_nothing() -> None:
    made = shelf()
    made.add("regulamin", clause("Zwrot trwa 30 dni."), TODAY)
    version = made.register.get("faq").versions[0].model_copy(update={"valid_from": TODAY, "added": "9", "rests": ()})
    added = registry.added(made.register, Document(document="faq", title="faq"), version)
    made.register = standing.carried(made.register, added, made.read)
    made.settle()
    assert [one.changed for one in made.suspended()] == [("regulamin § 1",)]


def test_a_clause_that_goes_suspends_what_rests_on_it_and_is_named_missing() -> None:
    made = shelf()
    made.register = registry.without(made.register, "regulamin")
    made.settle()
    assert made.stand().never
    assert made.suspended()[0].missing == ("regulamin § 1",)


def test_a_clause_named_before_it_is_there_is_noted_once_it_comes() -> None:
    made = Shelf()
    made.add("faq", faq(), None, curated=True)
    assert made.stand().never
    made.add("regulamin", clause("Zwrot trwa 14 dni."), None)
    assert made.stand() == Stand(question=ASKED) and made.suspended() == []


def test_a_reference_to_a_whole_article_is_to_all_its_paragraphs() -> None:
    made = Shelf()
    made.add("regulamin", clause("Zwrot trwa 14 dni.", "§ 1 ust. 1"), None)
    made.add("faq", faq(), None, curated=True)
    assert not made.stand().never
    made.add("regulamin", clause("Zwrot trwa 30 dni.", "§ 1 ust. 1"), NEW_YEAR)
    assert made.stand().until == date(2026, 12, 31)


def test_of_several_clauses_the_first_change_counts() -> None:
    made = shelf("regulamin § 1", "regulamin § 2")
    made.add("regulamin", clause("Zwrot trwa 30 dni."), NEW_YEAR)
    assert made.suspended()[0].changed == ("regulamin § 1",)


def test_a_suspended_question_is_not_found_on_those_days_and_its_text_still_is() -> None:
    (entry,) = shelf().read(shelf().register.get("faq").versions[0])
    days = Validity(None, date(2026, 12, 31))
    text, question = placed(said(Unit((entry,)), Validity(), days))
    assert text.days[1] > question.days[1] == days.until.toordinal()  # type: ignore[union-attr]
    assert [one.draft().record["field"] for one in said(Unit((entry,)), Validity(), never=True)] == [Field.TEXT]


def golden(**more: object) -> Golden:
    return Golden(question=ASKED, document="regulamin", **more)  # type: ignore[arg-type]


def test_a_golden_query_that_passed_before_and_fails_now_refuses_the_change() -> None:
    passed, failed = Tried(golden=golden(clause="§ 1"), rank=1), Tried(golden=golden(clause="§ 1"), rank=None)
    assert "no longer finds regulamin § 1" in str(golden_queries.refused([failed], [passed]))
    assert golden_queries.refused([failed], [failed]) is None
    assert golden_queries.refused([failed], []) is None
    assert golden_queries.refused([failed.model_copy(update={"applies": False})], [passed]) is None


def test_golden_queries_of_the_admin_are_kept_in_a_file(tmp_path: Path) -> None:
    assert golden_queries.own(tmp_path) == ()
    golden_queries.write(tmp_path, [golden(as_of=TODAY)])
    assert golden_queries.own(tmp_path) == (golden(as_of=TODAY),)


def test_files_that_no_kept_generation_and_no_job_needs_go_after_a_day(tmp_path: Path) -> None:
    version = Version(version="1", upload="kept", name="a", source="a", chunks_file="kept.jsonl")
    document = Document(document="a", title="A", versions=(version,))
    made = ("uploads/kept", "uploads/queued", "uploads/old", "uploads/new", "chunks/kept.jsonl", "chunks/old.jsonl")
    for name in made:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
        if not name.endswith("new"):
            os.utime(path, (time.time() - 2 * garbage.GRACE,) * 2)
    assert garbage.collect(tmp_path, [Register(documents={"a": document})], ["queued"]) == 2
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"kept", "queued", "new", "kept.jsonl"}
