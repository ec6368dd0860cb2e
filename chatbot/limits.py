"""Every number that bounds the chat, with its unit and where it comes from. Lifetimes of keys are in `chatbot.keys`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Tests and the fault harness pass their own; the service uses these."""

    # Sizes
    message_chars: int = 4000
    """A page and a half; longer is a document, and the model would not read it."""
    client_id_chars: int = 100
    body_bytes: int = 64 * 1024
    """Of every request but uploads."""
    upload_bytes: int = 50 * 1024 * 1024
    """Of one upload of documents."""
    events_kept: int = 2000
    """Per conversation: some 100 turns. Older ones are still in its messages; a reader who missed them gets `gap`."""
    history: int = 8
    """Messages given to the answerer with the question: four exchanges, what a small model's context holds."""

    # Overload
    turns_waiting: int = 64
    """Turns queued and running in all; at 3 s a turn and 2 running, the last waits a minute and a half."""
    full_seconds: float = 0.1
    """After the store said that the turns are full, so long nobody asks it again: a refusal must cost little, and the
    many that wait keep the runners busy meanwhile."""
    turns_running: int = 2
    """In one process; the model admits one at a time anyway, the second one retrieves meanwhile."""
    turns_pending: int = 10
    """Messages of one conversation that wait for their turn."""
    turn_seconds: float = 45.0
    """One turn, from claim to end; then the customer gets a human. Ten times a usual turn on two cores."""
    wait_seconds: float = 120.0
    """A turn that waited longer for its claim goes to a human instead."""
    turn_tries: int = 2
    """A turn whose process died is tried once more, then goes to a human."""
    lease_seconds: float = 10.0
    """A claimed turn that gave no sign of life for so long is claimed again; five missed renewals."""
    disconnect_seconds: float = 5.0
    """A turn whose customer's last page is gone for so long is put aside: a reload takes two or three."""
    requests_running: int = 256
    """Requests in hand in one process, event streams aside; each may hold one of the store's 512 connections."""
    retry_after: int = 5
    """Seconds, in a refusal."""

    # Budgets
    messages_per_minute: int = 20
    """One conversation; a fast typist sends six."""
    conversations_per_minute: int = 30
    """One address; many customers may share an office's."""
    requests_per_minute: int = 600
    """One address, all writes."""
    streams_per_conversation: int = 10
    """Open event streams; so many tabs."""
    streams: int = 5000
    """Open event streams of one process; its file descriptors end at 8,192 or later on a common Linux."""
    tries_per_account: int = 10
    """Failed sign-ins in a quarter of an hour (OWASP suggests a low number with a delay)."""
    tries_per_address: int = 50
    sign_ins_waiting: int = 16
    """Passwords that may wait for one of the two argon2 threads; at 50 ms each, the last waits half a second."""

    # The queue
    lease_minutes: float = 10.0
    """A claimed ticket whose agent shows no sign of life goes back to the queue."""
    abandoned_hours: float = 24.0
    """A waiting customer who has not been seen for so long is taken to have left."""
    abandoned_open_hours: float = 4.0
    """… once humans have been at work for so many of these hours: half a working day, so that a weekend takes nobody
    off the queue. Our choice."""
    handling_minutes: float = 6.0
    """Expected handling of a ticket before there are any; a usual figure for chat support."""
    promise_days: float = 30.0
    """An agent may put a case off so far: the time a company has to answer a complaint in Poland is 14 days, or 30."""
    canned_seconds: float = 10.0
    """An agent's search for a ready answer; it waits its turn among the customers' searches (30 ms each)."""
    places_announced: int = 20
    """Every move within the first so many places is told at once; further back only each tenth place."""
    keeper_seconds: float = 2.0
    """Between two rounds of periodic work."""
    watch_seconds: float = 10.0
    """Between two looks at a trial of a second adapter."""

    # Streams
    heartbeat_seconds: float = 15.0
    """An idle event stream says this often that it is alive (WHATWG suggests 15), and looks for itself, in case a
    wake-up was lost with its connection."""
    stop_seconds: float = 20.0
    """Turns may finish so long after a stop signal; the whole stop takes at most 30 s."""
