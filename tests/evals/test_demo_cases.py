"""The cases over the demo company hold: their clauses exist, say the accepted answers, and were not trained on."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.topics import topic_of
from evals.case import Case, read
from evals.judging import contains
from ingestion.company import load
from ingestion.demo.manifest import HERE, versions
from ingestion.demo.regulation import parse
from ingestion.settings import DEMO_COMPANY

ROOT = Path(__file__).parents[2]
CASES = ROOT / "evals" / "cases"
LEGAL = ROOT.parent / "shared" / "data" / "legal" / "passages.jsonl.gz"
TODAY = date(2026, 11, 22)
COMPANY = load(DEMO_COMPANY)
FAQ = yaml.safe_load((HERE / "faq.yaml").read_text(encoding="utf-8"))["entries"]
DEMO = [*read(CASES / "demo.jsonl"), *read(CASES / "demo-more.jsonl"), *read(CASES / "change.jsonl")]


def texts(reference: str, day: date) -> list[str]:
    """The clause as it stands on the day, then the approved answers that rest on it."""
    clauses = {
        f"{version.document} {label}": text
        for version in versions()
        if version.format != "faq" and version.validity.covers(day)
        for label, text in parse(version.text()).clauses().items()
    }
    return [clauses[reference], *(entry["answer"] for entry in FAQ if reference in entry["rests_on"])]


@pytest.mark.parametrize("case", [case for case in DEMO if case.expected == "reply"], ids=lambda case: case.id)
def test_an_answerable_case_names_a_clause_that_says_an_accepted_answer(case: Case) -> None:
    assert case.answers and case.relevant
    found = [text for reference in case.relevant for text in texts(reference, case.as_of or TODAY)]
    assert any(contains(text, answer) for text in found for answer in case.answers), found


def test_a_case_that_is_no_reply_has_no_answer() -> None:
    assert [case.id for case in DEMO if case.expected != "reply" and (case.answers or case.relevant)] == []


def test_the_demo_has_twenty_questions_of_which_five_are_handed_over() -> None:
    expected = [case.expected for case in read(CASES / "demo.jsonl")]
    assert len(expected) == 20 and expected.count("ticket") == 5 and expected.count("reply") == 15


def test_a_change_is_asked_the_day_before_and_the_day_it_takes_effect() -> None:
    cases = read(CASES / "change.jsonl")
    for before, after in zip(cases[::2], cases[1::2], strict=True):
        assert before.question == after.question and before.relevant == after.relevant
        assert before.as_of and after.as_of and (after.as_of - before.as_of).days == 1
        assert not contains(texts(after.relevant[0], after.as_of)[0], before.answers[0])


def test_no_answerable_case_is_swallowed_by_policy_and_every_refusal_is_declined_by_it() -> None:
    for case in DEMO:
        topic = topic_of(case.question, COMPANY)
        policy = topic.policy if topic else "answer"
        if case.expected in ("reply", "question"):
            assert policy == "answer", (case.id, topic)
        elif case.expected == "refusal":
            assert policy in ("decline", "off_topic"), case.id
        else:
            assert policy not in ("decline", "off_topic"), case.id


def test_no_case_is_a_question_of_the_faq_or_of_the_training_lines() -> None:
    lines = (ROOT / "finetune" / "data" / "demo.jsonl").read_text("utf-8").splitlines()
    trained = {json.loads(line)["question"].lower() for line in lines}
    curated = {text.lower() for entry in FAQ for text in (entry["question"], *entry["paraphrases"])}
    asked = [case.question.lower() for case in DEMO if not case.id.startswith("change-")]
    assert len(asked) == len(set(asked))
    assert set(asked) & (trained | curated) == set()


def test_questions_on_the_act_name_articles_of_it_that_say_the_answer() -> None:
    with gzip.open(LEGAL, "rt", encoding="utf-8") as lines:
        act: dict[str, Any] = {row["id"]: row["text"] for row in map(json.loads, lines) if "1996_542_" in row["id"]}
    act |= {identifier.replace("1996_542_", "Art. "): text for identifier, text in act.items()}
    cases = [case for case in read(CASES / "consumer-act.jsonl") if case.as_of == date(2010, 6, 1)]
    asked = [case for case in cases if case.expected == "reply"]
    assert len(asked) == 10 and len(cases) == 12
    for case in asked:
        found = [act[reference] for reference in case.relevant]
        assert any(contains(text, answer) for text in found for answer in case.answers), case.id
