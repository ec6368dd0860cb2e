"""A follow-up is searched with the conversation it stands in."""

from __future__ import annotations

import pytest

from ingestion.history import LIMITS, joined, said
from ingestion.index import sparse
from ingestion.index.seam import LEMMAS


def test_each_message_weighs_less_than_the_one_after_it() -> None:
    spoken = said("A ile to kosztuje?", ["Czy wysyłacie kurierem?", "Tak, kurierem w dwa dni."])
    assert [one.text for one in spoken] == ["A ile to kosztuje?", "Tak, kurierem w dwa dni.", "Czy wysyłacie kurierem?"]
    assert [one.weight for one in spoken] == pytest.approx([1.0, LIMITS.decay, LIMITS.decay**2])


def test_a_first_question_is_searched_as_it_is() -> None:
    assert [(one.text, one.weight) for one in said("Jak złożyć reklamację?", [])] == [("Jak złożyć reklamację?", 1.0)]


def test_only_the_last_messages_and_their_beginnings_are_heard() -> None:
    spoken = said("A potem?", ["x" * 5_000] * 50)
    assert len(spoken) == LIMITS.messages + 1
    assert {len(one.text) for one in spoken[1:]} == {LIMITS.characters}


def test_a_long_message_weighs_less_than_a_short_one() -> None:
    _, long, short = said("A potem?", ["Mam pytanie o kuriera.", "słowo " * 4 * LIMITS.words])
    assert long.weight == pytest.approx(LIMITS.decay / 4)
    assert short.weight == pytest.approx(LIMITS.decay**2)


def test_the_vector_is_of_the_conversation_as_it_went() -> None:
    assert joined("A ile?", ["Wysyłacie kurierem?", "Tak."]) == "Wysyłacie kurierem? Tak. A ile?"
    assert joined("A ile?", []) == "A ile?"


def test_the_terms_of_a_conversation_add_up_by_their_weights() -> None:
    alone = sparse.of_query({LEMMAS: ["kurier", "koszt"]})[LEMMAS]
    both = sparse.of_weighed([({LEMMAS: ["kurier", "koszt"]}, 1.0), ({LEMMAS: ["kurier"]}, 0.5)])[LEMMAS]
    assert both.indices == alone.indices
    assert sorted(both.values) == [1.0, 1.5]
