"""Why a document is not as it should be, for a Polish reader. Errors speak English, one sentence each; the table of
`locales/reasons.pl.yaml` has what each says in Polish. Pure but for reading that table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).parent / "locales" / "reasons.pl.yaml"
_HOLE = re.compile(r"\\\{(\d)\\\}")
DEEPEST = 3
"""A reason may quote another, which may quote a third."""


def in_polish(reason: str | None, depth: int = 1) -> str | None:
    """The reason in Polish; several behind each other one by one; what the table doesn't know as it is."""
    if not reason:
        return reason
    said = []
    rest = reason.strip()
    while rest:
        fitting = [(match, polish) for pattern, polish in _table() if (match := pattern.match(rest))]
        if not fitting:
            said.append(rest)
            break
        # the sentence that ends first; of those that end together the one with more words of its own
        match, polish = min(fitting, key=lambda one: (one[0].end(), sum(map(len, one[0].groups()))))
        said.append(_filled(polish, match, depth))
        rest = rest[match.end() :].lstrip(" .")
    return " ".join(said)


def _filled(polish: str, match: re.Match[str], depth: int) -> str:
    named = {name: (in_polish(value, depth + 1) or "") if depth < DEEPEST and value.endswith(".") else value
             for name, value in match.groupdict().items()}
    return re.sub(r"\{(\d)\}", lambda hole: named[f"n{hole[1]}"], polish)


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    texts: dict[str, str] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return tuple((re.compile(_pattern(english), re.DOTALL), polish) for english, polish in texts.items())


def _pattern(english: str) -> str:
    """Names in the holes don't run over the end of a sentence where they needn't."""
    ending = "" if english.endswith((".", "}")) else r"(?=$|\. )"
    filled = _HOLE.sub(lambda hole: rf"(?P<n{hole[1]}>.+?)", re.escape(english))
    return f"{filled}{ending}" + (r"$" if english.endswith("}") else r"(?=$|\s)" if not ending else "")
