"""Every key the chat keeps in the store, with its lifetime. Ingestion's own are in `ingestion.keys`.

A conversation's keys live RETENTION after its last write. Sealed values (`chatbot.privacy.sealing`) are marked ◆.
All scripts touch keys of several names at once: one Redis or Valkey, not a cluster.
"""

from __future__ import annotations

DAY = 24 * 3600

RETENTION = 90 * DAY
"""Our choice, shorter than the year within which most consumer complaints come; the ticket's system keeps its own. The
schedule of `chatbot.retention` holds it to the setting RETENTION_DAYS."""
SENT = DAY
"""The contract's promise: a repeated client id is harmless for 24 h."""
STEP = 300
"""A step that was written is known for longer than a client library retries it."""
SESSION = 12 * 3600
"""A staff session: one long working day."""
PRESENCE = 60
"""An agent or customer counts as present for so long after the last sign of life (four heartbeats)."""
TRIES = 900
"""Failed sign-ins are counted over a quarter of an hour."""

TURNS = "chat:turns"
"""Stream of turns to answer: fields c (conversation), m (message), at (ms). Removed when answered; never trimmed."""
ANSWERERS = "answerers"
"""Consumer group of TURNS; one consumer per service process."""
WAKE = "chat:wake"
"""Pub/sub channel: a conversation's id when it has new events, "!" + id when its running turn must stop, "?" + id to
ask whether anybody reads it, "+" + id as the answer of a process that has a reader."""
QUEUE = "chat:queue"
"""Sorted set of tickets that wait for an agent; the lowest score is next (ms, see `tickets.rank`)."""
TICKETS = "chat:tickets"
"""Sorted set of all tickets that are not over, by creation (ms)."""
DESK = "desk"
"""What DESK's stream is called on the WAKE channel."""
DESK_EVENTS = "chat:desk:events"
"""Stream of `ticket` events for the console, without personal text; about the last 1,000."""
KEEPER = "chat:keeper"
"""Lock of the process that does the periodic work; seconds."""
SWEEPER = "chat:sweeper"
"""Lock of the process that looks for what is kept too long; minutes."""
STORE = "chat:store"
"""A word that says which store this is; beside the customers' keys lies the same (`chatbot.retention`)."""
HANDLING = "chat:handling"
"""Moving average of a ticket's handling time, seconds."""
CORRECTIONS = "chat:corrections"
"""Sorted set of tickets in which an agent answered instead of the bot, by the last such message (ms)."""
OUTBOX = "chat:webhooks:outbox"
"""Stream of what happened to tickets: fields type, ticket, at (ms). Removed once it is planned for its webhooks."""
DISPATCHERS = "dispatchers"
"""Consumer group of OUTBOX; one consumer per service process."""
WEBHOOKS = "chat:webhooks"
"""Hash: webhook → JSON (url, types, with_text, active, created, secret ◆ in base64). Until an admin removes it."""
DELIVERIES = "chat:webhooks:due"
"""Sorted set of pending deliveries, by when the next try is due (ms)."""
AUDIT = "chat:audit"
"""Stream of who did what, hash-chained; never trimmed."""
AUDIT_HEAD = "chat:audit:head"
"""Hash: the newest entry's hash and number."""
STAFF = "chat:staff"
"""Set of account names."""
ADAPTER_COUNTS = "chat:adapters"
"""Hash: "<adapter> <kind>" → number of answers."""


TRIAL = "chat:trial"
"""Hash: the latest trial of a second adapter (`chatbot.trial.Trial`)."""
OUTCOMES = "chat:outcomes"
"""Stream of what became of answers, without text or id: t (handed_over, thumbs_down), v, a (adapter), p (p_wrong),
x (trial), arm, f (first of its conversation). About the last OUTCOMES_KEPT."""
OUTCOMES_KEPT = 20_000
"""A trial of two shares that differ by a few points is over by then; at 1 kB each it is 20 MB at most."""


