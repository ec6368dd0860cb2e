"""The company's own numbers, by patterns of its profile and those an admin has saved since.

The profile (COMPANY) is the company's word in writing; what an admin saves on the page is kept in
DATA_DIR/number-patterns.json and counts from the next message on, in every process. Each is tried before it is saved:
on its own examples, on ordinary sentences it may not match, and on texts that make a careless pattern take for ever.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from chatbot.privacy.errors import PatternError
from chatbot.privacy.expressions import checked
from chatbot.privacy.thresholds import PATTERNS
from ingestion.company import Company, NumberPattern

FILE = "number-patterns.json"
_LIST = TypeAdapter(tuple[NumberPattern, ...])


class Patterns:
    """What is masked as the company's own number. Thread-safe; a change of the file by any process is seen at once."""

    def __init__(self, company: Company, data_dir: Path) -> None:
        self.profile = validated(company.numbers)
        self._path = data_dir / FILE
        self._lock = threading.Lock()
        self._mark: tuple[int, int] | None = None
        self._saved: tuple[NumberPattern, ...] = ()

    @property
    def saved(self) -> tuple[NumberPattern, ...]:
        """What an admin has saved. Raises PatternError when the file isn't what we write: masking must not go on
        without numbers that somebody asked to be hidden."""
        with self._lock:
            try:
                status = self._path.stat()
            except FileNotFoundError:
                self._mark, self._saved = None, ()
                return ()
            mark = (status.st_ino, status.st_mtime_ns)
            if mark != self._mark:
                try:
                    self._saved = validated(_LIST.validate_json(self._path.read_bytes()))
                except ValidationError as error:
                    raise PatternError(f"{self._path} doesn't hold a list of number patterns: save them again on the "
                                       "admin page, or remove the file.") from error
                self._mark = mark
            return self._saved

    def __call__(self) -> tuple[str, ...]:
        """The regular expressions, each once."""
        return tuple(dict.fromkeys(one.pattern for one in (*self.profile, *self.saved)))

    def save(self, patterns: Iterable[NumberPattern]) -> tuple[NumberPattern, ...]:
        """Replace what an admin had saved. Raises PatternError, and then nothing has changed."""
        checked = validated(tuple(patterns))
        if len(checked) + len(self.profile) > PATTERNS:
            raise PatternError(f"{len(checked)} patterns and {len(self.profile)} of the profile are more than "
                               f"{PATTERNS}: each is tried on every message.")
        draft = self._path.with_suffix(f".{os.getpid()}.draft")
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump([one.model_dump() for one in checked], file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        return checked


def validated(patterns: tuple[NumberPattern, ...]) -> tuple[NumberPattern, ...]:
    """The patterns, if each is safe and does what its examples say. Raises PatternError naming what to change."""
    if len(patterns) > PATTERNS:
        raise PatternError(f"{len(patterns)} patterns are too many: each is tried on every message. Keep {PATTERNS}.")
    for one in patterns:
        compiled = checked(one.pattern, one.examples)
        for example in one.examples:
            if not compiled.fullmatch(example):
                raise PatternError(f"The pattern {one.pattern!r} ({one.name}) doesn't match its example {example!r}: "
                                   "mend the pattern or the example.")
        for other in one.others:
            if found := compiled.search(other):
                raise PatternError(f"The pattern {one.pattern!r} ({one.name}) finds {found[0]!r} in {other!r}, where "
                                   "it must find nothing: make it say more of the number's form.")
    return patterns
