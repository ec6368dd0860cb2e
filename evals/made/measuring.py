"""What masking makes of made sentences, by kind and by way of writing; and of texts in which nobody is named."""

from __future__ import annotations

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chatbot.privacy.entities import Entity
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from evals.made.sentences import Made
from evals.shares import Count

_WORD = re.compile(r"\w+")
_NO_VALUE = re.compile(r"ul|ulica|al|aleja|pl|plac|os|osiedle|m|lok|r|roku|at|dot|pl|tel", re.IGNORECASE)
"""Words inside an address or a number that say nothing of a person."""


@dataclass
class Report:
    """``groups`` are ways of writing a kind; ``over`` are words masked outside every identifier, of ``words``."""

    kinds: dict[Entity, Count] = field(default_factory=lambda: defaultdict(Count))
    groups: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    leaks: list[tuple[str, str]] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    words: int = 0
    sentences: int = 0
    ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        return {
            "types": {str(kind): count.figures(always=True) for kind, count in sorted(self.kinds.items())},
            "ways": {group: count.figures(always=True) for group, count in sorted(self.groups.items())},
            "over_masked_per_1000_words": round(1000 * len(self.over) / max(self.words, 1), 3),
            "words": self.words,
            "sentences": self.sentences,
            "ms_p50": round(statistics.median(self.ms), 2) if self.ms else None,
        }


def measure(sentences: Iterable[Made], masker: Masker) -> Report:
    """Numbers count by their digits: what is left of one may not hold a digit or a word of it. Damaged ways (slips in
    names, mistyped checks) count in their groups, not in the kinds."""
    report = Report()
    masker.warm()
    for one in sentences:
        began = time.perf_counter()
        found = masker.mask(one.text, Vault()).entities
        report.ms.append((time.perf_counter() - began) * 1000)
        report.sentences += 1
        hidden = bytearray(len(one.text))
        for piece in found:
            hidden[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
        tagged = bytearray(len(one.text))
        for value in one.pieces:
            tagged[value.start : value.end] = b"\1" * (value.end - value.start)
            written = one.text[value.start : value.end]
            leaked = any(
                not all(hidden[value.start + word.start() : value.start + word.end()])
                for word in _WORD.finditer(written)
                if not _NO_VALUE.fullmatch(word[0])
            )
            report.groups[value.group].add(leaked=leaked)
            if not re.search(r"\((typo|mistyped)\)|_part", value.group):
                report.kinds[value.kind].add(leaked=leaked)
            if leaked:
                report.leaks.append((value.group, f"«{written}» in «{one.text}»"))
        for word in _WORD.finditer(one.text):
            if not any(tagged[word.start() : word.end()]):
                report.words += 1
                if all(hidden[word.start() : word.end()]):
                    report.over.append(f"{word[0]}: {one.text}")
    return report


def plain(texts: Iterable[str], masker: Masker) -> Report:
    """Texts of which nothing is to be hidden: every masked word counts."""
    return measure((Made(text, ()) for text in texts), masker)
