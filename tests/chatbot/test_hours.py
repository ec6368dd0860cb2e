"""Opening hours: spans, holidays, summer time, midnight."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from chatbot import hours
from ingestion.company import Hours, Span

WARSAW = ZoneInfo("Europe/Warsaw")
OFFICE = Hours(week={"mon": Span(opens=time(8), closes=time(18)), "fri": Span(opens=time(8), closes=time(16)),
                     "sat": Span(opens=time(22), closes=time(2))}, closed=(date(2026, 11, 23),))


@pytest.mark.parametrize(("moment", "open_"), [
    (datetime(2026, 11, 16, 7, 59, tzinfo=WARSAW), False),
    (datetime(2026, 11, 16, 8, 0, tzinfo=WARSAW), True),
    (datetime(2026, 11, 16, 18, 0, tzinfo=WARSAW), False),
    (datetime(2026, 11, 23, 12, 0, tzinfo=WARSAW), False),  # a holiday
    (datetime(2026, 11, 17, 12, 0, tzinfo=WARSAW), False),  # no Tuesdays
    (datetime(2026, 11, 22, 1, 30, tzinfo=WARSAW), True),  # Saturday's night shift
    (datetime(2026, 11, 22, 2, 0, tzinfo=WARSAW), False),
    (datetime(2026, 7, 6, 6, 30, tzinfo=ZoneInfo("UTC")), True),  # half past eight in summer
    (datetime(2026, 11, 16, 7, 30, tzinfo=ZoneInfo("UTC")), True),  # half past eight in winter
])
def test_open_or_closed(moment: datetime, open_: bool) -> None:
    assert hours.is_open(OFFICE, moment) is open_


def test_the_next_opening_skips_a_holiday() -> None:
    sunday = datetime(2026, 11, 22, 12, 0, tzinfo=WARSAW)
    assert hours.next_opening(OFFICE, sunday) == datetime(2026, 11, 27, 8, 0, tzinfo=WARSAW)


def test_a_company_that_never_opens_has_no_next_opening() -> None:
    assert hours.next_opening(Hours(week={}), datetime(2026, 11, 22, tzinfo=WARSAW)) is None


@pytest.mark.parametrize(("position", "agents", "minutes"), [(1, 1, 3), (2, 1, 9), (2, 3, 3), (10, 2, 29), (1, 0, 3)])
def test_the_expected_wait_shares_the_queue_among_the_agents(position: int, agents: int, minutes: int) -> None:
    assert hours.expected_wait(position, 6.0, agents) == minutes


@pytest.mark.parametrize(("moment", "minutes", "by"), [
    (datetime(2026, 11, 16, 9, 0, tzinfo=WARSAW), 30, datetime(2026, 11, 16, 9, 30, tzinfo=WARSAW)),
    (datetime(2026, 11, 16, 17, 50, tzinfo=WARSAW), 30, datetime(2026, 11, 20, 8, 20, tzinfo=WARSAW)),
    (datetime(2026, 11, 22, 1, 30, tzinfo=WARSAW), 60, datetime(2026, 11, 27, 8, 30, tzinfo=WARSAW)),  # 23rd: a holiday
    (datetime(2026, 11, 15, 9, 0, tzinfo=WARSAW), 0, datetime(2026, 11, 16, 8, 0, tzinfo=WARSAW)),
])
def test_a_promise_counts_only_the_time_humans_are_at_work(moment: datetime, minutes: int, by: datetime) -> None:
    assert hours.after(OFFICE, moment, minutes) == by


def test_a_moment_is_said_as_people_say_it() -> None:
    now = datetime(2026, 11, 16, 9, 0, tzinfo=WARSAW)
    said = [hours.said("pl", datetime(2026, 11, day, 8, 5, tzinfo=WARSAW), now) for day in (16, 17, 20)]
    assert said == ["dziś o 8:05", "jutro o 8:05", "w piątek, 20 listopada, o 8:05"]
    assert hours.said("en", datetime(2026, 11, 20, 8, 5, tzinfo=WARSAW), now) == "Friday, 20 November, 8:05"
