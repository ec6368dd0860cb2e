"""What people name as SOURCE, as files to add: a file, a folder, or a selection of a file of passages (`file#glob`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import UsageError

MOST_FILES = 20_000
"""Of one folder; more is a mistaken path."""


@dataclass(frozen=True, slots=True)
class Source:
    """``shown`` is what was given, or the file's path within the given folder."""

    path: Path
    shown: str
    select: str | None = None


def files(sources: list[str]) -> list[Source]:
    """Hidden files are left out. Raises UsageError for a source that isn't there."""
    found: list[Source] = []
    for source in sources:
        found += _files(source)
    return found


def is_address(source: str) -> bool:
    """Whether it names a page of the web (`ingestion.web`), not a file."""
    return source.lower().startswith(("http://", "https://"))


def _files(source: str) -> list[Source]:
    path = Path(source).expanduser()
    if path.is_dir():
        inside = sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file, path))
        if not inside:
            raise UsageError(f"The folder {source} has no files.")
        if len(inside) > MOST_FILES:
            raise UsageError(f"The folder {source} has more than {MOST_FILES} files. Name a smaller one.")
        return [Source(file, str(file)) for file in inside]
    if not path.exists() and "#" in source:
        name, _, select = source.rpartition("#")
        if Path(name).expanduser().is_file():
            return [Source(Path(name).expanduser(), source, select)]
    return [Source(path, source)]


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
