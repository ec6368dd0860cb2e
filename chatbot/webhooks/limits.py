"""Every number of the webhooks, with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Tests pass their own."""

    retries: tuple[float, ...] = (5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR)
    """Seconds before each further try, about a day in all: a server that is down over night gets everything. Standard
    Webhooks suggests a schedule of this shape."""
    jitter: float = 0.2
    """Share of a pause by which it may be longer, so that a server which comes back isn't met by all at once."""
    seconds: float = 10.0
    """One try, from the name's resolution to the answer's headers. Standard Webhooks: 15 to 30; ours need not wait."""
    connect: float = 5.0
    lease: float = 30.0
    """A try whose process died is due again after so long; longer than a try."""
    at_once: int = 8
    """Tries at a time in one process."""
    of_one: int = 2
    """Of them to one webhook, so that a slow receiver holds up no other."""
    kept: int = 7 * int(DAY)
    """Seconds for which a delivery's record is kept."""
    listed: int = 100
    """Deliveries shown to the admin."""
    waiting: int = 10_000
    """Events that wait to be handed to their webhooks; a bound against a service that stands still."""
    hooks: int = 20
    url_chars: int = 500
    poll_ms: int = 1000
    """A blocking read of the outbox, and so the longest a due retry waits."""


LIMITS = Limits()
