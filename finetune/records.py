"""Files of canonical records (JSON Lines): read with errors that name line and field, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finetune.errors import ExamplesError
from finetune.record import Record, faults

_RECORD = TypeAdapter(Record)


def parse(value: str | bytes | dict[str, Any], where: str) -> Record:
    """Raises ExamplesError with ``where`` and the field."""
    try:
        record = _RECORD.validate_python(value) if isinstance(value, dict) else _RECORD.validate_json(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise ExamplesError(f"{where}: {field}: {first['msg']}.") from error
    if wrong := faults(record):
        raise ExamplesError(f"{where}: record {record.id!r}: {'; '.join(wrong)}.")
    return record


def read(path: Path) -> list[Record]:
    """Every record of a file, in order. Raises ExamplesError naming file, line and field, or an id there twice."""
    found: list[Record] = []
    seen: dict[str, int] = {}
    for number, line in lines(path):
        record = parse(line, f"{path}, line {number}")
        if record.id in seen:
            raise ExamplesError(f"{path}, line {number}: the id {record.id!r} is in line {seen[record.id]} already.")
        seen[record.id] = number
        found.append(record)
    return found


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not empty, with their numbers from 1; a byte order mark is skipped."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ExamplesError(f"{path} can't be read ({reason}). Name a .jsonl file in UTF-8.") from error
    # Not splitlines(): U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def holds_records(path: Path) -> bool:
    """Whether a JSON Lines file holds records rather than the trainer's examples: by its first line."""
    first = next(lines(path), None)
    return first is not None and '"messages"' in first[1]


def dump(record: Record) -> str:
    """One line. Fields that are empty, and a weight of 0, are left out."""
    return json.dumps(_filled(asdict(record)), ensure_ascii=False)


def write(path: Path, records: Iterable[Record]) -> int:
    """Replaces ``path``; how many were written. The file is readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    count = 0
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        for record in records:
            file.write(dump(record) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return count


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one not in (None, "", ()) and one != 0}
    return [_filled(one) for one in value] if isinstance(value, (list, tuple)) else value
