"""Decisions on the records of one file: an append-only log beside it, the last word on each record counts.

``export.jsonl`` has ``export.decisions.jsonl`` and, of what was accepted, ``export.reviewed.jsonl``. Each line of the
log holds the hashes of its record's people, so that an erasure finds it (`chatbot.subjects`).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatbot.subjects import Subjects
from finetune import records
from finetune.errors import ExamplesError
from finetune.record import Decision, Record, Review


class Decisions:
    """Not for several writers: one page, one process. ``file`` is the file under review."""

    def __init__(self, file: Path, subjects: Subjects) -> None:
        self.file = file
        self.log = file.with_suffix(".decisions.jsonl")
        self.result = file.with_suffix(".reviewed.jsonl")
        self._subjects = subjects
        self.originals = {record.id: record for record in records.read(file)}
        self.decided: dict[str, Record] = {}
        for number, line in records.lines(self.log) if self.log.is_file() else ():
            self._take(line, f"{self.log}, line {number}")

    def current(self, id_: str) -> Record:
        """As decided, or as it came. Raises KeyError."""
        return self.decided.get(id_) or self.originals[id_]

    def decide(self, id_: str, record: Record, decision: Decision | None, by: str) -> Record:
        """Keep a decision on disk; None takes the last one back. Returns the record as it now stands."""
        review = Review(decision, by, datetime.now(UTC).isoformat(timespec="seconds")) if decision else None
        made = replace(record, review=review) if decision else self.originals[id_]
        line = {"id": id_, "decision": decision.value if decision else None, "by": by,
                "at": datetime.now(UTC).isoformat(timespec="seconds"), "customer": record.customer,
                "conversation": record.conversation, "record": json.loads(records.dump(made)) if decision else None}
        with self._subjects.locked():
            descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        if decision:
            self.decided[id_] = made
        else:
            self.decided.pop(id_, None)
        return made

    def finish(self) -> int:
        """Write what was accepted or edited; how many. People erased meanwhile are left out."""
        gone = self._subjects.forgotten()
        kept = [one for id_ in self.originals if (one := self.decided.get(id_)) and one.review
                and one.review.decision is not Decision.DROPPED and not gone & set(one.subjects)]
        with self._subjects.locked():
            return records.write(self.result, kept)

    def counts(self) -> dict[str, int]:
        said = [one.review.decision.value for one in self.decided.values() if one.review]
        return {"all": len(self.originals), "left": len(self.originals) - len(said),
                **{one.value: said.count(one.value) for one in Decision}}

    def _take(self, line: str, where: str) -> None:
        try:
            found: dict[str, Any] = json.loads(line)
            id_, kept = found["id"], found["record"]
        except (ValueError, KeyError, TypeError) as error:
            raise ExamplesError(f"{where}: it is no decision of ours. Restore the file, or take it out.") from error
        if id_ not in self.originals:  # erased meanwhile, or another export under this name
            return
        if kept is None:
            self.decided.pop(id_, None)
        else:
            self.decided[id_] = records.parse(kept, where)


def edited(record: Record, changes: dict[str, Any]) -> Record:
    """The record with a reviewer's question, answer, action, clauses or rejected answer. Pure."""
    messages = list(record.messages)
    if "answer" in changes:
        messages[-1] = replace(messages[-1], content=changes["answer"].strip())
    if "question" in changes:
        at = max(at for at, one in enumerate(messages[:-1]) if one.role == "user")
        messages[at] = replace(messages[at], content=changes["question"].strip())
    known = {one.key for one in record.passages}
    return replace(
        record, messages=tuple(messages), action=changes.get("action", record.action),
        clauses=tuple(one for one in changes.get("clauses", record.clauses) if one in known),
        rejected=changes.get("rejected", record.rejected),
    )
