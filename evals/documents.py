"""`python -m evals documents FOLDER`: every file becomes passages, or is named with a reason a person understands."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from ingestion import sandbox
from ingestion.chunking import chunks
from ingestion.command import Json, err, out, print_json, translated
from ingestion.documents import Status, Validity
from ingestion.errors import DocumentError, UsageError

CRASHED = ("crashed its parser", "brought down its parser", "can't be parsed", "stopped its parser")
"""What the sandbox says of a parser that ended without an answer, or with an error nobody foresaw."""
HUNG = ("to read. Split it",)
"""And of one that was ended for taking too long, or too much."""


@dataclass(slots=True)
class Outcome:
    """``failed`` counts reasons; ``named`` is each file that isn't indexed, with its status and reason."""

    files: int = 0
    indexed: int = 0
    crashed: int = 0
    hung: int = 0
    silent_empty: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    named: list[tuple[str, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "files": self.files, "indexed": self.indexed, "failed": dict(self.failed), "crashed": self.crashed,
            "hung": self.hung, "silent_empty": self.silent_empty, "seconds": round(self.seconds, 1),
            "named": [{"file": file, "status": status, "reason": reason} for file, status, reason in self.named],
        }  # fmt: skip


def measure(files: list[Path], wall_seconds: float = sandbox.WALL_SECONDS) -> Outcome:
    """Parse and chunk each file as `ingestion add` does, without embedding."""
    outcome = Outcome(files=len(files))
    began = time.monotonic()
    for path in track(files, description="Reading documents", console=err, transient=True):
        try:
            text = sandbox.parse(path, wall_seconds=wall_seconds)
        except DocumentError as error:
            _count(outcome, path, error)
            continue
        made = chunks(text, document=path.stem, version="1", validity=Validity(), source=str(path))
        if any(any(letter.isalnum() for letter in chunk.text) for chunk in made):
            outcome.indexed += 1
        else:
            outcome.silent_empty += 1
    outcome.seconds = time.monotonic() - began
    return outcome


def _count(outcome: Outcome, path: Path, error: DocumentError) -> None:
    reason = str(error)
    outcome.crashed += any(words in reason for words in CRASHED)
    outcome.hung += any(words in reason for words in HUNG)
    outcome.named.append((path.name, error.status, reason))
    outcome.failed[error.status if error.status != Status.FAILED else _kind(reason, path.name)] += 1


def _kind(reason: str, name: str) -> str:
    """The reason without the file's own name and figures, so that like ones are counted together."""
    return " ".join(reason.replace(name, "").split(". ")[0].split("(")[0].strip(" :").split()) or "failed"


@translated
def documents(
    folder: Annotated[Path, typer.Argument(help="Folder of files, read whole.")],
    json: Json = False,
) -> None:
    """Read every file of FOLDER: how many become passages, and why the others don't."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Name one that holds documents.")
    outcome = measure(sorted(path for path in folder.rglob("*") if path.is_file()))
    if json:
        print_json(outcome.as_json())
        return
    shown = Table("file", "status", "reason")
    for row in outcome.named:
        shown.add_row(*row)
    out.print(shown)
    out.print(
        f"{outcome.indexed} of {outcome.files} files become passages; {outcome.crashed} crashes, {outcome.hung} hangs, "
        f"{outcome.silent_empty} silent empties, {outcome.seconds:.1f} s."
    )
