"""The chunks of a version, as they were when it was read: DATA_DIR/chunks/<hash>.jsonl."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ingestion.documents import Chunk
from ingestion.errors import DocumentError
from ingestion.index.points import unpack
from ingestion.registry import Version


def folder(data_dir: Path) -> Path:
    return data_dir / "chunks"


def read(data_dir: Path, version: Version) -> list[Chunk]:
    """In reading order, with the version's name and days. Raises DocumentError when they can't be read."""
    path = folder(data_dir) / version.chunks_file
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DocumentError(f"The text of version {version.version} can't be read ({path}: {error.strerror}). "
                            "Run 'python -m ingestion reindex'.") from error
    found = (unpack(json.loads(line)) for line in lines)
    return [replace(chunk, version=version.version, validity=version.validity) for chunk in found]


def clauses(chunks: list[Chunk]) -> dict[str, Chunk]:
    """Whole clauses by label, in reading order: the parts of a long one joined."""
    parts: dict[str, list[Chunk]] = {}
    for chunk in sorted(chunks, key=lambda one: one.position):
        parts.setdefault(chunk.unit or chunk.clause, []).append(chunk)
    return {
        label: replace(found[0], clause=label, text="\n".join(part.text for part in found))
        for label, found in parts.items()
    }
