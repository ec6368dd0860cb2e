"""Text without personal data, and back: what the model, the logs and the training sets see.

Presidio finds (our recognisers over our Polish engine), weighs what it found by context, and replaces; the vault
remembers what stood there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.vault import Vault

if TYPE_CHECKING:  # it imports Presidio
    from chatbot.privacy.public import PublicNames


@dataclass(frozen=True, slots=True)
class Hidden:
    """One masked piece: ``start`` and ``end`` are places in the original text."""

    kind: Entity
    start: int
    end: int
    placeholder: str
    score: float


@dataclass(frozen=True, slots=True)
class Masked:
    """``text`` may go to a model or a log. ``entities`` are in the order of the text."""

    text: str
    entities: tuple[Hidden, ...]


class Masker:
    """Thread-safe. ``patterns`` are the admin's regular expressions of contract and customer numbers, or what gives
    the present ones (`patterns.Patterns`); ``public`` are names of the company's own documents
    (`public.PublicNames.of`), which stay readable. The service, the commands and the exports open theirs with
    `opening.open_masker`.

    Made in no time; the first ``mask`` (or ``warm``) loads Presidio, which imports spaCy and torch. Raises PatternError
    then for a pattern that `expressions.checked` refuses.
    """

    def __init__(self, patterns: tuple[str, ...] | Callable[[], tuple[str, ...]] = (),
                 public: PublicNames | None = None) -> None:
        self._patterns = patterns if callable(patterns) else lambda: patterns
        self._public = public
        self._engines: tuple[tuple[str, ...], Any, Any] | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Load now what the first message would wait for."""
        self._loaded()

    def mask(self, text: str, vault: Vault) -> Masked:
        """``text`` with each piece of personal data replaced by its placeholder; ``vault`` learns the new ones."""
        if not text.strip():
            return Masked(text, ())
        analyzer, replacer = self._loaded()
        spans = replacer.resolved(text, analyzer.analyze(text, language="pl"))
        if self._public is not None:
            spans = replacer.without_public(text, spans, self._public)
        spans = replacer.with_known(text, spans, vault)
        hidden = tuple(
            Hidden(span.kind, span.start, span.end,
                   vault.placeholder(lexicon().placeholders[span.kind], text[span.start:span.end]), span.score)
            for span in spans
        )  # in reading order, so that the first name is [IMIĘ_1]
        return Masked(replacer.replaced(text, spans, vault), hidden)

    def unmask(self, text: str, vault: Vault) -> str:
        """``text`` with this conversation's placeholders turned back into what they stand for."""
        return vault.unmask(text)

    def _loaded(self) -> tuple[Any, Any]:
        patterns = self._patterns()
        with self._lock:
            if self._engines is None or self._engines[0] != patterns:
                from chatbot.privacy.engine import Replacer, analyzer  # imports Presidio, spaCy and torch: 3 s

                self._engines = patterns, analyzer(patterns), Replacer()
            return self._engines[1:]
