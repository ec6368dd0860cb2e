"""Is an admin's regular expression safe to try on every message? Compiles it, or says why not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import regex  # type: ignore[import-untyped]

from chatbot.privacy.errors import PatternError
from chatbot.privacy.thresholds import PATTERN_LENGTH, PATTERN_SECONDS, PATTERNS

_ATTACKS = ("a" * 40, "1" * 40, "A" * 40 + "!", "0" * 2000 + "x", "-" * 200, "ab" * 500 + "!", "1/" * 300 + "x",
            " " * 500, "aA1-/ " * 200 + "!", "_" * 300)
"""Texts on which patterns with nested repeats take for ever."""
_PROSE = ("Proszę o zwrot 129,99 zł za zamówienie z 3 maja 2026 r. zgodnie z § 7 ust. 2 regulaminu.",
          "Mam 34 lata i w ciągu 14 dni chcę odstąpić od umowy. How much is it?",
          "Dnia 2026-05-03 o 12:30, czyli 03.05.2026, zapłaciłam 1 299,00 zł (art. 27 ust. 1 pkt 2 lit. b).")
"""What no pattern may match: it would mask dates, amounts and words."""


def checked(pattern: str, examples: Iterable[str] = ()) -> regex.Pattern[str]:
    """The compiled pattern, bounded by non-word characters. Tried on texts made to catch catastrophic backtracking, of
    the usual kinds and of the ``examples`` themselves. Raises PatternError."""
    if not pattern or len(pattern) > PATTERN_LENGTH:
        raise PatternError(f"The pattern {pattern[:40]!r} has {len(pattern)} characters: give 1 to {PATTERN_LENGTH}.")
    try:
        compiled = regex.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
        tree = _parser.parse(pattern)
    except (regex.error, re.error) as error:
        raise PatternError(f"The pattern {pattern!r} is no regular expression: {error}.") from error
    if _nested(tree, inside=False):
        raise PatternError(f"The pattern {pattern!r} repeats a group that repeats already, or one with a choice in it, "
                           r"as in (\d+)+: one message could take minutes. Give the inner repeat a number, as \d{1,6}.")
    if compiled.search("") or any(compiled.search(prose) for prose in _PROSE):
        raise PatternError(f"The pattern {pattern!r} matches ordinary words, amounts or dates: make it say more of the "
                           r"number's form, for example UM-\d{6}.")
    for text in (*_ATTACKS, *_near(examples)):
        started = time.perf_counter()
        try:
            for _ in compiled.finditer(text, timeout=PATTERN_SECONDS):
                pass
        except TimeoutError as error:
            raise PatternError(f"The pattern {pattern!r} took over {PATTERN_SECONDS} s on {text[:12]!r}…: "
                               r"don't repeat a group that repeats already, as in (\d+)+.") from error
        if time.perf_counter() - started > 4 * PATTERN_SECONDS:
            raise PatternError(f"The pattern {pattern!r} is too slow on {text[:12]!r}…: make it simpler.")
    return compiled


def _nested(tree: Any, *, inside: bool) -> bool:
    """Whether an unbounded repeat, or a choice, stands inside an unbounded repeat: what backtracking grows
    exponentially from. Stricter than need be; a number's form needs neither."""
    for code, value in tree:
        repeat = code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
        unbounded = repeat and value[1] is codes.MAXREPEAT
        if inside and (unbounded or code is codes.BRANCH):
            return True
        for part in value if isinstance(value, tuple | list) else ():
            parts = part if isinstance(part, list) else [part]
            for one in parts:
                if isinstance(one, _parser.SubPattern) and _nested(one, inside=inside or unbounded):
                    return True
    return False


def validated(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Bare expressions as they may be used. Raises PatternError naming the pattern and what to change."""
    if len(patterns) > PATTERNS:
        raise PatternError(f"{len(patterns)} patterns are too many: each is tried on every message. Keep {PATTERNS}.")
    for pattern in patterns:
        checked(pattern)
    return patterns


def _near(examples: Iterable[str]) -> Iterator[str]:
    """Long texts that nearly match: what the pattern is for, over and over, with a wrong end."""
    for example in examples:
        yield example * (1000 // max(len(example), 1)) + "!"
        for piece in dict.fromkeys(re.findall(r"\d+|[^\W\d]+|\W+", example)):
            yield f"{example[:example.find(piece)]}{piece[:1] * 1000}\x01 {example}"  # every letter asked for is there
