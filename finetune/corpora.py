"""The corpus of a run, from the files and folders its arguments name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from chatbot import adapter
from chatbot.adapter import DataOf
from finetune.arguments import Passages, located
from finetune.corpus import Corpus, Piece, passages
from finetune.errors import ExamplesError


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
        own = documents(path) if path.is_dir() else passages(path)
        pieces += own
        digest = folder_hash(path) if path.is_dir() else adapter.file_hash(path)
        found.append(DataOf(name=path.name, licence=place.licence, hash=digest, examples=len(own)))
    return Corpus(pieces), tuple(found)


def documents(folder: Path) -> list[Piece]:
    """The clauses of a folder's documents, as the index has them. Keys are ``<file name>:<clause label>``."""
    from ingestion import polish, sources

    pieces = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in {".pdf", ".docx", ".md"}:
            continue
        for clause in sources.read(path).clauses:
            said = tuple(polish.sentences(clause.text))
            if said and clause.label:
                pieces.append(Piece(f"{path.name}:{clause.label}", path.name, clause.label, said))
    return pieces


def folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(f"{path.name}:{adapter.file_hash(path)}\n".encode())
    return digest.hexdigest()
