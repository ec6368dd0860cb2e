"""When humans are at work, how long a place in the queue may take, and how a moment is said. Pure functions over the
company's hours."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import cast

from chatbot.texts import say
from ingestion.company import Hours, Span, Weekday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 60
"""Beyond so many days of closed doors there is no next opening to announce."""


def is_open(hours: Hours, now: datetime) -> bool:
    """``now`` is aware of its time zone. A span that closes before it opens runs past midnight."""
    local = now.astimezone(hours.zone)
    for day in (local.date(), local.date() - timedelta(days=1)):
        span = _span(hours, datetime(day.year, day.month, day.day))
        if span is not None:
            opens, closes = _bounds(hours, datetime(day.year, day.month, day.day), span)
            if opens <= local < closes:
                return True
    return False


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """The next moment at which humans begin work, in the company's zone; None within HORIZON_DAYS."""
    local = now.astimezone(hours.zone)
    for ahead in range(HORIZON_DAYS):
        day = local.date() + timedelta(days=ahead)
        midnight = datetime(day.year, day.month, day.day)
        span = _span(hours, midnight)
        if span is not None and (opens := _bounds(hours, midnight, span)[0]) > local:
            return opens
    return None


def after(hours: Hours, now: datetime, minutes: float) -> datetime | None:
    """The moment by which humans will have been at work for so many minutes since ``now``, in the company's zone; None
    beyond HORIZON_DAYS."""
    here, left = now.astimezone(UTC), timedelta(minutes=minutes)
    first = now.astimezone(hours.zone).date() - timedelta(days=1)
    for ahead in range(HORIZON_DAYS):
        day = first + timedelta(days=ahead)
        midnight = datetime(day.year, day.month, day.day)
        if (span := _span(hours, midnight)) is None:
            continue
        opens, closes = (one.astimezone(UTC) for one in _bounds(hours, midnight, span))
        begins = max(opens, here)
        if closes - begins >= left:
            return (begins + left).astimezone(hours.zone)
        left -= max(closes - begins, timedelta())
    return None


def said(language: str, moment: datetime, now: datetime) -> str:
    """A moment as one says it: "jutro o 8:00". ``moment`` is in the zone it is told in."""
    time = f"{moment.hour}:{moment.minute:02}"
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    if days in (0, 1):
        return say(language, f"chat.hours.{('today', 'tomorrow')[days]}", time=time)
    month = say(language, f"chat.hours.months.{moment.month - 1}")
    return say(language, "chat.hours.later", time=time, day=say(language, f"chat.hours.days.{moment.weekday()}"),
               date=say(language, "chat.hours.date", day=moment.day, month=month))


def expected_wait(position: int, handling_minutes: float, agents: int) -> int:
    """Whole minutes until the ticket at ``position`` (from 1) is claimed: the tickets before it, and half of one that
    is in hand, shared by the agents present (at least one)."""
    return math.ceil((position - 0.5) * handling_minutes / max(agents, 1))


def _span(hours: Hours, midnight: datetime) -> Span | None:
    if midnight.date() in hours.closed:
        return None
    return hours.week.get(cast(Weekday, WEEKDAYS[midnight.weekday()]))


def _bounds(hours: Hours, midnight: datetime, span: Span) -> tuple[datetime, datetime]:
    opens = datetime.combine(midnight.date(), span.opens, hours.zone)
    last_day = midnight.date() if span.closes > span.opens else midnight.date() + timedelta(days=1)
    return opens, datetime.combine(last_day, span.closes, hours.zone)
