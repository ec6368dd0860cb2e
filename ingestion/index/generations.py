"""Generations of the embedded index: immutable folders, and one pointer file that names the one which is read.

DATA_DIR/index/
    current                 the generation's id; replaced by rename, so a reader sees the old or the new one
    <id>/shard/             the engine's files
    <id>/snapshot.json      what it was built from: the register, the model, the mean lengths
    <id>.building/          half-built; whoever builds next removes it
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from ingestion.errors import SearchIndexError
from ingestion.index.edge import EdgeBuilder, EdgeIndex
from ingestion.index.engine import KEPT, Snapshot

BUILDING = ".building"


class EdgeEngine:
    """Only who holds the index lock may build, switch and clean up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str | None:
        """None before the first switch."""
        try:
            return (self.folder / "current").read_text().strip() or None
        except FileNotFoundError:
            return None

    def shard(self, generation: str) -> Path:
        return self.folder / generation / "shard"

    def open(self, generation: str) -> EdgeIndex:
        return EdgeIndex(self.shard(generation), generation)

    def begin(self, generation: str, base: str | None, dim: int) -> EdgeBuilder:
        """Left-overs of earlier builds go; then a copy of ``base``, or an empty generation."""
        for left in self.folder.glob(f"*{BUILDING}"):
            shutil.rmtree(left, ignore_errors=True)
        folder = self._building(generation)
        folder.mkdir(parents=True, mode=0o700)
        if base is not None:
            shutil.copytree(self.shard(base), folder / "shard", copy_function=_copy)
        return EdgeBuilder(folder / "shard", dim)

    def open_built(self, generation: str) -> EdgeIndex:
        return EdgeIndex(self._building(generation) / "shard", generation)

    def _building(self, generation: str) -> Path:
        return self.folder / f"{generation}{BUILDING}"

    def snapshot(self, generation: str | None) -> Snapshot | None:
        """Raises SearchIndexError when the generation is there but can't be read."""
        if generation is None:
            return None
        path = self.folder / generation / "snapshot.json"
        try:
            return Snapshot.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise SearchIndexError(f"The index generation {generation} can't be read ({path}: {error}). "
                                   "Run 'python -m ingestion rollback', or remove DATA_DIR/index and add the "
                                   "documents again.") from error

    def switch(self, snapshot: Snapshot) -> None:
        building = self._building(snapshot.generation)
        file = building / "snapshot.json"
        file.write_text(snapshot.model_dump_json())
        for path in [building, *building.rglob("*")]:
            _sync(path)
        building.rename(self.folder / snapshot.generation)
        _sync(self.folder)
        self._point(snapshot.generation)

    def rollback(self) -> Snapshot:
        """To the generation before the current one, be that readable or not. Raises SearchIndexError when none is
        kept."""
        before = self._before(self.current())
        if before is None or not self.shard(before).is_dir():
            raise SearchIndexError("There is no earlier index generation to roll back to: "
                                   f"the last {KEPT} are kept, and this is the oldest.")
        found = self.snapshot(before)
        if found is None:
            raise SearchIndexError(f"The index generation {before} has no snapshot.")
        self._point(before)
        return found

    def _before(self, generation: str | None) -> str | None:
        """Its parent; of one that doesn't say, the newest of the older ones."""
        try:
            snapshot = self.snapshot(generation)
            return snapshot.parent if snapshot else None
        except SearchIndexError:
            names = (path.parent.name for path in self.folder.glob("*/snapshot.json"))
            return max((one for one in names if one < str(generation) and not one.endswith(BUILDING)), default=None)

    def clean(self) -> None:
        if not self.folder.is_dir():
            return
        for left in self.folder.glob(f"*{BUILDING}"):
            shutil.rmtree(left, ignore_errors=True)
        kept = set(self.kept())
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def kept(self) -> list[str]:
        return self.line()[:KEPT]

    def line(self) -> list[str]:
        """The current generation, its parent, its parent's …, as far as they are kept."""
        found = []
        generation = self.current()
        while generation is not None and self.shard(generation).is_dir():
            found.append(generation)
            with suppress(SearchIndexError):
                snapshot = self.snapshot(generation)
                generation = snapshot.parent if snapshot else None
                continue
            break
        return found

    def _point(self, generation: str) -> None:
        pointer = self.folder / f"current.{os.getpid()}"
        pointer.write_text(generation)
        _sync(pointer)
        pointer.rename(self.folder / "current")
        _sync(self.folder)


def _copy(source: str, target: str) -> str:
    """Holes stay holes: the engine's files are made large at once, and a small index is nearly all holes."""
    if sys.platform != "linux":
        return shutil.copyfile(source, target)
    with Path(source).open("rb", buffering=0) as old, Path(target).open("wb", buffering=0) as new:
        size = os.fstat(old.fileno()).st_size
        os.truncate(new.fileno(), size)
        start = 0
        while start < size:
            try:
                start = os.lseek(old.fileno(), start, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing but a hole is left
                    break
                raise
            end = os.lseek(old.fileno(), start, os.SEEK_HOLE)
            os.lseek(new.fileno(), start, os.SEEK_SET)
            while start < end:
                start += os.sendfile(new.fileno(), old.fileno(), start, end - start)
    return target


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
