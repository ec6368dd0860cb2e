"""Going back to the index before is done once, however often it is tried, and takes nothing along unasked."""

from __future__ import annotations

import pytest

from ingestion.index.engine import left
from ingestion.index.generations import EdgeEngine
from ingestion.jobs import RollbackJob
from ingestion.pipeline import Pipeline
from tests.ingestion.library import Library, library

__all__ = ["library"]
TEXT = "# Regulamin\n\n§ 1. Zwrot trwa {} dni.\n"


def current(library: Library) -> str:
    return EdgeEngine(library.settings.data_dir / "index").current() or ""


def test_a_rollback_whose_worker_died_before_it_could_say_so_goes_back_once(library: Library) -> None:
    made = []
    for days in (14, 30, 60):
        library.add(f"{days}.md", TEXT.format(days))
        made.append(current(library))
    job = RollbackJob(generation=made[2])
    Pipeline(library.settings).rollback(made[2])  # as the worker that died had done
    outcome = library.do(job)
    assert (outcome.status, outcome.document) == ("rolled back", made[1]) and current(library) == made[1]
    library.add("90.md", TEXT.format(90))
    assert library.do(job).status == "rolled back"
    assert set(library.register().documents) == {"14", "30", "90"}


def test_what_came_after_a_rollback_was_asked_for_is_not_taken_back_with_it(library: Library) -> None:
    library.add("14.md", TEXT.format(14))
    seen = current(library)
    library.add("30.md", TEXT.format(30))
    outcome = library.do(RollbackJob(generation=seen))
    assert outcome.status == "failed" and "ask again" in str(outcome.reason)
    assert set(library.register().documents) == {"14", "30"}


@pytest.mark.parametrize(("line", "gone"), [
    (("g2", "g1"), True), (("g5", "g4", "g2"), True), (("g4", "g3", "g2"), False), (("g6", "g5", "g4"), False),
    ((), False),
])
def test_a_generation_was_left_where_the_line_goes_past_it(line: tuple[str, ...], gone: bool) -> None:
    assert left("g3", line) is gone
