"""A set of intents in CLINC150's form: what lies outside is a choice too; the part that is counted chooses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals.intents import OUTSIDE, figures, learn, read
from ingestion.errors import UsageError

KINDS = ("balance", "transfer", "weather")


def world(n: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Points round the corners of a cube: three intents, each at its own, and what is outside anywhere between."""
    rng = np.random.default_rng(seed)
    names = [KINDS[at % 3] for at in range(n)] + [OUTSIDE] * (n // 6)
    at = [np.eye(4)[KINDS.index(name)] if name != OUTSIDE else np.array([0.3, 0.3, 0.3, 1.0]) for name in names]
    return (np.array(at) + rng.normal(0, 0.12, (len(names), 4))).astype(np.float32), names


def test_what_was_learnt_holds_on_questions_never_seen_inside_and_outside() -> None:
    learnt = learn(*world(240, 1))
    vectors, right = world(120, 2)
    found = figures(right, [learnt.route(one) for one in vectors])
    assert found["accuracy"] >= 0.95 and found["out_of_scope_recall"] >= 0.9 and found["macro_f1"] >= 0.9


def test_figures_count_inside_and_outside_apart() -> None:
    right = ["a", "a", "b", OUTSIDE, OUTSIDE]
    found = figures(right, ["a", OUTSIDE, "b", OUTSIDE, "a"])
    assert (found["accuracy"], found["out_of_scope_recall"]) == (round(2 / 3, 4), 0.5)
    assert (found["out_of_scope_precision"], found["accuracy_of_all"]) == (0.5, 0.6)
    assert found["macro_f1"] == round((0.5 + 1.0 + 0.5) / 3, 4)


def test_a_part_comes_with_what_lies_outside_it(tmp_path: Path) -> None:
    path = tmp_path / "intents.json"
    path.write_text(json.dumps({"val": [["how much", "balance"]], "oos_val": [["why", OUTSIDE]], "train": [["a"]]}))
    assert read(path, "val") == [("how much", "balance"), ("why", OUTSIDE)]
    with pytest.raises(UsageError, match="no part 'test'; there are val"):
        read(path, "test")
    with pytest.raises(UsageError, match="no list of"):
        read(path, "train")