def conversation(conversation: str) -> str:
    """Hash: token (SHA-256), owner, language, customer ◆, contract_date, created, state, fence, busy, turn, tries,
    job, ticket, seen, consent, parked, consent_at."""
    return f"chat:c:{conversation}"


def events(conversation: str) -> str:
    """Stream: t (type), d ◆ (JSON). About the last `limits.EVENTS_KEPT`."""
    return f"chat:c:{conversation}:events"


def messages(conversation: str) -> str:
    """List ◆: every message in order (JSON)."""
    return f"chat:c:{conversation}:messages"


def pending(conversation: str) -> str:
    """List: ids of messages that wait for the turn before theirs."""
    return f"chat:c:{conversation}:pending"


def conversation_tickets(conversation: str) -> str:
    """List: all tickets of a conversation, the newest last."""
    return f"chat:c:{conversation}:tickets"


def ratings(conversation: str) -> str:
    """Hash: message → ◆ (JSON: rating, comment, at)."""
    return f"chat:c:{conversation}:ratings"


def vault(conversation: str) -> str:
    """◆: placeholder → what it stands for."""
    return f"chat:c:{conversation}:vault"


def sent(conversation: str, client_id: str) -> str:
    """Message id, a space, SHA-256 of the text ◆; lives SENT. ``client_id`` is hashed: it is the page's to choose."""
    return f"chat:c:{conversation}:sent:{client_id}"


def all_sent(conversation: str) -> str:
    """Set of a conversation's `sent` keys of the last day, so that an erasure finds them; lives SENT after the last."""
    return f"chat:c:{conversation}:sent"


def owner(owner: str) -> str:
    """Set of an owner's conversations. The owner is a keyed hash of a customer's signed id, or the conversation."""
    return f"chat:owner:{owner}"


def ticket(ticket: str) -> str:
    """Hash: conversation, state, reason, topic, team, language, priority (minutes), promised (ms), created, claimed_by,
    claimed_name, lease, place, question ◆, draft ◆ (JSON: text, citations)."""
    return f"chat:t:{ticket}"


def notes(ticket: str) -> str:
    """List ◆: internal notes (JSON)."""
    return f"chat:t:{ticket}:notes"


def correction(ticket: str) -> str:
    """Hash: conversation, owner, at, count (of the agent's messages), data ◆ (`chatbot.corrections`)."""
    return f"chat:t:{ticket}:correction"


def delivery(delivery: str) -> str:
    """Hash: webhook, event, type, ticket, at, state, tries, due, said; lives a week (`webhooks.limits`)."""
    return f"chat:webhooks:delivery:{delivery}"


def webhook_log(webhook: str) -> str:
    """Sorted set of a webhook's newest deliveries, by the event's time (ms); lives as long as they do."""
    return f"chat:webhooks:log:{webhook}"


def step(step: str) -> str:
    """Marks a step that was written; lives STEP."""
    return f"chat:step:{step}"


def staff(user: str) -> str:
    """Hash: name, role, password (argon2id), created."""
    return f"chat:staff:{user}"


def session(token_hash: str) -> str:
    """Hash: user, csrf; lives SESSION."""
    return f"chat:session:{token_hash}"


def sessions(user: str) -> str:
    """Set of a user's sessions, so that they can be revoked at once; lives SESSION."""
    return f"chat:staff:{user}:sessions"


def tries(who: str) -> str:
    """Failed sign-ins of an account or an address; lives TRIES."""
    return f"chat:tries:{who}"


def present(who: str) -> str:
    """Sign of life of an agent or a conversation's page; lives PRESENCE."""
    return f"chat:present:{who}"


def budget(what: str, who: str, window: int) -> str:
    """Uses in one window of time; lives as long as the window. ``who`` is hashed where it is an address."""
    return f"chat:budget:{what}:{who}:{window}"
