"""A labelled case: a question, what counts as right, and what must happen to it. Read once, validated at the edge."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.errors import UsageError


class Message(BaseModel):
    """One earlier message of a case's conversation."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    author: Literal["customer", "ai", "human"] = "customer"
    text: str


class Case(BaseModel):
    """The contract's case. ``expect`` is what must happen; it follows from ``answers`` where a file doesn't say.
    ``must_not_cite`` names documents that are wrong to cite, such as one no longer in force."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str = Field(min_length=1)
    answers: tuple[str, ...] = ()
    relevant: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()
    topic: str | None = None
    as_of: date | None = None
    must_not_cite: tuple[str, ...] = ()
    expect: Literal["reply", "ticket", "question", "refusal"] | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.answers)

    @property
    def expected(self) -> str:
        return self.expect or ("reply" if self.answers else "ticket")


def read(path: Path) -> tuple[Case, ...]:
    """Raises UsageError naming file, line and field."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"--cases {path} can't be read ({error.strerror}).") from error
    cases = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            cases.append(
                Case.model_validate(
                    {
                        **raw,
                        "id": str(raw.get("id", number)),
                        "relevant": [str(item) for item in raw.get("relevant", ())],
                    }
                )
            )
        except (ValueError, ValidationError) as error:
            what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise UsageError(f"{path}:{number} is no case: {what}. See CONTRACT.md for the form.") from error
    if not cases:
        raise UsageError(f"--cases {path} holds no case.")
    return tuple(cases)
