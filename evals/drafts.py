"""What the service would say to each case in each mode, sent or not, with its signals and whether it is right.

Each mode is asked for by itself: once with every curated match let through and no model, once with no curated answer
and every quote let through. So a fit of either mode, and of both one after the other, needs no further run; with
`evals.proposals` and a file of drafts it takes seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from chatbot.answer import Mode
from chatbot.answering import Parts
from chatbot.calibration import Rule
from chatbot.model.fake import FakeModel
from chatbot.retrieval import Search
from chatbot.topics import topic_of
from evals.calibration import Point
from evals.case import Case
from evals.judging import judge
from evals.metrics import Outcome
from evals.run import run
from ingestion.documents import Chunk
from ingestion.errors import UsageError
from ingestion.search import Found, SearchRequest

OPEN = Rule(p_wrong=1.0, intercept=0.0, weights={})


@dataclass(frozen=True, slots=True)
class Drafted:
    """One case. ``points``: a draft by mode, where the mode has one that only the score could hold back."""

    case: str
    group: str
    topic: str | None
    points: dict[Mode, Point]


def draft(cases: Sequence[Case], parts: Parts, today: date) -> list[Drafted]:
    """Ask every case once in each mode."""
    parts = replace(parts, search=Once(parts.search))
    curated_only = replace(parts, model=FakeModel(), thresholds=replace(parts.thresholds, modes={Mode.CURATED: OPEN}))
    quoted_only = replace(parts, thresholds=replace(parts.thresholds, modes={Mode.QUOTED: OPEN}))
    return paired(cases, parts, run(cases, curated_only, today), run(cases, quoted_only, today))


def paired(
    cases: Sequence[Case], parts: Parts, curated: Iterable[Outcome], quoted: Iterable[Outcome]
) -> list[Drafted]:
    found = []
    for case, *outcomes in zip(cases, curated, quoted, strict=True):
        topic = topic_of(case.question, parts.company)
        name, group = topic.name if topic else None, group_of(case)
        points = {
            outcome.answer.mode: Point(
                dict(outcome.answer.signals), outcome.right, group, name, said=outcome.answer.text
            )
            for outcome in outcomes
            if outcome.answer is not None and outcome.replied and outcome.answer.mode is not None
            and outcome.answer.signals  # what changed between versions is read off them, and no score decides it
        }
        found.append(Drafted(case.id, group, name, points))
    return found


def judged_anew(drafts: Sequence[Drafted], cases: Iterable[Case]) -> list[Drafted]:
    """Drafts with these labels in place of those they were made with; drafts of other cases are left out."""
    labels = {case.id: case for case in cases}
    return [
        replace(one, group=group_of(case), points={
            mode: replace(point, right=judge(point.said, case.answers).right, group=group_of(case))
            for mode, point in one.points.items()
        })
        for one in drafts if (case := labels.get(one.case)) is not None
    ]  # fmt: skip


class Once:
    """A search that remembers what it found, as each case is asked in several modes."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._found: dict[SearchRequest, Found] = {}

    def search(self, request: SearchRequest) -> Found:
        if request not in self._found:
            self._found[request] = self._search.search(request)
        return self._found[request]

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        return self._search.clause(document, clause, as_of)


def group_of(case: Case) -> str:
    """Cases on one clause belong together; a case without a clause stands alone."""
    return case.relevant[0] if case.relevant else case.id


def save(drafts: Sequence[Drafted], path: Path) -> None:
    path.write_text("".join(json.dumps(_row(one), ensure_ascii=False) + "\n" for one in drafts), encoding="utf-8")


def load(path: Path) -> list[Drafted]:
    """Raises UsageError naming the file and line."""
    found, number = [], 0
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            number += 1
            row = json.loads(line)
            points = {
                Mode(mode): Point(one["numbers"], one["right"], row["group"], row["topic"], said=one["said"])
                for mode, one in row["points"].items()
            }
            found.append(Drafted(row["case"], row["group"], row["topic"], points))
    except OSError as error:
        raise UsageError(f"--drafts {path} can't be read ({error.strerror}). Make it with --save-drafts.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}:{number} is no draft of ours ({error}). Make it anew with --save-drafts.") from error
    return found


def _row(one: Drafted) -> dict[str, Any]:
    points = {
        mode.value: {"numbers": dict(p.numbers), "right": p.right, "said": p.said} for mode, p in one.points.items()
    }
    return {"case": one.case, "group": one.group, "topic": one.topic, "points": points}
