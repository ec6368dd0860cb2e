"""Figures of routing, on made-up conversations, and the shipped cases' fitness."""

from __future__ import annotations

import json

from chatbot.routing import Route
from evals.case import Case
from evals.routing import CASES, f1, figures
from finetune.arguments import REPOSITORY
from finetune.routing import read
from ingestion.company import Company, Topic

COMPANY = Company.model_construct(topics=(
    Topic(name="a", title={"pl": "A", "en": "A"}, team="one"),
    Topic(name="b", title={"pl": "B", "en": "B"}, team="one"),
    Topic(name="c", title={"pl": "C", "en": "C"}, team="two"),
))  # fmt: skip


def test_a_wrong_category_of_the_right_team_counts_for_the_team() -> None:
    cases = [Case(id=str(n), question="?", topic=topic) for n, topic in enumerate("aabc")]
    said = iter(["a", "b", "b", None])
    teams = {"a": "one", "b": "one", None: "support"}
    found = figures(cases, lambda _: Route(name := next(said), teams[name], 1.0), COMPANY)
    assert found["accuracy"] == 0.5
    assert found["team_accuracy"] == 0.75


def test_macro_f1_counts_a_category_never_found_as_nought() -> None:
    assert f1(["a", "a", "c"], ["a", "a", "a"]) == {"a": 0.8, "c": 0.0}


def test_no_measured_conversation_is_also_learnt() -> None:
    learnt = {one.question for one in read(REPOSITORY / "finetune" / "data" / "routing.jsonl")}
    measured = {json.loads(line)["question"] for line in CASES.read_text(encoding="utf-8").splitlines()}
    assert len(measured) >= 130
    assert not learnt & measured
