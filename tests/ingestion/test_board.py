"""What an admin sees of many jobs: the work, the trouble, and how many are done."""

from __future__ import annotations

from ingestion.board import LIMITS, Board, Brief, board


def brief(place: int, state: str = "done", *, trouble: bool = False, at: float | None = None, name: str = "") -> Brief:
    name = name or f"plik-{place}.md"
    return Brief(str(place), float(place) if at is None else at, state, trouble, "add", name, name.removesuffix(".md"))


def seen(*oldest_first: Brief) -> Board:
    return board(reversed(oldest_first))


def test_of_a_hundred_files_the_running_and_the_failed_are_told_and_the_rest_counted() -> None:
    states = [brief(place, trouble=place in (3, 40, 71)) for place in range(90)]
    states += [brief(90, "running"), *(brief(place, "queued") for place in range(91, 100))]
    found = seen(*states)
    assert found.counts == {"all": 100, "done": 87, "failed": 3, "running": 1, "queued": 9}
    assert (found.working, found.troubled) == (["90"], ["71", "40", "3"])


def test_a_failure_is_told_until_its_document_is_tried_again() -> None:
    failed = brief(1, trouble=True, name="faq.md")
    assert seen(failed, brief(2)).troubled == ["1"]
    again = seen(failed, brief(2), brief(3, "queued", name="faq.md"))
    assert again.troubled == [] and again.counts["all"] == 2
    assert seen(failed, brief(3, trouble=True, name="faq.md")).troubled == ["3"]
    other_place = Brief("4", 4.0, "done", False, "add", "poprawione/faq.md", "faq")
    assert seen(failed, other_place).troubled == []


def test_counts_go_back_to_a_pause_or_to_what_still_waits() -> None:
    late = LIMITS.pause + 10
    assert seen(brief(1), brief(2, at=late), brief(3, at=late + 1)).counts["all"] == 2
    assert seen(brief(1, "queued"), brief(2, at=late), brief(3, at=late + 1)).counts["all"] == 3
    assert seen().counts == {"all": 0, "done": 0, "failed": 0, "running": 0, "queued": 0}
