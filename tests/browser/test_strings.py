"""The pages' texts: the same in both languages, none missing, none for a thing the code doesn't know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chatbot.answer import Mode, Reason
from chatbot.states import State
from chatbot.thresholds import Thresholds
from ingestion import company as companies
from ingestion.documents import Status
from ingestion.settings import DEMO_COMPANY

WEB = Path(__file__).parents[2] / "chatbot" / "web"
PARSES_HTML = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
PLURALS = {"one", "few", "many", "other"}
TEXTS = {name: json.loads((WEB / "strings" / f"{name}.json").read_text(encoding="utf-8")) for name in ("pl", "en")}
SOURCES = [file for pattern in ("**/*.js", "*.html") for file in WEB.glob(pattern)]


def leaves(node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, dict) and not set(node) <= PLURALS:
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    else:
        yield path


def holes(text: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", json.dumps(text)))


def find(language: str, key: str) -> Any:
    node: Any = TEXTS[language]
    for part in key.split("."):
        node = node[part]
    return node


def test_both_languages_say_the_same_things() -> None:
    assert set(leaves(TEXTS["pl"])) == set(leaves(TEXTS["en"]))
    for key in leaves(TEXTS["pl"]):
        assert holes(find("pl", key)) == holes(find("en", key)), key


def test_polish_plurals_have_all_their_forms() -> None:
    for key in leaves(TEXTS["pl"]):
        if isinstance(found := find("pl", key), dict):
            assert set(found) == PLURALS, key


def test_every_text_that_a_page_asks_for_exists() -> None:
    asked = set()
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        if file.name != "strings.js":
            asked |= set(re.findall(r'say\("([\w.]+)"', text))
        if file.suffix == ".html":
            asked |= set(re.findall(r'data-(?:text|label)="([\w.]+)"', text))
    assert len(asked) > 60
    for key in asked:
        find("pl", key)


@pytest.mark.parametrize(("group", "names"), [
    ("reasons", [one.value for one in Reason]),
    ("chat.states", [one.value for one in State]),
    ("chat.modes", [one.value for one in Mode]),
    ("statuses", [one.value for one in Status]),
    ("thresholds", [one.name for one in fields(Thresholds) if one.name != "origin"] + ["risk", "p_wrong"]),
    ("teams", sorted({topic.team for topic in companies.load(DEMO_COMPANY).topics})),
])
def test_what_the_code_names_has_a_text(group: str, names: list[str]) -> None:
    for language in TEXTS:
        assert set(names) <= set(find(language, group)), language


def test_pages_hold_no_inline_script_or_style_and_name_no_other_host() -> None:
    for file in SOURCES:
        text = file.read_text(encoding="utf-8")
        assert not re.search(PARSES_HTML, text), file
        if file.suffix == ".html":
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), file
        hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"www.w3.org"}
        assert not hosts, (file, hosts)


def test_no_script_is_longer_than_400_lines() -> None:
    for file in WEB.glob("**/*.js"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 400, file
