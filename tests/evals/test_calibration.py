import random

import pytest

from evals.calibration import cases_needed, choose, fit, upper_bound


@pytest.mark.parametrize(
    ("wrong", "sent", "bound"),
    # Published Clopper-Pearson one-sided 95% bounds.
    [(0, 59, 0.0495), (0, 149, 0.0199), (1, 100, 0.0466), (5, 200, 0.0519)],
)
def test_the_bound_is_the_published_one(wrong: int, sent: int, bound: float) -> None:
    assert upper_bound(wrong, sent, 0.95) == pytest.approx(bound, abs=0.0004)


def test_fifty_nine_right_answers_show_five_percent() -> None:
    assert cases_needed(0.05, 0.95) == 59


def test_too_few_cases_give_no_threshold() -> None:
    assert choose([(0.1, True)] * 58, 58, 0.05, 0.95) is None


def test_the_threshold_stops_before_the_risk_is_passed() -> None:
    points = [(i / 1000, True) for i in range(200)] + [(0.5 + i / 1000, False) for i in range(200)]
    choice = choose(points, 400, 0.05, 0.95)
    assert choice is not None
    assert 0.199 <= choice.threshold < 0.52
    assert choice.risk_bound <= 0.05


def test_the_stated_risk_holds_on_fresh_data() -> None:
    """Over 200 draws, at most about 5% may exceed the stated risk in truth."""
    exceeded = 0
    generator = random.Random(7)
    for _ in range(200):
        doubts = [generator.random() for _ in range(300)]
        choice = choose([(d, generator.random() > d * 0.5) for d in doubts], 300, 0.1, 0.95)
        if choice is not None and 0.25 * choice.threshold > 0.1:  # true risk below a threshold t is the mean of d/2
            exceeded += 1
    assert exceeded <= 20


def test_the_fit_finds_which_signal_tells_right_from_wrong() -> None:
    generator = random.Random(1)
    rows = [(generator.random(), generator.random()) for _ in range(500)]
    weights = fit(rows, [row[0] < 0.5 for row in rows])
    assert weights[1] < -3
    assert abs(weights[2]) < 1.5
