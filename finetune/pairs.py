"""Questions with texts that answer them, for a model of embeddings: our own examples, help pages and FAQ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from finetune.corpus import passages
from finetune.errors import ExamplesError
from ingestion import polish
from ingestion.demo import manifest

_SECTION = re.compile(r",? *§.*$")
"""What parts a passage's label from its document's."""
LONGEST, ROUND_QUOTE = 900, 250
"""Characters of an article that answers, and of the part of it from the quote on."""
QUOTED = ("demo", "general", "statutes", "near", "demo-asked", "subjects", "rules", "articles", "services")
"""Files of examples whose questions are answered by a quote."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``answers``: texts any of which answers the question. Pairs of one ``group`` share answers: none of them is a
    wrong answer to another's question. ``subject``: groups of one subject have texts that are easily taken for each
    other's (the paragraphs of an article); empty where none are known."""

    question: str
    answers: tuple[str, ...]
    group: str
    subject: str = ""


def load(data: Path, statutes: Path | None, support: int) -> list[Pair]:
    """All pairs, those of help pages ``support`` times. Without the file of ``statutes`` the questions to them are
    left out. Raises ExamplesError for a file that is missing or no JSON Lines."""
    texts = {piece.key: piece.text for piece in passages(statutes)} if statutes else {}
    found = [pair for name in QUOTED for pair in _quoted(data / f"{name}.jsonl", texts)]
    return [*found, *_faq(), *(pair for _ in range(support) for pair in _support(data / "support.jsonl"))]


def _quoted(path: Path, texts: dict[str, str]) -> Iterator[Pair]:
    for row in _rows(path):
        source, quote = row.get("source"), row.get("quote")
        if row["action"] != "quote" or not source or not quote:
            continue
        if "text" in source:
            answers = [_sentences(source["text"], quote), source["text"][:LONGEST]]
            label = source.get("label", "")
            yield Pair(row["question"], tuple(answers), source["text"], _SECTION.sub("", label) or label)
            continue
        article = texts.get(f"legal:{source.get('legal')}")
        answers = _of_article(article, quote[0]) if article else []
        if "legal" not in source:
            answers = [" ".join(quote)]
        if answers:
            yield Pair(row["question"], tuple(answers), f"{sorted(source.items())}|{quote[0][:40]}")


def _sentences(text: str, quote: list[str]) -> str:
    """Those sentences that hold a piece of the quote, whole."""
    found = [one for one in polish.sentences(text) if any(" ".join(part.split()) in one for part in quote)]
    return " ".join(found) or " ".join(quote)


def _of_article(text: str, quote: str) -> list[str]:
    place = text.find(quote[:30])
    return [text[:LONGEST], *([text[place : place + ROUND_QUOTE]] if place >= 0 else [])]


def _faq() -> Iterator[Pair]:
    path = manifest.HERE / "faq.yaml"
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]:
        for question in (entry["question"], *entry.get("paraphrases", ())):
            yield Pair(question, (entry["answer"],), entry["question"])


def _support(path: Path) -> Iterator[Pair]:
    for row in _rows(path):
        for question in row["questions"]:
            yield Pair(question, (row["answer"],), row["id"])


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise ExamplesError(f"{path} can't be read ({error}). Name the folder of finetune/data.") from error
