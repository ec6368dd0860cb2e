"""Who speaks in a conversation: the handoff's state machine as a table. Tests and the documentation's diagram are made
from it. Nothing here does I/O; `chatbot.handoff` makes a move and what belongs to it one atomic step.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum

from chatbot.errors import Conflict
from chatbot.texts import say


class State(StrEnum):
    BOT = "bot"
    OFFERED = "offered"
    QUEUED = "queued"
    AGENT = "agent"
    OFF_HOURS = "off_hours"
    RETURNED = "returned"
    CLOSED = "closed"
    ABANDONED = "abandoned"


BOT_SPEAKS = frozenset({State.BOT, State.OFFERED, State.RETURNED})
"""The states in which the bot may say anything at all."""
HUMAN = frozenset({State.QUEUED, State.AGENT, State.OFF_HOURS})
"""A ticket is open, the bot is silent."""
WAITING = frozenset({State.QUEUED, State.OFF_HOURS})
"""The ticket is nobody's yet."""
OVER = frozenset({State.CLOSED, State.ABANDONED})
"""No ticket; the customer's next message wakes the bot."""


class Event(StrEnum):
    """What happened."""

    OFFER = "offer"
    HAND_OVER = "hand_over"
    HAND_OVER_CLOSED = "hand_over_closed"
    WRITE = "write"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    OPEN = "open"
    CLAIM = "claim"
    PASS = "pass"
    LEAVE = "leave"
    POSTPONE = "postpone"
    RETURN = "return"
    CLOSE = "close"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Move:
    """``event`` takes any of ``sources`` to ``target``; the customer reads ``chat.states.<text>``."""

    event: Event
    sources: frozenset[State]
    target: State
    text: str
    why: str


def _move(event: Event, sources: frozenset[State], target: State, text: str, why: str) -> Move:
    return Move(event, sources, target, text, why)


MOVES = (
    _move(Event.OFFER, frozenset({State.BOT, State.RETURNED}), State.OFFERED, "offered",
          "the customer was not helped: the bot offers a human"),
    _move(Event.HAND_OVER, BOT_SPEAKS | OVER, State.QUEUED, "queued",
          "the customer asked for a human, or the verdict did"),
    _move(Event.HAND_OVER_CLOSED, BOT_SPEAKS | OVER, State.OFF_HOURS, "off_hours",
          "the same, while no human is at work"),
    _move(Event.WRITE, frozenset({State.OFFERED, State.RETURNED}) | OVER, State.BOT, "bot",
          "the customer goes on with the bot"),
    _move(Event.DECLINE, frozenset({State.OFFERED}), State.BOT, "declined",
          "the customer prefers the bot"),
    _move(Event.WITHDRAW, WAITING, State.BOT, "withdrawn",
          "the waiting customer no longer wants a human"),
    _move(Event.OPEN, frozenset({State.OFF_HOURS}), State.QUEUED, "opened",
          "the opening hours began"),
    _move(Event.CLAIM, WAITING, State.AGENT, "agent",
          "an agent claimed the ticket"),
    _move(Event.PASS, frozenset({State.AGENT}), State.AGENT, "passed",
          "the agent passed the conversation to a colleague"),
    _move(Event.LEAVE, frozenset({State.AGENT}), State.QUEUED, "requeued",
          "the agent went away, or passed the ticket to another team"),
    _move(Event.POSTPONE, frozenset({State.AGENT}), State.QUEUED, "postponed",
          "the agent promised an answer by a time"),
    _move(Event.RETURN, frozenset({State.AGENT}), State.RETURNED, "returned",
          "the agent gave the conversation back to the bot"),
    _move(Event.CLOSE, HUMAN, State.CLOSED, "closed",
          "the agent closed the ticket"),
    _move(Event.ABANDON, WAITING, State.ABANDONED, "abandoned",
          "the waiting customer left"),
)


def move(state: State, event: Event) -> Move:
    """Raises Conflict where the table has no such move."""
    for row in MOVES:
        if row.event is event and state in row.sources:
            return row
    raise Conflict("wrong_state", state=state.value, event=event.value)


def allowed(state: State, event: Event) -> bool:
    return any(row.event is event and state in row.sources for row in MOVES)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> bot"]
    for row in MOVES:
        lines += [f"    {source.value} --> {row.target.value}: {row.event.value}" for source in sorted(row.sources)]
    return "\n".join(lines)


def page() -> str:
    """The documentation's page (`docs/states.md`), made anew by ``python -m chatbot.states > docs/states.md``."""
    kinds = (("The bot may speak", BOT_SPEAKS), ("A human has it, the bot is silent", HUMAN),
             ("Over; the next message wakes the bot", OVER))
    rows = [f"| `{row.event.value}` | {', '.join(f'`{one.value}`' for one in sorted(row.sources))} "
            f"| `{row.target.value}` | {row.why} | {say('pl', f'chat.states.{row.text}', **_SHOWN)} |" for row in MOVES]
    return "\n".join([
        "# Who speaks in a conversation", "",
        "Made from the table in `chatbot/states.py` by `python -m chatbot.states > docs/states.md`; a test holds it to",
        "the table. Every move is one atomic step in the store, with its message to the customer.", "",
        "```mermaid", diagram(), "```", "",
        "| | states |", "|---|---|",
        *(f"| {kind} | {', '.join(f'`{one.value}`' for one in sorted(states))} |" for kind, states in kinds), "",
        "| event | from | to | when | what the customer reads |", "|---|---|---|---|---|", *rows, "",
    ])


_SHOWN = {"name": "…", "opens": "…", "when": "…"}


if __name__ == "__main__":
    sys.stdout.write(page())
