from dataclasses import replace

import pytest

from chatbot.answer import AnswerKind, Mode, Reason
from chatbot.thresholds import Thresholds
from chatbot.verdict import Signals, Words, decide, nothing_found, p_wrong, policy, sure
from ingestion.company import Topic

GOOD = Signals(mode=Mode.QUOTED, dense=0.92, support=1.0, p_sentence=0.9, margin=0.9)
HEALTH = Topic(name="health", title={"pl": "zdrowie"}, policy="human", team="bezpieczeństwo")


def test_a_well_supported_quote_is_sent() -> None:
    assert decide(GOOD, Thresholds()).action is AnswerKind.REPLY


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"grounded": False}, Reason.NOT_GROUNDED),
        ({"conflict": True}, Reason.CONFLICT),
        ({"gave_up": True, "support": 0.4, "p_sentence": 0.4, "margin": 0.3}, Reason.MODEL_GAVE_UP),
        ({"support": 0.1, "p_sentence": 0.1, "margin": 0.0}, Reason.WEAK_SUPPORT),
        ({"support": 0.0, "dense": 0.5}, Reason.NOTHING_FOUND),
        ({"support": 0.2, "p_sentence": 0.0, "margin": 0.0, "model_down": True}, Reason.MODEL_DOWN),
    ],
)
def test_each_doubt_alone_hands_over_with_its_reason(change: dict[str, object], reason: Reason) -> None:
    verdict = decide(replace(GOOD, **change), Thresholds())  # type: ignore[arg-type]
    assert (verdict.action, verdict.reasons) == (AnswerKind.TICKET, (reason,))


def test_a_topic_for_humans_goes_to_a_human_whatever_the_score() -> None:
    verdict = policy(Words(topic=HEALTH))
    assert verdict is not None
    assert (verdict.action, verdict.team, verdict.reasons) == (
        AnswerKind.TICKET,
        "bezpieczeństwo",
        (Reason.TOPIC_POLICY,),
    )


def test_a_wish_for_a_human_outranks_everything() -> None:
    verdict = policy(Words(topic=replace_policy(HEALTH), wants_human=True, injection=True))
    assert verdict is not None
    assert verdict.reasons == (Reason.CUSTOMER_ASKED,)


def replace_policy(topic: Topic, policy: str = "decline") -> Topic:
    return topic.model_copy(update={"policy": policy})


def test_an_off_topic_subject_is_answered_where_the_documents_surely_do_and_refused_politely_elsewhere() -> None:
    topic = replace_policy(HEALTH, "off_topic")
    assert policy(Words(topic=topic)) is None
    assert decide(GOOD, Thresholds(), topic).action is AnswerKind.REPLY
    for poor in (replace(GOOD, support=0.1, p_sentence=0.1, margin=0.0), replace(GOOD, dense=0.5, support=0.0)):
        verdict = decide(poor, Thresholds(), topic)
        assert (verdict.action, verdict.reasons) == (AnswerKind.REFUSAL, (Reason.OFF_TOPIC,))
    assert nothing_found(topic).action is AnswerKind.REFUSAL
    assert nothing_found().action is AnswerKind.TICKET


def test_an_off_topic_question_is_declined_only_when_nothing_supports_it() -> None:
    off = replace(GOOD, p_decline=0.9)
    assert decide(off, Thresholds()).action is AnswerKind.REPLY
    assert decide(replace(off, support=0.1), Thresholds()).action is AnswerKind.REFUSAL


def test_a_vague_question_is_asked_back() -> None:
    assert decide(replace(GOOD, p_ask=0.8), Thresholds()).action is AnswerKind.QUESTION


@pytest.mark.parametrize("signal", ["support", "p_sentence", "margin", "dense"])
def test_more_of_any_good_signal_never_raises_the_doubt(signal: str) -> None:
    worse = replace(GOOD, **{signal: 0.3})
    assert p_wrong(GOOD, Thresholds()) <= p_wrong(worse, Thresholds())


def test_closer_curated_matches_are_doubted_less() -> None:
    near, far = (Signals(mode=Mode.CURATED, dense=d, support=1.0, agreement=1.0) for d in (0.99, 0.75))
    assert p_wrong(near, Thresholds()) < p_wrong(far, Thresholds())
    assert sure(near, Thresholds()) and not sure(far, Thresholds())


def test_a_mode_without_a_rule_is_never_sent() -> None:
    table = Thresholds(modes={})
    assert p_wrong(GOOD, table) == 1.0
    assert decide(GOOD, table).action is AnswerKind.TICKET


def test_a_topic_s_own_limit_outranks_its_mode_s() -> None:
    rule = Thresholds().modes[Mode.QUOTED]
    table = Thresholds(modes={Mode.QUOTED: rule.model_copy(update={"topics": {"health": 0.0}})})
    assert decide(GOOD, table, HEALTH).action is AnswerKind.TICKET
    assert decide(GOOD, table).action is AnswerKind.REPLY


def test_the_models_wish_to_hand_over_is_a_signal_and_not_the_decision() -> None:
    assert decide(replace(GOOD, gave_up=True), Thresholds()).action is AnswerKind.REPLY
