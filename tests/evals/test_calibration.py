"""Golden bounds, the shape of the choice, and that what is stated holds on data that made no part of it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import typer

from chatbot.answer import Mode
from evals import rules
from evals.calibrate import calibrate
from evals.calibration import Point, cases_needed, choose, cross_fitted, fit, missing, upper_bound
from evals.drafts import Drafted, load, save
from evals.rules import halves, judges, measured, rule


def points(n: int, seed: int, slope: float = 6.0) -> list[Point]:
    """Drafts with one telling signal, one of noise; P(wrong) = 0.7 at worst and falls fast with the signal."""
    dice = random.Random(seed)
    made = []
    for number in range(n):
        told, noise = dice.random(), dice.random()
        wrong = dice.random() < 0.7 / (1 + pow(2.718, slope * (told - 0.35)))
        made.append(Point({"told": told, "noise": noise}, not wrong, f"g{number // 2}"))
    return made


def scored(doubts: list[float], rights: list[bool]) -> list[Point]:
    return [Point({}, right, str(n), doubt=doubt) for n, (doubt, right) in enumerate(zip(doubts, rights, strict=True))]


@pytest.mark.parametrize(
    ("wrong", "sent", "bound"),
    # Published Clopper-Pearson one-sided 95% bounds.
    [(0, 59, 0.0495), (0, 149, 0.0199), (1, 100, 0.0466), (5, 200, 0.0519)],
)
def test_the_bound_is_the_published_one(wrong: int, sent: int, bound: float) -> None:
    assert upper_bound(wrong, sent, 0.95) == pytest.approx(bound, abs=0.0004)


def test_fifty_nine_right_answers_show_five_percent() -> None:
    assert cases_needed(0.05, 0.95) == 59


def test_too_few_cases_give_no_limit_and_say_how_many_are_missing() -> None:
    few = scored([0.01] * 58, [True] * 58)
    assert choose(few, 0.05, 0.95) is None
    assert missing(few, 0.05, 0.95) == 1


def test_the_limit_stops_before_the_risk_is_passed() -> None:
    doubts = [0.001 + i / 10_000 for i in range(200)] + [0.3 + i / 1000 for i in range(200)]
    choice = choose(scored(doubts, [True] * 200 + [False] * 200), 0.05, 0.95)
    assert choice is not None
    assert 0.02 <= choice.threshold < 0.33 and choice.risk_bound <= 0.05 and choice.wrong <= choice.sent * 0.05


def test_no_label_is_judged_by_weights_that_saw_it() -> None:
    """A signal that names each group can't tell right from wrong on another group."""
    dice = random.Random(3)
    made = [Point({"own": float(n // 2 % 7)}, dice.random() < 0.5, f"g{n // 2}") for n in range(400)]
    before, after = (
        [point.doubt for point in cross_fitted(
            [Point(p.numbers, right if p.group == "g0" else p.right, p.group) for p in made], ["own"], 1)]
        for right in (True, False)
    )
    assert before[:2] == after[:2] and before[2:] != after[2:]


def test_the_fit_finds_which_signal_tells_right_from_wrong() -> None:
    weights = fit(points(800, 1), ["told", "noise"]).weights
    assert weights["told"] < -2 and abs(weights["noise"]) < 0.8


def drafted(n: int, seed: int) -> list[Drafted]:
    quoted = [Point({name: p.numbers["told"] if name == "support" else 0.0 for name in SIGNALS}, p.right, p.group)
              for p in points(n, seed)]
    return [Drafted(str(i), p.group, None, {Mode.QUOTED: p}) for i, p in enumerate(quoted)]


SIGNALS = rules.SIGNALS[Mode.QUOTED]


def test_the_stated_risk_holds_on_fresh_halves() -> None:
    exceeded = calibrated = 0
    whole = drafted(1200, 5)
    for seed in range(60):
        mine, other = halves(whole, seed, by_group=False)
        found = judges(mine, 0.1, 0.9)
        if found[Mode.QUOTED].choice is not None:
            calibrated += 1
            exceeded += measured(other, found)[Mode.QUOTED].risk > 0.1
    assert calibrated >= 50
    assert exceeded <= 0.1 * calibrated


def test_a_mode_without_drafts_is_refused_and_its_rule_sends_nothing() -> None:
    found = judges(drafted(600, 2), 0.1, 0.9)
    curated = rule(found[Mode.CURATED], 0.1, 0.9)
    assert found[Mode.CURATED].choice is None and curated.p_wrong == 0.0 and "more cases" in (curated.refused or "")
    assert rule(found[Mode.QUOTED], 0.1, 0.9).risk == 0.1


def test_drafts_kept_in_a_file_come_back_as_they_were(tmp_path: Path) -> None:
    made = drafted(5, 1)
    save(made, tmp_path / "d.jsonl")
    assert load(tmp_path / "d.jsonl") == made


def test_a_refusal_is_one_document_too_and_says_how_many_cases_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = [Drafted(f"c{n}", f"g{n}", None, {Mode.QUOTED: Point({}, True, f"g{n}")}) for n in range(20)]
    save(few, tmp_path / "drafts.jsonl")
    with pytest.raises(typer.Exit) as left:
        calibrate(drafts=tmp_path / "drafts.jsonl", risk=0.02, json=True)
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert left.value.exit_code == 1 and told["n"] == 20 and told["threshold"] is None
    assert told["missing_cases"] == min(one["missing_cases"] for one in told["modes"].values()) > 0
    assert told["refused"] in printed.err and str(told["missing_cases"]) in told["refused"]
