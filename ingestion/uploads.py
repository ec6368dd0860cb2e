"""Files as they were added, by the hash of their content: DATA_DIR/uploads/<sha256>."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingestion.errors import DocumentError

PIECE = 1 << 20
"""Bytes read at a time."""


def folder(data_dir: Path) -> Path:
    return data_dir / "uploads"


def path(data_dir: Path, upload: str) -> Path:
    return folder(data_dir) / upload


def keep(data_dir: Path, source: Path) -> str:
    """Copy a file in; its hash. Raises DocumentError when it can't be read."""
    try:
        with source.open("rb") as file:
            return keep_pieces(data_dir, iter(lambda: file.read(PIECE), b""))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        if error.filename != str(source) and error.filename is not None:
            raise
        raise DocumentError(f"{source} can't be read ({error.strerror}). Name a file you may read.") from error


def keep_pieces(data_dir: Path, pieces: Iterable[bytes] | Iterator[bytes]) -> str:
    """Write content in, whole or not at all; its hash."""
    where = folder(data_dir)
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = where / f".{secrets.token_hex(8)}"
    digest = hashlib.sha256()
    try:
        with temporary.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(where / digest.hexdigest())
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest()
