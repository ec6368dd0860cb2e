"""The passages that examples are written for, and those that stand beside them in a search."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bm25s

from finetune.errors import ExamplesError
from finetune.examples import Source
from ingestion import polish


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause as a search returns it: its label and its sentences in order. ``group``: the document it is of."""

    key: str
    group: str
    label: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


class Corpus:
    """Passages with BM25 over lemmas, as in serving. ``search`` gives neighbours of a question; ``find`` the source."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = {piece.key: piece for piece in pieces}
        self._groups: dict[str, list[Piece]] = {}
        for piece in pieces:
            self._groups.setdefault(piece.group, []).append(piece)
        self._index: dict[str, Any] = {}
        self.groups = sorted(self._groups)

    def joined(self, sources: Iterable[Source | None], group: str) -> Corpus:
        """This corpus with the passages that examples give in full, as one more document: they stand beside each other
        as neighbours."""
        texts = {one.key: one for one in sources if one and one.text is not None and one.key not in self.pieces}
        given = [replace(self.find(one), group=group) for one in texts.values()]
        return Corpus([*self.pieces.values(), *given]) if given else self

    def find(self, source: Source) -> Piece:
        if source.text is not None and source.key not in self.pieces:
            return Piece(source.key, source.key, source.label, tuple(polish.sentences(source.text)))
        try:
            return self.pieces[source.key]
        except KeyError:
            raise ExamplesError(
                f"There is no passage {source.key!r} in this corpus. Name one that is, or add its file to `corpus`."
            ) from None

    def has(self, source: Source | None) -> bool:
        """Whether `find` would find it; an example without a source needs none."""
        return source is None or source.text is not None or source.key in self.pieces

    def of(self, group: str) -> list[Piece]:
        """All passages of one document, in order."""
        return self._groups.get(group, [])

    def near(self, question: str, group: str, limit: int) -> list[Piece]:
        """The best matches of one document, best first, at most ``limit``; only those that share a word."""
        pieces = self._groups.get(group, [])
        if len(pieces) < 2:
            return []
        if group not in self._index:
            index = bm25s.BM25()
            index.index([polish.lemmas(f"{piece.label} {piece.text}") for piece in pieces], show_progress=False)
            self._index[group] = index
        words = [polish.lemmas(question)]
        found, scores = self._index[group].retrieve(words, k=min(limit, len(pieces)), show_progress=False)
        return [pieces[int(i)] for i, score in zip(found[0], scores[0], strict=True) if score > 0]


def passages(path: Path) -> list[Piece]:
    """A file of passages (JSON Lines, also gzipped): ids ``<document>_<article>``."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rows = [json.loads(line) for line in raw.splitlines()]
    except (OSError, ValueError) as error:
        raise ExamplesError(f"The passages {path} can't be read ({error}). Name a .jsonl or .jsonl.gz file.") from error
    return [
        Piece(f"legal:{row['id']}", row["id"].rpartition("_")[0], f"Art. {row['id'].rpartition('_')[2]}",
              tuple(polish.sentences(row["text"])))
        for row in rows
    ]  # fmt: skip
