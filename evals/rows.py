"""Files of JSON Lines as evals read them: plain or gzipped, told by their bytes; and the fields they share."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.errors import UsageError

_GZIP = b"\x1f\x8b"


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Raises UsageError naming the line that is no object."""
    return (row for _, row in numbered(path))


def numbered(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its line, from 1. Raises UsageError."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP)) == _GZIP
        with gzip.open(path, "rt", encoding="utf-8-sig") if zipped else path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _row(line, path, number)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} can't be read ({reason}). Name a file of JSON Lines.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error.reason}). Save it in UTF-8.") from error


def listed(value: Any) -> list[str]:
    """A list's field as texts: null is an empty one, a single value one of itself. Empty texts don't count."""
    found = [] if value is None else value if isinstance(value, list) else [value]
    return [str(one) for one in found if one is not None and str(one).strip()]


def _row(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{path}, line {number} is not JSON ({error}).") from error
    if not isinstance(row, dict):
        raise UsageError(f"{path}, line {number} is not an object.")
    return row
