"""The training lines over the demo company: what they quote stands in the documents, and their frames claim nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chatbot.figures import figures
from chatbot.grounding import frame_claims_nothing
from ingestion.demo.manifest import version
from ingestion.demo.regulation import parse
from ingestion.polish import sentences

ROOT = Path(__file__).parents[2]
LINES = [json.loads(line) for line in (ROOT / "finetune/data/demo.jsonl").read_text("utf-8").splitlines()]
SOURCED = [line for line in LINES if "source" in line]


def clause(line: dict[str, Any]) -> str:
    text = parse(version(line["source"]["document"]).text()).clauses()[line["source"]["clause"]]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("line", SOURCED, ids=lambda line: line["id"])
def test_every_quote_is_a_sentence_of_its_clause_word_for_word(line: dict[str, Any]) -> None:
    assert bool(line["quote"]) == (line["action"] == "quote")
    for quote in line["quote"]:
        assert quote in sentences(clause(line))


def test_a_frame_is_short_and_claims_nothing() -> None:
    for line in LINES:
        assert len(line["opening"].split()) <= 12 and len(line["closing"].split()) <= 15, line["id"]
        assert not any(character.isdigit() for character in line["opening"] + line["closing"]), line["id"]
        if line["action"] == "quote":
            for part in (line["opening"], line["closing"]):
                assert frame_claims_nothing(part, clause(line), line["question"]), (line["id"], part)


def test_asking_back_asks_and_holds_no_figure() -> None:
    for line in LINES:
        if line["action"] == "ask":
            assert line["opening"].endswith("?") and not figures(line["opening"]), line["id"]


def test_questions_differ_and_every_action_has_its_share() -> None:
    asked = [(line["question"].lower(), json.dumps(line.get("history"))) for line in LINES]
    assert len(asked) == len(set(asked)) and len({line["id"] for line in LINES}) == len(LINES)
    actions = Counter(line["action"] for line in LINES)
    assert actions["quote"] >= 200 and min(actions[name] for name in ("ask", "hand_over", "decline")) >= 20
    assert sum(line["language"] == "en" for line in LINES) >= 0.09 * len(LINES)
