"""Which rows are trained on and which are held out: by source clause and by customer, neither of them on both sides.

A clause's side follows from its name alone, so it never changes when examples are added. What would lie on both sides
(an answer over clauses of two sides; a customer of a held-out row) is left out of training. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Split(Generic[T]):
    train: tuple[T, ...]
    held_out: tuple[T, ...]
    left_out: tuple[T, ...]


def held_out(key: str, share: float) -> bool:
    """Whether a source clause belongs to the evaluation side."""
    return drawn(f"split:{key}", share)


def drawn(name: str, share: float) -> bool:
    """Whether a name is among this share of all names: always the same ones, whatever else there is."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) < share * 2**32


def split(
    rows: Sequence[T], keys: Callable[[T], Collection[str]], subjects: Callable[[T], Collection[str]], share: float
) -> Split[T]:
    """``keys``: a row's clauses (its own id where it has none). ``subjects``: hashes of whom it came from."""
    train: list[T] = []
    held: list[T] = []
    left: list[T] = []
    for row in rows:
        sides = {held_out(key, share) for key in keys(row)}
        (left if len(sides) > 1 else held if True in sides else train).append(row)
    known = {subject for row in held for subject in subjects(row)}
    both = [row for row in train if known & set(subjects(row))]
    kept = [row for row in train if not known & set(subjects(row))]
    return Split(tuple(kept), tuple(held), (*left, *both))
