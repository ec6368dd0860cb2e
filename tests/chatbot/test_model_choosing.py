"""From probabilities to a proposal."""

from __future__ import annotations

import math

import pytest

from chatbot.model import confidence
from chatbot.model.choosing import Choosing, choose
from chatbot.model.seam import Action, Proposal

WILLING = {Action.QUOTE: 0.9, Action.ASK: 0.04, Action.HAND_OVER: 0.05, Action.DECLINE: 0.01}
UNWILLING = {Action.QUOTE: 0.05, Action.ASK: 0.05, Action.HAND_OVER: 0.85, Action.DECLINE: 0.05}


def letters(*shares: float) -> list[float]:
    return [math.log(share) for share in shares]


def test_mark_and_letter_that_agree_are_quoted() -> None:
    chosen = choose(WILLING, [-3.0, 4.0, -2.0], letters(0.1, 0.8, 0.1))
    assert (chosen.action, chosen.sentences, chosen.best) == (Action.QUOTE, (1,), 1)


def test_low_marks_and_an_unwilling_decision_hand_over() -> None:
    chosen = choose(UNWILLING, [-4.0, -5.0], letters(0.5, 0.5))
    assert (chosen.action, chosen.sentences) == (Action.HAND_OVER, ())
    assert chosen.probabilities[Action.HAND_OVER] > 0.8


def test_sentence_scores_and_giving_up_sum_to_one() -> None:
    chosen = choose(WILLING, [1.0, 0.5, -2.0], letters(0.5, 0.3, 0.2))
    assert math.fsum(chosen.probabilities.values()) == pytest.approx(1)
    assert math.fsum(math.exp(score) for score in chosen.scores) == pytest.approx(chosen.probabilities[Action.QUOTE])


def test_sentences_about_as_likely_are_quoted_together_in_reading_order() -> None:
    assert choose(WILLING, [3.0, -5.0, 3.2], letters(0.45, 0.05, 0.5)).sentences == (0, 2)


def test_never_more_sentences_than_the_table_allows() -> None:
    chosen = choose(WILLING, [3.0] * 6, letters(*[1 / 6] * 6), Choosing(beside=0.1))
    assert len(chosen.sentences) == 3


def test_without_candidates_nothing_can_be_quoted() -> None:
    chosen = choose(WILLING, [], [])
    assert chosen.action is not Action.QUOTE and chosen.scores == ()


def test_confidence_is_the_chosen_sentences_probability() -> None:
    scores = (math.log(0.6), math.log(0.3))
    assert confidence(Proposal(Action.QUOTE, (0,), scores=scores)) == pytest.approx(0.6)
    assert confidence(Proposal(Action.QUOTE, (0, 1), scores=scores)) == pytest.approx(0.9)
    assert confidence(Proposal(Action.HAND_OVER, scores=scores)) == 0
