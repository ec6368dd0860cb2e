"""The state machine's table: what it allows, and that its texts and the conversation's promises follow from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import states, texts
from chatbot.errors import Conflict
from chatbot.states import BOT_SPEAKS, HUMAN, MOVES, OVER, Event, State


def test_every_state_is_of_one_kind() -> None:
    assert set(State) == BOT_SPEAKS | HUMAN | OVER
    assert not (BOT_SPEAKS & HUMAN or BOT_SPEAKS & OVER or HUMAN & OVER)


def test_an_event_has_at_most_one_move_from_a_state() -> None:
    for state in State:
        for event in Event:
            assert sum(row.event is event and state in row.sources for row in MOVES) <= 1


def test_every_state_can_be_reached_and_left() -> None:
    assert {row.target for row in MOVES} == set(State)
    assert {source for row in MOVES for source in row.sources} == set(State)


def test_a_human_can_be_asked_for_in_every_state_without_one() -> None:
    for state in BOT_SPEAKS | OVER:
        assert states.move(state, Event.HAND_OVER).target is State.QUEUED
        assert states.move(state, Event.HAND_OVER_CLOSED).target is State.OFF_HOURS


def test_only_people_end_a_human_state() -> None:
    """No event of the bot leads out of it: the bot can't talk itself back into a conversation."""
    human_made = {Event.OPEN, Event.CLAIM, Event.PASS, Event.LEAVE, Event.POSTPONE, Event.RETURN, Event.CLOSE,
                  Event.ABANDON, Event.WITHDRAW}
    for row in MOVES:
        if row.sources & HUMAN:
            assert row.event in human_made


def test_every_move_has_a_message_in_each_language() -> None:
    for row in MOVES:
        for language in texts.languages():
            assert texts.say(language, f"chat.states.{row.text}", name="Ola", opens="", when="")


def test_a_move_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(Conflict) as refused:
        states.move(State.QUEUED, Event.HAND_OVER)
    assert refused.value.values == {"state": "queued", "event": "hand_over"}


def test_the_diagram_shows_every_move() -> None:
    lines = states.diagram().splitlines()
    assert len(lines) == 2 + sum(len(row.sources) for row in MOVES)
    assert "    bot --> queued: hand_over" in lines


def test_the_documentations_page_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == states.page(), "run: python -m chatbot.states > docs/states.md"
