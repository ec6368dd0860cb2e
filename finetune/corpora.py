"""The corpus of a run, from the files and folders its arguments name."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from chatbot import adapter
from chatbot.adapter import DataOf
from finetune.arguments import Passages, located
from finetune.corpus import Corpus, Piece, passages
from finetune.errors import ExamplesError
from ingestion import polish, sources
from ingestion.demo import manifest


def load(places: tuple[Passages, ...]) -> tuple[Corpus, tuple[DataOf, ...]]:
    """All passages with what the manifest says of them. Raises ExamplesError for a place that is not there, unless it
    is optional."""
    pieces: list[Piece] = []
    found = []
    for place in places:
        path = located(place.path)
        if not path.exists():
            if place.optional:
                continue
            raise ExamplesError(f"The corpus {path} is not there. Name a file of passages or a folder of documents.")
        own = _read(path)
        pieces += own
        digest = folder_hash(path) if path.is_dir() else adapter.file_hash(path)
        found.append(DataOf(name=path.name, licence=place.licence, hash=digest, examples=len(own)))
    return Corpus(pieces), tuple(found)


def _read(path: Path) -> list[Piece]:
    if path == manifest.HERE:
        return demo()
    return documents(path) if path.is_dir() else passages(path)


def documents(folder: Path) -> list[Piece]:
    """The clauses of a folder's documents, as the index has them. Keys are ``<file's stem>:<clause label>``."""
    pieces = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".pdf", ".docx", ".md"}:
            continue
        for clause in sources.read(path).clauses:
            said = tuple(polish.sentences(clause.text))
            if said and clause.label:
                pieces.append(Piece(f"{path.stem}:{clause.label}", path.stem, clause.label, said))
    return pieces


def demo() -> list[Piece]:
    """The newest version of each of the demo company's documents."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for version in {one.document: one for one in manifest.versions() if one.format != "faq"}.values():
            (folder / f"{version.document}.md").write_text(version.text(), encoding="utf-8")
        return documents(folder)


def folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(f"{path.name}:{adapter.file_hash(path)}\n".encode())
    return digest.hexdigest()
