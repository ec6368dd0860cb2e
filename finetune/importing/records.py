"""Talks as masked records: one for each answer to the customer, with what was said before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from chatbot.model.seam import Action
from chatbot.subjects import Subjects
from chatbot.topics import language_of
from finetune.export import EARLIER
from finetune.importing.talk import Fault, Found, Talk
from finetune.masking import Masking, Refused, masked
from finetune.record import Basis, Consent, Message, Origin, Provenance, Record, Role, faults
from finetune.teaching import with_found_clauses


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a whole file. ``consent``: on what ground its customers' words may be used; empty: on none, and
    then the gate refuses them."""

    file: str
    licence: str
    consent: str = ""
    language: str = "pl"


@dataclass(frozen=True, slots=True)
class Imported:
    records: tuple[Record, ...]
    faults: tuple[Fault, ...]


def of_talks(found: Iterable[Found], about: About, masker: Masking, subjects: Subjects) -> Imported:
    """Rows with a fault are left out and named; so are those whose masking fails."""
    records: dict[str, Record] = {}
    wrong: list[Fault] = []
    for one in found:
        if isinstance(one, Fault):
            wrong.append(one)
            continue
        for record in _records(one, about, subjects):
            if shape := faults(record):
                wrong.append(Fault(one.where, "; ".join(shape)))
                continue
            cleaned = masked(record, masker, one.where)
            if isinstance(cleaned, Refused):
                wrong.append(Fault(cleaned.where, cleaned.reason))
            else:
                records.setdefault(cleaned.id, cleaned)  # the same row twice in a file is one example
    return Imported(tuple(records.values()), tuple(wrong))


def _records(talk: Talk, about: About, subjects: Subjects) -> list[Record]:
    turns = _merged(talk.said)
    while turns and turns[0][0] is Role.ASSISTANT:
        turns.pop(0)
    made = []
    for at, (role, text) in enumerate(turns):
        if role is not Role.ASSISTANT or text in talk.context:
            continue
        before = turns[max(0, at - 1 - EARLIER):at]
        while before and before[0][0] is Role.ASSISTANT:
            before.pop(0)
        last = at == len(turns) - 1
        messages = (*((Message(Role.SYSTEM, talk.system),) if talk.system else ()),
                    *(Message(one, said) for one, said in before), Message(role, text, 1))  # fmt: skip
        made.append(with_found_clauses(Record(
            id=_id(about.file, talk, at), origin=Origin.IMPORT, licence=about.licence, messages=messages,
            language=talk.language[:2].lower() or _language(messages, about),
            provenance=Provenance(f"import: {about.file}", about.consent, datetime.now(UTC).date().isoformat()),
            consent=Consent(Basis.STATED if about.consent else Basis.NONE, wording=about.consent),
            action=Action(talk.action) if talk.action else None, rejected=talk.rejected if last else None,
            passages=talk.passages, customer=subjects.of_customer(talk.customer) if talk.customer else None,
        )))  # fmt: skip
    return made


def _merged(said: tuple[tuple[Role, str], ...]) -> list[tuple[Role, str]]:
    """Neighbours of one side as one turn."""
    turns: list[tuple[Role, str]] = []
    for role, text in said:
        if turns and turns[-1][0] is role:
            turns[-1] = (role, f"{turns[-1][1]}\n\n{text}")
        else:
            turns.append((role, text))
    return turns


def _language(messages: tuple[Message, ...], about: About) -> str:
    return language_of(" ".join(one.content for one in messages if one.role is Role.USER), about.language)


def _id(file: str, talk: Talk, at: int) -> str:
    """The same for the same words, so that a file imported twice gives the same records; says nothing of the person."""
    words = "\n".join((*(text for _, text in talk.said), talk.rejected or ""))
    return f"i-{hashlib.sha256(f'{file}:{talk.id}:{words}'.encode()).hexdigest()[:12]}-{at}"
