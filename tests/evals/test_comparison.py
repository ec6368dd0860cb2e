"""The verdict follows the figures, gates refuse with reasons, an approval can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chatbot import appointed, texts
from chatbot.answer import Answer, AnswerKind, Citation, Mode, Verdict
from chatbot.appointed import Appointed
from chatbot.thresholds import Thresholds, within
from evals.case import Case
from evals.comparison import compared, held, loosest, verdict
from evals.figures import whole
from evals.gates import forgetting_of, gates, right_to_generate
from evals.harms import harms, judges
from evals.metrics import Outcome
from evals.report import Page
from ingestion.company import Goals, load
from ingestion.settings import DEMO_COMPANY, SHIPPED_ADAPTER

GOALS = Goals(risk=0.1, gain=0.05)
SHOP = load(DEMO_COMPANY).model_copy(update={"goals": GOALS})
CITED = Citation("regulamin", "v1", "§ 1", "Masz 14 dni.", "Regulamin", "Masz 14 dni.", "h", "r.md", None, None)


def outcome(number: int, *, right: bool, kind: AnswerKind = AnswerKind.REPLY, own: str = "Odpowiedź:") -> Outcome:
    """A quoted reply, right or not, with a signal that tells which."""
    case = Case(id=str(number), question="Ile dni?", answers=("14 dni",), relevant=(f"regulamin § {number}",))
    text = f"{own} „Masz {14 if right else 10} dni.” [1]"
    signals = dict.fromkeys(("p_sentence", "closeness", "margin", "kind", "gave_up", "p_ask", "p_decline", "seconded",
                             "found", "gap"), 0.5) | {"support": 0.8 + number % 7 / 100 if right else 0.2}
    replied = kind is AnswerKind.REPLY
    return Outcome(case, Answer(kind, text if replied else "", (CITED,) if replied else (), Verdict(kind, 0.5),
                                Mode.QUOTED if replied else None, "m", None, "pl", 100.0, 100.0,
                                "" if replied else text, (), signals))


def run(right: int, of: int = 100) -> list[Outcome]:
    return [outcome(number, right=number < right) for number in range(of)]


def test_an_adapter_that_answers_many_more_is_worth_it_and_one_that_answers_as_many_is_not() -> None:
    weak, strong = compared("rag", run(40), SHOP), compared("rag+adapter", run(80), SHOP)
    worth = verdict({"rag": weak, "rag+adapter": strong}, GOALS)
    same = verdict({"rag": compared("rag", run(80), SHOP), "rag+adapter": strong}, GOALS)
    harmful = verdict({"rag": compared("rag", run(80), SHOP), "rag+adapter": weak}, GOALS)
    assert worth and same and harmful
    assert (worth.key, same.key, harmful.key) == ("worth", "not_worth", "harmful")


def test_every_set_up_is_held_to_the_same_risk() -> None:
    one = compared("rag", run(60), SHOP)
    assert one.figures["risk"] <= GOALS.risk
    assert loosest([(0.1, True), (0.2, False)], 0.1) == 0.1
    assert held(outcome(1, right=True), 0.4).answer.kind is AnswerKind.TICKET  # type: ignore[union-attr]


def test_gates_let_an_equal_adapter_through_and_name_why_they_refuse_a_worse_one() -> None:
    good, bad = compared("rag+adapter", run(80), SHOP), compared("rag+adapter", run(50), SHOP)
    assert all(gate.passed for gate in gates(good, good, GOALS, 1.02))
    refused = {gate.name: gate.why for gate in gates(bad, good, GOALS, 1.5) if not gate.passed}
    assert {"right", "coverage", "forgetting"} <= set(refused) and "-0.3" in refused["right"]


def test_forgetting_holds_back_an_adapter_that_writes_and_not_one_that_only_picks() -> None:
    good = compared("rag+adapter", run(80), SHOP)
    assert not all(gate.passed for gate in gates(good, good, GOALS, 1.5))
    told = gates(good, good, GOALS, 1.5, writes=False)
    assert all(gate.passed for gate in told) and "grew 1.500 times" in told[-1].why


def test_too_few_cases_pass_no_gate() -> None:
    few = compared("rag+adapter", run(16, 20), SHOP)
    assert not next(gate for gate in gates(few, few, GOALS, None) if gate.name == "cases").passed


def test_generating_is_a_right_that_equal_answers_do_not_earn() -> None:
    one, other = compared("rag+adapter", run(60), SHOP), compared("generated", run(60), SHOP)
    earned, why = right_to_generate(one, other)
    assert not earned and "100 cases" in why
    assert right_to_generate(one, compared("generated", run(90), SHOP))[0]


def test_a_mode_that_is_not_earned_has_no_rule_whatever_a_calibration_says() -> None:
    rule = Thresholds().modes[Mode.QUOTED]
    table = Thresholds(modes={Mode.QUOTED: rule, Mode.GENERATED: rule})
    assert set(within(table, ()).modes) == {Mode.QUOTED}
    assert set(within(table, (Mode.GENERATED,)).modes) == {Mode.QUOTED, Mode.GENERATED}


def test_forgetting_is_found_wherever_training_wrote_it() -> None:
    assert forgetting_of({"evaluation": {"held_out": {"plain_language": {"ratio": 1.03}}}}) == 1.03
    assert forgetting_of({"evaluation": {}}) is None


def test_a_rollback_goes_back_step_by_step_to_the_shipped_adapter(tmp_path: Path) -> None:
    def put(name: str, why: str) -> None:
        since = datetime(2026, 11, 22, tzinfo=UTC)
        appointed.appoint(tmp_path, Appointed(adapter=name, since=since, by="ada", why=why))

    assert appointed.read(tmp_path).adapter == SHIPPED_ADAPTER and appointed.read(tmp_path).before is None
    put("one", "approved")
    put("two", "approved")
    assert appointed.read(tmp_path).before == "one"
    put("one", "rolled back")
    assert (appointed.read(tmp_path).adapter, appointed.read(tmp_path).before) == ("one", SHIPPED_ADAPTER)
    assert len(appointed.read(tmp_path).appointed) == 3


@pytest.mark.parametrize(("own", "broken"), [
    ("Masz czas:", []), ("Szanowny Panie:", ["form"]), ("Niestety:", ["sigh"]), ("Super!", ["exclamation"]),
    ("UWAGA:", ["capitals"]), ("Na pewno zdążysz:", ["promise"]), ("Masz 14 dni:", ["figure"]),
    ("słowo " * 61, ["length"]),
])  # fmt: skip
def test_a_reply_s_own_words_are_held_to_the_style_and_its_quote_is_not(own: str, broken: list[str]) -> None:
    score = judges(SHOP.style)["off_tone"](outcome(1, right=True, own=own))
    assert score.value == float(bool(broken))
    assert score.reason == (f"breaks: {broken[0]}" if broken else "keeps the rules")


def test_a_company_is_held_to_its_own_rules_alone() -> None:
    formal = {"form": "Zwracaj się do klienta „Państwo”."}
    polite, familiar = (outcome(1, right=True, own=own) for own in ("Szanowni Państwo!", "Twój termin:"))
    assert [judges(formal)["off_tone"](one).value for one in (polite, familiar)] == [0.0, 1.0]
    assert judges({})["off_tone"](polite).value is None


def test_answers_and_report_have_every_figure_the_issue_names_with_intervals() -> None:
    named = [outcome(n, right=n < 60) for n in range(80)] + [outcome(80, right=True, kind=AnswerKind.TICKET)]
    named = [replace(one, case=one.case.model_copy(update={"topic": "returns"})) for one in named]
    told = whole(named, SHOP)
    for name in ("em", "f1", "bleu", "chrf", "grounded", "citation_precision", "citation_recall", "abstain_precision",
                 "abstain_recall", "routing_accuracy", "routing_macro_f1", "tone", "ms_p50", "ms_p95", "cost", "harms",
                 "crashed"):  # fmt: skip
        assert name in told, name
    assert {"right", "risk", "coverage", "f1", "em", "grounded"} <= set(told["intervals"])
    low, high = told["intervals"]["right"]
    assert low < told["right"] < high and 0.1 < high - low < 0.3
    assert set(told["harms"]) >= {"misled", "kept_waiting", "made_up", "wrong_desk", "off_tone", "crashed"}


def test_a_crash_is_a_harm_of_its_own_and_every_judge_gives_a_reason() -> None:
    crash = Outcome(outcome(1, right=True).case, None, "ModelError: down")
    told = harms([crash, outcome(2, right=True)], SHOP.style)
    assert told["crashed"].mean == 0.5 and "misled" in told and told["misled"].mean == 0.0
    assert all(judge(one).reason for judge in judges(SHOP.style).values() for one in (crash, outcome(2, right=False)))


def test_the_page_says_the_verdict_in_both_languages_and_needs_no_other_host() -> None:
    found = {"rag": compared("rag", run(40), SHOP), "rag+adapter": compared("rag+adapter", run(80), SHOP)}
    for language in texts.languages():
        page = Page(SHOP, found, verdict(found, GOALS), language)
        html = page.whole(date(2026, 11, 22))
        assert page.sentences()[0] in html.replace("&#x27;", "'").replace("&quot;", '"')
        assert html.count("role=\"img\"") == 2 and "src=" not in html and "<script" not in html
        assert "„Masz 14 dni.”" in html

