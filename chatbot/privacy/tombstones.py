"""Who was erased: kept outside the store, so that what comes back with a restored backup is erased again.

One JSON object a line, appended and flushed before anything is destroyed; it names nobody: a keyed hash of the customer
or a conversation's random id, and the id of the destroyed key. Keep the file (setting TOMBSTONES) out of the backup of
DATA_DIR, or copy it elsewhere after each erasure: a backup brings the file back as it was, too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.errors import SettingError

FILE = "tombstones.jsonl"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """``owner`` as in the store; ``conversation`` only where a single one of a customer's was erased; ``key`` in
    hexadecimal, empty where the key lives on; ``at`` in ms: what was written later is a new beginning."""

    owner: str
    conversation: str
    key: str
    at: int


class Tombstones:
    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, tombstone: Tombstone) -> None:
        """On disk before return."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, (json.dumps(asdict(tombstone)) + "\n").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> Iterator[Tombstone]:
        """Raises SettingError for a line that isn't one; a last line that a power cut tore off is left out, its erasure
        was never begun."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, 1):
            try:
                yield Tombstone(**json.loads(line))
            except (ValueError, TypeError) as error:
                if number == len(lines) and not line.endswith("\n"):
                    return
                raise SettingError(f"{self.path}, line {number} is no tombstone: restore the file. Without it, people "
                                   "who were erased may come back with a backup.") from error
