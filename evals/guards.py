"""`python -m evals guards`: how many harmless questions a guard refuses, and which guard."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track
from rich.table import Table

from chatbot.answer import AnswerKind, Question
from chatbot.ask import collect
from chatbot.privacy.injection import suspected
from chatbot.topics import topic_of, upset, vague, wants_human
from chatbot.verdict import Words, policy
from evals.rows import numbered
from ingestion import company as companies
from ingestion.command import Json, announced_settings, err, out, print_json, translated
from ingestion.company import Company
from ingestion.errors import UsageError

Decision = tuple[AnswerKind, str]
"""What was done with a question, and the first reason ("" for none)."""


@dataclass(slots=True)
class Outcome:
    """``refused`` holds the questions themselves, for people to read; ``counts`` all decisions that were made."""

    questions: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[Decision] = field(default_factory=Counter)

    def note(self, question: str, decision: Decision | None) -> None:
        self.questions += 1
        if decision is None:
            return
        self.counts[decision] += 1
        if decision[0] is AnswerKind.REFUSAL:
            self.refused.append((decision[1], question))

    def as_json(self) -> dict[str, Any]:
        return {
            "questions": self.questions, "refused": len(self.refused),
            "rate": round(len(self.refused) / max(1, self.questions), 4),
            "by": {f"{kind.value} {reason}".strip(): count for (kind, reason), count in sorted(self.counts.items())},
            "refused_questions": [{"reason": reason, "question": question} for reason, question in self.refused],
        }


def by_words(question: str, company: Company) -> Decision | None:
    """The decision that the question's words alone make, as in `chatbot.answering`; None: it would be answered."""
    words = Words(topic=topic_of(question, company), wants_human=wants_human(question), upset=upset(question),
                  injection=suspected(question), vague=vague(question))
    decided = policy(words)
    return (decided.action, decided.reasons[0].value) if decided else None


def read(path: Path) -> list[str]:
    """Raises UsageError naming the line that is no question."""
    questions = []
    for number, row in numbered(path):
        if "question" not in row:
            raise UsageError(f"{path}, line {number} is no query: it needs a field 'question'.")
        questions.append(str(row["question"]))
    return questions


@translated
def guards(
    queries: Annotated[Path, typer.Option(help="JSON Lines of harmless questions: {question}.")],
    whole: Annotated[bool, typer.Option(help="Through index and model too: about a second each.")] = False,
    json: Json = False,
) -> None:
    """Count the harmless questions that are refused: by their words alone, or (--whole) by anything at all."""
    if not queries.is_file():
        raise UsageError(f"{queries} is no file. Name one of JSON Lines with a field 'question'.")
    settings = announced_settings()
    company = companies.load(settings.company)
    outcome = Outcome()
    if whole:
        from chatbot.answering import open_parts

        parts = open_parts(settings)
        for question in track(read(queries), "Asking", console=err, transient=True):
            found = asyncio.run(collect(Question(question, date.today()), parts))
            outcome.note(question, (found.kind, found.verdict.reasons[0].value if found.verdict.reasons else ""))
    else:
        for question in read(queries):
            outcome.note(question, by_words(question, company))
    if json:
        print_json(outcome.as_json())
        return
    shown = Table("decision", "reason", "questions")
    for (kind, reason), count in sorted(outcome.counts.items()):
        shown.add_row(kind.value, reason or "-", str(count))
    out.print(shown)
    for reason, question in outcome.refused:
        out.print(f"{reason}: {question}", markup=False)
    out.print(f"{len(outcome.refused)} of {outcome.questions} refused ({100 * outcome.as_json()['rate']:.2f}%).")
