"""What changed between two versions of a document, by clause. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.documents import Chunk


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is None for an added clause, ``after`` for a removed one."""

    clause: str
    before: str | None
    after: str | None


def changes(before: Iterable[Chunk], after: Iterable[Chunk]) -> list[Change]:
    """In the order of the newer version; what was removed comes last. White space doesn't count."""
    old, new = _by_clause(before), _by_clause(after)
    found = [Change(clause, old.get(clause), text) for clause, text in new.items()
             if clause not in old or old[clause].split() != text.split()]
    return found + [Change(clause, text, None) for clause, text in old.items() if clause not in new]


def _by_clause(chunks: Iterable[Chunk]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for chunk in sorted(chunks, key=lambda one: one.position):
        texts.setdefault(chunk.clause, []).append(chunk.text)
    return {clause: "\n".join(parts) for clause, parts in texts.items()}
