"""From chunks to points and back. Pure.

An FAQ entry's question and each paraphrase is a point of its own beside the point of its text, so that a question is
compared with a question.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from ingestion.documents import CHUNK_NAMESPACE, Chunk, Kind, Validity
from ingestion.index.seam import ALWAYS, FOREVER, Field

_LISTS = ("headings", "questions", "rests_on")


@dataclass(frozen=True, slots=True)
class Draft:
    """A point before its vectors: ``embedded`` is what the dense vector is of, ``matched`` what BM25 sees ('' for
    none). ``digest`` changes with anything that would change the stored point, but for its vectors' model."""

    id: str
    embedded: str
    matched: str
    payload: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return str(self.payload["digest"])

    @property
    def is_question(self) -> bool:
        return str(self.payload["field"]) == Field.QUESTION


def drafts(chunk: Chunk, stands: Validity | None = None, *, never: bool = False) -> list[Draft]:
    """The point of the text, then one for each question. ``stands``: the days on which an entry may be given word for
    word (None: all of its own), which are those on which its questions are found; ``never``: on none. Its text still
    leads to the clauses it rests on."""
    text = embedded(chunk)
    found = [_draft(chunk, chunk.id, Field.TEXT, text, matched(chunk), chunk.validity)]
    if never:
        return found
    for question in dict.fromkeys(chunk.questions):
        point = str(uuid.uuid5(CHUNK_NAMESPACE, f"{chunk.id}\n{question}"))
        found.append(_draft(chunk, point, Field.QUESTION, question, "", stands or chunk.validity))
    return found


def embedded(chunk: Chunk) -> str:
    """What a chunk's vector is of: its headings and first question say what the text is about."""
    return "\n".join(part for part in (*chunk.headings, *chunk.questions[:1], chunk.text) if part)


def matched(chunk: Chunk) -> str:
    """What words are matched against: also the title, the clause's label and every paraphrase. A label of one word is
    an id, and no one asks for it."""
    label = chunk.clause if " " in chunk.clause else ""
    return "\n".join(part for part in (chunk.title, label, *chunk.headings, *chunk.questions, chunk.text) if part)


def _draft(chunk: Chunk, point: str, field: Field, dense: str, sparse: str, days: Validity) -> Draft:
    record = pack(chunk)
    body = {
        **record,
        "field": str(field),
        "chunk": chunk.id,
        "since": days.since.toordinal() if days.since else ALWAYS,
        "until": days.until.toordinal() if days.until else FOREVER,
    }
    content = json.dumps([body, dense, sparse], sort_keys=True, ensure_ascii=False).encode()
    return Draft(point, dense, sparse, {**body, "digest": hashlib.sha256(content).hexdigest()[:16]})


def pack(chunk: Chunk) -> dict[str, Any]:
    """A chunk as JSON values: in payloads and in files of chunks."""
    record = asdict(chunk)
    validity = chunk.validity
    record["kind"] = str(chunk.kind)
    record["validity"] = [day.isoformat() if day else None for day in (validity.since, validity.until)]
    for name in _LISTS:
        record[name] = list(record[name])
    return record


def unpack(record: Mapping[str, Any]) -> Chunk:
    """The reverse of `pack`; what else stands in a payload is left out."""
    since, until = (date.fromisoformat(day) if day else None for day in record["validity"])
    values = {name: record[name] for name in Chunk.__dataclass_fields__ if name in record}
    values.update({name: tuple(record[name]) for name in _LISTS})
    return Chunk(**{**values, "kind": Kind(record["kind"]), "validity": Validity(since, until)})
