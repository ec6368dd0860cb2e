"""Every number a gate decides by, with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Aim(StrEnum):
    """What the data is for."""

    ANSWERS = "answers"
    PREFERENCES = "preferences"
    TONE = "tone"
    PROVIDER = "provider"


FEWEST = {Aim.ANSWERS: 200, Aim.PREFERENCES: 100, Aim.TONE: 50, Aim.PROVIDER: 10}
"""Rows to learn from. Answers: 480 examples gave F1 0.41 on PoQuAD, none 0.07 (docs/experiments.md). Preferences and
tone: our choice, below which a run repeated with another seed says something else. Provider: OpenAI's and Azure's."""
FEWEST_HELD_OUT = {Aim.ANSWERS: 30, Aim.PREFERENCES: 20, Aim.TONE: 10, Aim.PROVIDER: 0}
"""Rows to judge by: with 30, a share is known to ± 18 points. A provider splits by itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares are of rows unless said otherwise, from 0 to 1."""

    trained_tokens: tuple[float, float] = (0.01, 0.75)
    """Share of a set's tokens that carry loss. The shipped set has 0.05; below 0.01 the labels were masked away
    (unsloth#1881), above 0.75 the prompt is being learnt too."""
    truncated: float = 0.02
    """Longer than the trainer reads, or an answering sentence cut by the prompt's own limits."""
    kept: float = 0.5
    """Share of an answering sentence that must be left of it; serving shortens long sentences too, in the middle."""
    duplicates: float = 0.02
    """Same question, answer and passages, case, punctuation and diacritics aside."""
    near_duplicates: float = 0.05
    near: float = 93.0
    """rapidfuzz ratio of two folded texts from which they are nearly the same: a word of ten changed. Of the 984,921
    pairs of the shipped questions two lie between 80 and 93, and both ask for different things."""
    near_letters: int = 16
    """Shorter questions ("Do kiedy?") are compared for being the same only."""
    giving_up: tuple[float, float] = (0.10, 0.50)
    """Share that hands over: fewer and it never learns to, more and it learns little else."""
    declining: float = 0.30
    """Largest share that declines."""
    named: int = 5
    """Rows named in one reason."""


LIMITS = Limits()

TRAINABLE: tuple[tuple[str, bool], ...] = (
    ("apache-2.0", True), ("mit", True), ("bsd", True), ("isc", True), ("cc0", True), ("unlicense", True),
    ("cc-by-3.0", True), ("cc-by-4.0", True), ("cc by 3.0", True), ("cc by 4.0", True), ("public domain", True),
    ("cc-by-sa", False), ("cc by-sa", False), ("gpl", False), ("own", False), ("customer consent", False),
)  # fmt: skip
"""Beginnings of licences that allow training, and whether the adapter may be passed on (data/README: GPL-3 and CC BY-SA
texts only in one that stays local). ``own``: the company's texts; ``customer consent``: its customers' words; they
leave no installation. What is not here is refused: ask, then add it."""
FORBIDDEN = ("nc", "nd", "noncommercial", "noderivatives", "measure", "proprietary", "unknown", "none")
"""Words of a licence that forbid it, whatever else it says."""
