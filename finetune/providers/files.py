"""Whole files of a provider's format: written from records with every refused row named, and checked, ours or not."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finetune.errors import ExamplesError
from finetune.providers.format import MEGABYTE, CannotSay, Format
from finetune.record import Record
from finetune.rendering import Chat, said, served
from finetune.teaching import Untaught

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Fault:
    """``row``: the line from 1 (0: the file itself). ``id``: the record's, where it is known."""

    row: int
    reason: str
    id: str = ""

    def __str__(self) -> str:
        where = self.id or (f"row {self.row}" if self.row else "the file")
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Written:
    rows: int
    refused: tuple[Fault, ...]
    faults: tuple[Fault, ...]
    ids: tuple[str, ...]


def export(
    records: Sequence[Record], format_: Format, path: Path, company: str, *, as_served: bool = True,
    validation: bool = False,
) -> Written:
    """Write the records that the format can say to ``path``; the others are refused and named. ``faults`` are those of
    the file as a whole (too few rows, say): it is written all the same, for a look, and is not fit to be uploaded."""
    rows: list[str] = []
    refused: list[Fault] = []
    ids: list[str] = []
    for record in records:
        chat: Chat | Untaught = served(record, company) if as_served else said(record)
        if isinstance(chat, Untaught):
            refused.append(Fault(0, chat.reason, chat.id))
            continue
        try:
            row = format_.write(chat)
        except CannotSay as error:
            refused.append(Fault(0, str(error), record.id))
            continue
        if wrong := format_.wrong(row):
            refused.append(Fault(0, "; ".join(wrong), record.id))
            continue
        rows.append(json.dumps(row, ensure_ascii=False))
        ids.append(record.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = (BOM if format_.bom else b"") + "".join(f"{row}\n" for row in rows).encode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return Written(len(rows), tuple(refused), tuple(check(path, format_, validation=validation)), tuple(ids))


def check(path: Path, format_: Format, *, validation: bool = False) -> list[Fault]:
    """Everything that the provider would refuse in a file. Raises ExamplesError where it can't be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExamplesError(f"{path} can't be read ({error.strerror}). Name a .jsonl file.") from error
    found = _of_file(data, format_)
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        return [*found, Fault(0, f"byte {error.start} is no UTF-8")]
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
        except ValueError:
            found.append(Fault(number, "it is no JSON object" if line.strip() else "the line is empty"))
            continue
        found += [Fault(number, reason) for reason in format_.wrong(value)]
    return [*found, *_of_count(len(lines), format_, validation)]


def chats(path: Path, format_: Format) -> list[Chat]:
    """The rows of a valid file, as chats."""
    lines = enumerate(path.read_bytes().removeprefix(BOM).decode().split("\n"), start=1)
    return [format_.read(json.loads(line), f"{path.stem}-{number}") for number, line in lines if line]


def _of_file(data: bytes, format_: Format) -> list[Fault]:
    found = []
    if format_.bom and not data.startswith(BOM):
        found.append(Fault(0, "it doesn't begin with a byte order mark (EF BB BF), which this provider asks for"))
    if not format_.bom and data.startswith(BOM):
        found.append(Fault(0, "it begins with a byte order mark (EF BB BF), which this provider doesn't take"))
    most = format_.limits.megabytes
    if most is not None and len(data) >= most * MEGABYTE:
        found.append(Fault(0, f"it has {len(data) / MEGABYTE:.0f} MB, and must have less than {most}"))
    return found


def _of_count(rows: int, format_: Format, validation: bool) -> list[Fault]:
    least, most = format_.limits.rows
    if validation:
        most, least = format_.limits.validation_rows, 1
    if rows < least:
        return [Fault(0, f"it has {rows} rows, and must have at least {least}")]
    return [Fault(0, f"it has {rows} rows, and may have at most {most}")] if most is not None and rows > most else []
