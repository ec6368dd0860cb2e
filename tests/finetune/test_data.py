"""The training lines written by hand: each one points at words that stand in its source."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingestion import polish

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "finetune" / "data"
LEGAL = ROOT.parent / "shared" / "data" / "legal"
OWN = ("statutes.jsonl", "general.jsonl")  # the other files of the folder have their own format

OPENING_WORDS, CLOSING_WORDS, TURN_WORDS = 12, 15, 22  # TURN_WORDS: an opening that stands alone, without a quote
QUOTE_WORDS = 5  # shorter ones would not point at one sentence
ACTIONS = ("quote", "hand_over", "ask", "decline")
EVALUATED_ACT = "1996_542_"  # kept for evaluation as a whole act


@cache
def passages() -> dict[str, str]:
    with gzip.open(LEGAL / "passages.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row["text"] for row in map(json.loads, lines)}


@cache
def evaluated_passages() -> frozenset[str]:
    lines = (LEGAL / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return frozenset(passage for line in lines for passage in json.loads(line)["relevant"])


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines())


def source_text(row: dict[str, Any]) -> str:
    source = row["source"]
    if source is None:
        return ""
    return passages()[source["legal"]] if "legal" in source else str(source["text"])


@pytest.fixture(params=[name for name in OWN if (DATA / name).exists()])
def lines(request: pytest.FixtureRequest) -> tuple[dict[str, Any], ...]:
    return rows(request.param)


def test_every_line_has_the_agreed_fields(lines: tuple[dict[str, Any], ...]) -> None:
    for row in lines:
        assert set(row) == {"id", "question", "language", "action", "source", "quote", "opening", "closing"}, row["id"]
        assert row["language"] in ("pl", "en") and row["action"] in ACTIONS, row["id"]
        assert row["question"].strip() and row["opening"].strip(), row["id"]


def test_ids_are_unique_over_all_files_and_no_question_repeats_over_one_source() -> None:
    every = [row for name in OWN if (DATA / name).exists() for row in rows(name)]
    assert len({row["id"] for row in every}) == len(every)
    asked = [(row["question"].casefold(), source_text(row)) for row in every]
    assert len(set(asked)) == len(asked)


def test_each_quote_stands_exactly_once_in_its_source(lines: tuple[dict[str, Any], ...]) -> None:
    for row in lines:
        for quote in row["quote"]:
            assert source_text(row).count(quote) == 1, (row["id"], quote)
            assert len(quote.split()) >= QUOTE_WORDS, (row["id"], quote)


def test_each_quote_points_at_one_sentence_as_serving_splits_them(lines: tuple[dict[str, Any], ...]) -> None:
    for row in lines:
        sentences = [" ".join(sentence.split()) for sentence in polish.sentences(source_text(row))]
        for quote in row["quote"]:
            found = [sentence for sentence in sentences if " ".join(quote.split()) in sentence]
            assert len(found) == 1, (row["id"], quote)


def test_quotes_come_in_the_order_of_the_source_and_only_where_something_is_quoted(
    lines: tuple[dict[str, Any], ...],
) -> None:
    for row in lines:
        places = [source_text(row).index(quote) for quote in row["quote"]]
        assert places == sorted(places), row["id"]
        assert 1 <= len(places) <= 2 if row["action"] == "quote" else not places, row["id"]
        assert (row["source"] is None) == (row["action"] == "decline"), row["id"]


def test_no_source_that_results_are_judged_on_is_trained_on(lines: tuple[dict[str, Any], ...]) -> None:
    for row in lines:
        legal = (row["source"] or {}).get("legal")
        if legal is not None:
            assert not legal.startswith(EVALUATED_ACT), row["id"]
            assert legal not in evaluated_passages(), row["id"]


def test_frames_are_short_and_carry_no_figures(lines: tuple[dict[str, Any], ...]) -> None:
    for row in lines:
        assert not re.search(r"\d", row["opening"] + row["closing"]), row["id"]
        allowed = OPENING_WORDS if row["action"] == "quote" else TURN_WORDS
        assert len(row["opening"].split()) <= allowed, (row["id"], row["opening"])
        assert len(row["closing"].split()) <= CLOSING_WORDS, (row["id"], row["closing"])


def test_frames_vary_and_questions_come_as_people_type_them() -> None:
    every = rows("statutes.jsonl")
    assert len({row["opening"] for row in every}) >= 60
    polish = [row["question"] for row in every if row["language"] == "pl"]
    plain = [question for question in polish if not re.search("[ąćęłńóśźż]", question.lower())]
    assert 0.05 < len(plain) / len(polish) < 0.5


def test_every_action_and_both_languages_are_taught() -> None:
    every = rows("statutes.jsonl")
    assert {row["action"] for row in every} == set(ACTIONS)
    assert {row["language"] for row in every} == {"pl", "en"}
