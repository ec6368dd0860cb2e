"""Files that nothing needs any more: uploads and chunks of versions that no kept generation knows.

A file younger than GRACE stays: it may be of a job that is under way.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ingestion import chunk_files, uploads
from ingestion.registry import Register

GRACE = 86_400.0
"""Seconds. Longer than any job waits, five tries and a night without a worker included; a parked job's file goes."""


def collect(data_dir: Path, kept: Iterable[Register], queued: Iterable[str] = ()) -> int:
    """Remove what neither these registers nor queued jobs (``queued``: uploads) name; how many files went."""
    registers = list(kept)
    versions = [one for register in registers for document in register.documents.values() for one in document.versions]
    wanted = {one.upload for one in versions} | set(queued)
    chunks = {one.chunks_file for one in versions}
    gone = 0
    for folder, names in ((uploads.folder(data_dir), wanted), (chunk_files.folder(data_dir), chunks)):
        for path in _old(folder):
            if path.name not in names:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _old(folder: Path) -> Iterator[Path]:
    latest = time.time() - GRACE
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # another worker was faster
                if path.is_file() and path.stat().st_mtime < latest:
                    yield path
