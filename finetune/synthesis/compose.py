"""A question and what is said to it, as a record over clauses and their neighbours. Pure, and the same every time: each
choice follows from the text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chatbot.grounding import squeeze
from chatbot.model.seam import Action
from finetune.corpus import Corpus, Piece
from finetune.record import Basis, Consent, Message, Origin, Passage, Pii, Provenance, Record, Role
from ingestion.company import Company
from ingestion.documents import Chunk
from ingestion.polish import sentences

WORDING = Path(__file__).parent / "pl.yaml"
NEIGHBOURS = 2
"""Other clauses shown beside the right one, or in place of it."""


@dataclass(frozen=True, slots=True)
class Sources:
    """``clauses``: whole clauses in force; ``faq``: approved answers with their questions."""

    clauses: Sequence[Chunk]
    faq: Sequence[Chunk]
    company: Company


class Composer:
    """``chunks``: the Polish clauses by key. ``by`` and ``on`` of a record say who wrote its question, and when."""

    def __init__(self, sources: Sources, licence: str) -> None:
        self.licence = licence
        self.wording: dict[str, Any] = yaml.safe_load(WORDING.read_text(encoding="utf-8"))
        self.chunks = {key_of(one): one for one in sources.clauses if one.language == "pl"}
        self._corpus = Corpus([Piece(key, "all", one.clause, tuple(sentences(one.text)))
                               for key, one in self.chunks.items()])  # fmt: skip

    def quoting(
        self, asked: str, chunk: Chunk, quoted: Sequence[str], how: str, provenance: Provenance | None = None
    ) -> Record:
        near = self.near(asked, without=chunk)
        shown = [chunk, *near] if number(asked) % 3 else [*near[:1], chunk, *near[1:]]
        mark = shown.index(chunk) + 1
        parts = (self.pick("openings", asked), f"„{squeeze(' '.join(quoted))}” [{mark}]", self.pick("closings", asked))
        said = " ".join(filter(None, parts))
        return self.record(asked, Action.QUOTE, said, shown, how, clauses=(key_of(chunk),), provenance=provenance)

    def record(
        self, asked: str, action: Action, said: str, shown: Sequence[Chunk], how: str, *,
        clauses: tuple[str, ...] = (), provenance: Provenance | None = None,
    ) -> Record:
        return Record(
            id=f"s-{number(f'{action}:{asked}'):08x}", origin=Origin.SYNTHETIC, language="pl", licence=self.licence,
            messages=(Message(Role.USER, asked.strip()), Message(Role.ASSISTANT, said, 1)),
            provenance=provenance or Provenance("synthesised", how), consent=Consent(Basis.COMPANY), pii=Pii.CLEAN,
            action=action, passages=tuple(passage(one) for one in shown), clauses=clauses, notes=(how,),
        )  # fmt: skip

    def near(self, asked: str, without: Chunk | None = None) -> list[Chunk]:
        """The clauses that a search would show for it, at most NEIGHBOURS."""
        found = self._corpus.near(asked, "all", NEIGHBOURS + 2)
        left = [one.key for one in found if without is None or one.key != key_of(without)]
        return [self.chunks[key] for key in left[:NEIGHBOURS]]

    def pick(self, name: str, text: str) -> Any:
        return self.wording[name][number(f"{name}:{text}") % len(self.wording[name])]


def key_of(chunk: Chunk) -> str:
    return f"{chunk.document}:{chunk.clause}"


def passage(chunk: Chunk) -> Passage:
    return Passage(chunk.text, chunk.document, chunk.clause, chunk.title, chunk.version, chunk.hash)


@cache
def number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
