"""Every reason that a person may read is there in Polish."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingestion
from ingestion.reasons import in_polish

ROOT = Path(ingestion.__file__).parent
ERRORS = {"DocumentError", "NeedsPassword", "NeedsOcr", "WebError", "RefusedAddress", "PageGone"}


def messages() -> Iterator[str]:
    """What the readers and the fetcher raise, with something for each value."""
    for path in sorted(ROOT.rglob("*.py")):
        if {"index", "demo"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
                text = filled(node.args[0])
                if text and re.search(r"[a-z]{3}", text.replace("wartość", "")):
                    yield text


def filled(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "wartość" for part in node.values)
    return ""


@pytest.mark.parametrize("message", sorted(set(messages())))
def test_every_reason_has_its_polish(message: str) -> None:
    polish = str(in_polish(message))
    assert polish != message
    assert not re.search(r"\b(the|is|can't|and|it|was|has)\b", polish), polish


def test_what_a_reason_names_is_kept_and_reasons_in_a_row_are_told_in_a_row() -> None:
    told = in_polish("skan v1.2.png is a picture. Run OCR on it and add the result. a.txt is empty. "
                     "Add a file that has text.")  # fmt: skip
    assert told == ("skan v1.2.png to obraz. Rozpoznaj tekst (OCR) i dodaj wynik. "
                    "Plik a.txt jest pusty. Dodaj plik z tekstem.")  # fmt: skip


def test_an_unknown_reason_stays_as_it_is() -> None:
    assert in_polish("Something new.") == "Something new."
    assert in_polish(None) is None
