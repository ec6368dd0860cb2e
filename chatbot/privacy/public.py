"""Names that stand in the company's own documents: they say nothing of a customer, and a question about them can't be
answered once they are hidden ("Czy macie sklep w Krakowie?", "Kto podpisuje umowę, pani Nowak?").

A town or a surname is public when the documents have it with a capital; a given name with its surname, when the
documents have the two side by side; a given name alone never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import Token

NAMES = frozenset({Entity.GIVEN_NAME, Entity.SURNAME, Entity.CITY})


@dataclass(frozen=True, slots=True)
class PublicNames:
    """``words`` are folded lemmas of words with a capital, ``pairs`` of two such side by side ('jan nowak')."""

    words: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> PublicNames:
        """From the text of passages: about 10 µs a word, so tens of seconds for a body of 20,000 articles."""
        from chatbot.privacy.nlp import tokens

        words: set[str] = set()
        pairs: set[str] = set()
        for text in texts:
            before: Token | None = None
            for token in tokens(text):
                if not token.capital or not token.text[:1].isalpha():
                    before = None
                    continue
                words |= token.reading.lemmas
                if before is not None and not token.gap.strip(" -\u00a0"):
                    pairs |= _pairs(before, token)
                before = token
        return cls(frozenset(words), frozenset(pairs))

    def has(self, kind: Entity, found: list[Token], beside: Token | None) -> bool:
        """Whether a masked name may stay: ``found`` are its words, ``beside`` the other half of a person's name."""
        if kind is Entity.CITY:
            return all(word.reading.lemmas & self.words for word in found)
        if beside is not None:
            return any(_pairs(*pair) & self.pairs for pair in ((found[-1], beside), (beside, found[0])))
        return kind is Entity.SURNAME and all(word.reading.lemmas & self.words for word in found)


def _pairs(first: Token, second: Token) -> set[str]:
    return {f"{one} {two}" for one, two in product(first.reading.lemmas, second.reading.lemmas)}
