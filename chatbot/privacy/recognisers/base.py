"""What our recognisers share with Presidio's registry: a name, the kinds they find, and results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from chatbot.privacy.entities import Entity
from chatbot.privacy.nlp import LANGUAGE, Token

Found = tuple[Entity, int, int, float]
"""Kind, start, end (places in the text), score before context."""


class Recogniser(LocalRecognizer):  # type: ignore[misc]
    """A subclass says which ``kinds`` it finds and finds them in ``find``."""

    kinds: tuple[Entity, ...] = ()
    numeric = False
    """Whether it reads the text with labels parted from the numbers glued to them."""

    def __init__(self, kinds: tuple[Entity, ...] | None = None, name: str | None = None) -> None:
        super().__init__(supported_entities=[str(kind) for kind in kinds or self.kinds], supported_language=LANGUAGE,
                         name=name or type(self).__name__)

    def load(self) -> None:
        """Nothing to load: the dictionary comes with the engine."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        if self.numeric:
            text = nlp_artifacts.parted
        return [RecognizerResult(str(kind), start, end, score)
                for kind, start, end, score in self.find(text, nlp_artifacts.tokens) if score > 0]

    def find(self, text: str, words: list[Token]) -> Iterator[Found]:
        raise NotImplementedError
