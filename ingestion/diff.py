"""What changed between two versions of a document, by clause. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingestion.chunk_files import clauses
from ingestion.documents import Chunk

SAME_CLAUSE = 0.6
"""Share of words in the same order; a clause that keeps as much under a new number is the same. Set by us."""
MOST_COMPARED = 400
"""Unmatched clauses a side; beyond that a text is another text, and comparing each with each takes minutes."""


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` is None for an added clause, ``after`` for a removed one; ``was`` the label it had before, where it
    was renumbered. Chunks here are whole clauses."""

    clause: str
    before: Chunk | None
    after: Chunk | None
    was: str | None = None

    @property
    def only_moved(self) -> bool:
        """Another number, the same words."""
        return self.before is not None and self.after is not None and _words(self.before) == _words(self.after)


def changes(before: Iterable[Chunk], after: Iterable[Chunk]) -> list[Change]:
    """In the order of the newer version; what was removed comes last. White space doesn't count.

    A clause is compared with the one of its words, then with the one most like it (its own number first), and only then
    with whatever stood under its number: an inserted § 1 is one change, not one of every clause behind it.
    """
    old, new = clauses(list(before)), clauses(list(after))
    same = {label for label in new if label in old and _words(old[label]) == _words(new[label])}
    left = {label: clause for label, clause in old.items() if label not in same}
    open_ = {label: clause for label, clause in new.items() if label not in same}
    pairs = _paired(left, open_)
    found = [
        Change(label, old[pairs[label]] if label in pairs else None, clause, was if was != label else None)
        for label, clause in open_.items()
        for was in (pairs.get(label, label),)
    ]  # fmt: skip
    gone = left.keys() - set(pairs.values())
    return found + [Change(label, clause, None) for label, clause in left.items() if label in gone]


def _paired(old: Mapping[str, Chunk], new: Mapping[str, Chunk]) -> dict[str, str]:
    """New label → old label."""
    by_words: dict[tuple[str, ...], list[str]] = {}
    for label, clause in old.items():
        by_words.setdefault(_words(clause), []).append(label)
    found: dict[str, str] = {}
    for label, clause in new.items():
        if known := by_words.get(_words(clause)):
            found[label] = known.pop(0)
    rest = {label: clause for label, clause in old.items() if label not in found.values()}
    open_ = {label: clause for label, clause in new.items() if label not in found}
    if max(len(rest), len(open_)) <= MOST_COMPARED:
        for label, clause in open_.items():
            if was := _most_like(label, clause, rest):
                found[label] = was
                del rest[was]
    return found | {label: label for label in open_ if label not in found and label in rest}


def _most_like(label: str, clause: Chunk, rest: Mapping[str, Chunk]) -> str | None:
    """Its own number if that kept enough of the words, else the clause that did most of all."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(_words(clause))
    best, most = None, SAME_CLAUSE
    for was in sorted(rest, key=lambda one: one != label):
        matcher.set_seq1(_words(rest[was]))
        if matcher.real_quick_ratio() > most and matcher.quick_ratio() > most and matcher.ratio() > most:
            best, most = was, matcher.ratio()
            if was == label:
                break
    return best


def _words(clause: Chunk) -> tuple[str, ...]:
    return tuple(clause.text.split())
