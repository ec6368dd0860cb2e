"""A labelled case: a question, what counts as right, and what must happen to it. Read once, validated at the edge."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals import history
from evals.history import Message
from evals.rows import listed, numbered
from ingestion.errors import UsageError


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
    """Of a file plain or gzipped. Raises UsageError naming file, line and field."""
    cases = []
    for number, row in numbered(path):
        try:
            given = row.get("id")
            cases.append(Case.model_validate({
                **row, **{name: listed(row.get(name)) for name in ("answers", "relevant", "must_not_cite")},
                "id": str(number if given is None else given), "history": history.read(row.get("history")),
            }))  # fmt: skip
        except (ValueError, TypeError) as error:
            what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise UsageError(f"{path}:{number} is no case: {what}. See CONTRACT.md for the form.") from error
    if not cases:
        raise UsageError(f"--cases {path} holds no case.")
    return tuple(cases)
