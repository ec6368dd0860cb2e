"""Examples as people write them: one JSON object a line, checked at this edge."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chatbot.model.seam import Action, Turn
from finetune.errors import ExamplesError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Strict):
    """The passage an example was written for: of a file of passages (``legal``: its id), of a document of the demo
    company (``document`` and ``clause``), or given in full (``text`` and ``label``; ``stands_for`` is the key of the
    clause it is, where that is known)."""

    legal: str | None = None
    document: str | None = None
    clause: str | None = None
    text: str | None = None
    label: str = ""
    stands_for: str | None = None

    @property
    def key(self) -> str:
        """The same for all examples of one clause: what a split must not part."""
        if self.text is not None:
            return self.stands_for or "text:" + hashlib.sha256(self.text.encode()).hexdigest()[:16]
        return f"legal:{self.legal}" if self.legal else f"{self.document}:{self.clause}"

    @model_validator(mode="after")
    def _one(self) -> Source:
        if sum(value is not None for value in (self.legal, self.document, self.text)) != 1:
            raise ValueError("give exactly one of legal, document and text")
        return self


class Said(_Strict):
    author: Literal["customer", "ai", "human"]
    text: str


class Example(_Strict):
    """``quote``: the beginning, or a part, of each sentence that answers. ``source`` may be missing only where no
    passage is meant (`decline`)."""

    id: str
    question: str
    language: Literal["pl", "en"]
    action: Action
    source: Source | None = None
    quote: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""
    history: tuple[Said, ...] = ()
    subjects: tuple[str, ...] = Field((), description="hashes of whom it came from (chatbot.subjects)")

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(Turn(said.author, said.text) for said in self.history)

    @property
    def key(self) -> str:
        return self.source.key if self.source else f"example:{self.id}"

    @model_validator(mode="after")
    def _whole(self) -> Example:
        if self.action is Action.QUOTE and not (self.quote and self.source):
            raise ValueError("a quote needs its source and the beginning of at least one sentence")
        if self.action is Action.ASK and not self.opening:
            raise ValueError("asking back needs the question, as opening")
        return self


def read(paths: list[Path]) -> list[Example]:
    """All examples of these files, in order. Raises ExamplesError naming file and line."""
    examples: list[Example] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise ExamplesError(f"The examples {path} can't be read ({error.strerror}). Name a .jsonl file.") from error
        for number, line in enumerate(lines, start=1):
            where = f"{path}, line {number}"
            if not line.strip():
                continue
            try:
                example = Example.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"])
                raise ExamplesError(f"{where}: {field}: {first['msg']}.") from error
            if example.id in seen:
                raise ExamplesError(f"{where}: the id {example.id!r} stands at {seen[example.id]} already.")
            seen[example.id] = where
            examples.append(example)
    return examples
