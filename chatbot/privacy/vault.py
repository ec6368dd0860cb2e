"""The placeholders of one conversation and what each stands for. Sealed with it; dies with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from chatbot.privacy.errors import SealDamaged
from ingestion.polish import fold

PLACEHOLDER = re.compile(r"\[\s*([^\W\d_]+(?:_[^\W\d_]+)*)[\s_]*(\d{1,4})\s*\]")
"""As we write it, and as a model may bend it: other case, lost accents, a space for the underscore."""


class Vault:
    """Not thread-safe: one conversation has one turn at a time."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._placeholders: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def placeholder(self, kind: str, value: str) -> str:
        """``[KIND_n]`` for ``value``: the same as before if the conversation has had this very spelling of it."""
        known = self._placeholders.get((kind, value))
        if known is not None:
            return known
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        made = f"[{kind}_{count}]"
        self._values[_key(kind, count)] = value
        self._placeholders[kind, value] = made
        return made

    def unmask(self, text: str) -> str:
        """``text`` with every placeholder of this conversation turned back; others stay as they are."""
        return PLACEHOLDER.sub(
            lambda match: self._values.get(_key(match[1], int(match[2])), match[0]), text)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pairs of placeholder and original, in the order they came."""
        for (_, value), placeholder in self._placeholders.items():
            yield placeholder, value

    def dump(self) -> str:
        """JSON text, to be sealed like a message: it holds the originals."""
        return json.dumps([[kind, value] for kind, value in self._placeholders], ensure_ascii=False)

    @classmethod
    def load(cls, dumped: str | None) -> Vault:
        """From ``dump``; None or empty is a new conversation. Raises SealDamaged for anything else."""
        vault = cls()
        try:
            pairs = json.loads(dumped) if dumped else []
            for kind, value in pairs:
                vault.placeholder(str(kind), str(value))
        except (ValueError, TypeError) as error:
            raise SealDamaged("A conversation's vault is not in the form we write: restore it from a backup of the "
                              "store, or go on without the originals.") from error
        return vault


def _key(kind: str, number: int) -> str:
    return f"{fold(kind).upper()}_{number}"
