"""Presidio's NLP engine for Polish, ours and offline (its default fetches a spaCy model from the network).

Tokens carry their place in the text and their folded lemmas; English passes through it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from chatbot.privacy.dictionary import Reading, read, read_repaired, read_unaccented

LANGUAGE = "pl"
"""The one language of the engine; Polish and English messages both go through it."""
_GLUED = (r"(?<![^\W_])(?i:pesel|nip|regon|iban|nrb|kont[oa]|kontem|rachunek|rachunku|kart[ayęą]|tel|telefonu?"
          r"|dow[oó]du?|paszportu?|(?:nr|numer)(?=_?\d{6}))(?=_?(?:[A-Za-z]{2,3})?\d{3})")
"""A label with its number glued to it: 'PESEL44051401359', 'NIP_…', 'IBANPL61…'."""
_PARTING = re.compile(rf"{_GLUED}_?")
_WORD = re.compile(rf"{_GLUED}|" r"[|!@€$1]?\w+(?:[@€$|!(+#<'’]+\w+)*[|€$@](?=\s|$)|[|!@€$]?\w+(?:[@€$|!(+#<'’]+\w+)*")
_POLISH = re.compile("[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]")
_POLITE = frozenset({"pan", "pani", "panstwo", "twoj", "wasz", "ty", "wy"})
"""Folded lemmas written with a capital for politeness, also by those who write names small."""
LONG_WORD = 3
"""Letters; shorter ones stand in capitals for other reasons."""
MOST_IN_CAPITALS = 0.6
"""Share of the long words in capitals that makes a text one written so."""
MOST_SIGNS = 2
"""'PESEL' alone is an abbreviation."""
_SENTENCE_END = re.compile(r"[.!?…:;*•\n]|[„\"'»]\s*$")
_INITIAL = re.compile(r"[A-ZĆŁŚŹŻ]|Cz|St|Sz|Wł|Zb")
_AFTER_INITIAL = re.compile(r"\.[ \u00a0]{0,2}")


@dataclass(frozen=True, slots=True)
class Token:
    """``start`` and ``end`` are places in the text; ``gap`` is what stands between this token and the one before;
    ``opens``: it may have its capital from opening a sentence, a quotation or a line; ``unmarked``: the text is written
    small or in capitals throughout, so that case says nothing here; ``unaccented``: the text has no Polish letter."""

    text: str
    start: int
    end: int
    gap: str
    opens: bool
    capital: bool = field(default=False)
    shouted: bool = field(default=False)
    unmarked: bool = field(default=False)
    unaccented: bool = field(default=False)

    def __len__(self) -> int:
        return len(self.text)

    @property
    def reading(self) -> Reading:
        """As written; of a word in capitals only, as it would be written in prose."""
        return self._read(self.text.capitalize() if self.shouted else self.text)

    @property
    def named(self) -> Reading:
        """As the word would be read with a capital."""
        return self._read(self.text.capitalize())

    @property
    def small(self) -> Reading:
        """As the word would be read without one."""
        return self._read(self.text.lower())

    @property
    def repaired(self) -> Reading:
        found = self.reading
        return found if found.known else read_repaired(self.text.capitalize() if self.shouted else self.text)

    @property
    def lemmas(self) -> frozenset[str]:
        return self._read(self.text.lower() if self.shouted else self.text).lemmas

    def _read(self, word: str) -> Reading:
        return read_unaccented(word) if self.unaccented else read(word)


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    end = 0
    unaccented = _POLISH.search(text) is None
    for match in _WORD.finditer(text):
        word, gap = match[0], text[end:match.start()]
        letters = [letter for letter in word if letter.isalpha()]
        found.append(Token(
            word, match.start(), match.end(), gap,
            opens=not found or (bool(_SENTENCE_END.search(gap)) and not _initialled(found[-1].text, gap, word)),
            capital=word[:1].isupper(),
            shouted=len(letters) > 1 and all(letter.isupper() for letter in letters),
            unaccented=unaccented,
        ))
        end = match.end()
    small, large = _small(found), _large(found)
    return [replace(one, unmarked=True) if (one.shouted if large else not one.capital or one.opens) else one
            for one in found] if small or large else found


def parted(text: str) -> str:
    """``text`` as long as before, with a space for the last sign of a label that its number is glued to."""
    return _PARTING.sub(lambda match: match[0][:-1] + " ", text)


def is_initial(word: Token) -> bool:
    return _INITIAL.fullmatch(word.text) is not None or (word.unmarked and len(word) == 1 and word.text.isalpha())


def first_initial(words: list[Token], at: int) -> int:
    """Where the initials before the word at ``at`` begin; ``at`` itself when there are none."""
    while at > 0 and is_initial(words[at - 1]) and _AFTER_INITIAL.fullmatch(words[at].gap):
        at -= 1
    return at


def _initialled(before: str, gap: str, word: str) -> bool:
    """'J. Kowalski' is one name: the full stop ends no sentence there. In 'pkt A. Dane osobowe' it does."""
    if not _AFTER_INITIAL.fullmatch(gap) or not _INITIAL.fullmatch(before):
        return False
    named = read(word.capitalize())
    return len(word) == 1 or named.surname or not named.known


def _small(words: list[Token]) -> bool:
    """Whether nothing but openings of sentences has a capital: whoever wrote it writes names small too."""
    return not any(one.capital and not one.opens and not one.shouted and one.text[1:].islower()
                   and not one.lemmas & _POLITE for one in words)


def _large(words: list[Token]) -> bool:
    long = [one.shouted for one in words if len(one) >= LONG_WORD]
    return sum(long) >= MOST_IN_CAPITALS * max(len(long), MOST_SIGNS)


class PolishNlp(NlpEngine):  # type: ignore[misc]
    """No named entities of its own: the recognisers read the tokens."""

    engine_name = "polish"

    def load(self) -> None:
        read("Warszawa")

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        found = tokens(text)
        artifacts = NlpArtifacts([], found, [token.start for token in found], [], None, language)
        artifacts.parted = parted(text)
        return artifacts

    def process_batch(self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1,
                      **kwargs: Any) -> Iterator[tuple[str, NlpArtifacts]]:
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return not any(character.isalnum() for character in word)

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]
