"""The locale files promise the same texts in each language, with the same values to fill in."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest

from chatbot import texts


def test_every_language_has_the_same_keys() -> None:
    for one, other in pairwise(texts.languages()):
        assert set(texts.keys(one)) == set(texts.keys(other))


def test_every_text_takes_the_same_values_in_each_language() -> None:
    def fields(language: str, key: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(texts._texts(language)[key]) if name}

    for key in texts.keys("pl", "chat"):
        assert fields("pl", key) == fields("en", key), key


def test_every_key_that_the_code_names_is_there() -> None:
    named = re.compile(r"""say\(\s*[\w.\[\]"' ]+,\s*"([\w.]+)\"""")
    for source in Path(texts.__file__).parent.rglob("*.py"):
        for key in named.findall(source.read_text(encoding="utf-8")):
            assert key in texts.keys("pl"), f"{source.name} names {key}"


def test_an_unknown_language_is_answered_in_polish() -> None:
    assert texts.say("xx", "chat.greeting", company="Ala") == texts.say("pl", "chat.greeting", company="Ala")


def test_a_missing_key_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match=r"chat\.nowhere"):
        texts.say("pl", "chat.nowhere")


def test_every_error_the_code_raises_has_its_words() -> None:
    raised = re.compile(r"""\b(?:NotFound|Unauthorised|Forbidden|Conflict|BadInput|TooMany|Busy|Stale)\(\s*"(\w+)\"""")
    for source in Path(texts.__file__).parent.rglob("*.py"):
        for key in raised.findall(source.read_text(encoding="utf-8")):
            assert f"chat.problems.{key}" in texts.keys("pl"), f"{source.name} raises {key}"
