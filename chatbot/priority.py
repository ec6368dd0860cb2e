"""Who is next in the queue: who came first, set forward by what the case is about and by what was promised. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.answer import Reason
from ingestion.company import Topic

MINUTE = 60_000
"""In ms."""

BOOST_MINUTES = {
    Reason.MOOD: 15,
    Reason.TOPIC_POLICY: 10,
    Reason.CONFLICT: 5,
    Reason.CUSTOMER_ASKED: 3,
}
"""A ticket stands in the queue as if it had waited so much longer. Our choice: an upset customer first, then what only
a human may decide; long enough to pass a few tickets, too short for any ticket to starve. A topic of the company's
profile has its own (`ingestion.company.Topic.boost_minutes`)."""
LEAD_MINUTES = 30
"""So long before its promised time a ticket stands as if it had just come, and at that time as if it had waited so
long: five usual tickets (`limits.handling_minutes`) can be handled in it."""


def boost(reasons: Iterable[Reason], topic: Topic | None) -> int:
    """Minutes set forward. The best reason counts; a topic's own minutes come on top."""
    return max((BOOST_MINUTES.get(reason, 0) for reason in reasons), default=0) + (topic.boost_minutes if topic else 0)


def rank(created: int, minutes: int, promised: int = 0) -> int:
    """The ticket's place (ms; the lowest is next): its coming less its ``minutes``, or what its promise asks for,
    whichever is earlier. ``promised`` is 0 where nothing was."""
    place = created - minutes * MINUTE
    return min(place, promised - LEAD_MINUTES * MINUTE) if promised else place


def postponed(promised: int) -> int:
    """The place of a ticket that an agent put off until ``promised``."""
    return promised - LEAD_MINUTES * MINUTE
