"""The texts people read, out of `locales/<language>/<namespace>.yaml`: ``say("pl", "chat.greeting", company="…")``.

Each file is one namespace; a key is the namespace and the path inside the file, joined by dots. A key that is absent
in a language raises KeyError, and `tests/chatbot/test_texts.py` holds the languages to the same keys and values.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOCALES = Path(__file__).parent / "locales"
DEFAULT_LANGUAGE = "pl"


def say(language: str | None, key: str, **values: object) -> str:
    """The text of ``key`` with its ``{values}`` filled in; an unknown language is read as Polish."""
    texts = _texts(language if language in languages() else DEFAULT_LANGUAGE)
    if key not in texts:
        raise KeyError(f"No text {key!r} in {LOCALES / (language or DEFAULT_LANGUAGE)}: add it there.")
    return texts[key].format(**values) if values else texts[key]


def day(language: str | None, value: date) -> str:
    """1 stycznia 2026 r.; 1 January 2026."""
    months = say(language, "dates.months").split()
    return say(language, "dates.day", day=value.day, month=months[value.month - 1], year=value.year)


def keys(language: str, namespace: str = "") -> tuple[str, ...]:
    """Every key of a language, or of one namespace of it."""
    return tuple(key for key in _texts(language) if key.startswith(f"{namespace}." if namespace else ""))


@cache
def languages() -> tuple[str, ...]:
    return tuple(sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))


@cache
def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in sorted((LOCALES / language).glob("*.yaml")):
        _flatten(file.stem, yaml.safe_load(file.read_text(encoding="utf-8")) or {}, texts)
    return texts


def _flatten(prefix: str, value: Any, into: dict[str, str]) -> None:
    if isinstance(value, dict):
        for name, below in value.items():
            _flatten(f"{prefix}.{name}", below, into)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            _flatten(f"{prefix}.{number}", below, into)
    else:
        into[prefix] = str(value)
