"""From the service's store to records: closed conversations whose customer agreed, and what agents sent instead of the
bot's words. Masked as the service masks, failing closed; nothing of people who were erased.

An exchange is one record: what was said before it, the question, and the answer to learn. An answer of the bot's that
the customer thumbed down is left out; an approved one (curated) too, since no model wrote it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chatbot import corrections, keys
from chatbot.answer import AnswerKind, Mode
from chatbot.corrections import CONSENT_GIVEN, Correction
from chatbot.errors import NotFound
from chatbot.messages import AI, CUSTOMER
from chatbot.messages import Message as Said
from chatbot.model.seam import Action
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.record import Meta, Records
from chatbot.states import HUMAN, OVER
from chatbot.subjects import Subjects
from finetune.masking import Masking, Refused, masked
from finetune.record import Basis, Consent, Message, Origin, Passage, Provenance, Record, Role
from finetune.teaching import with_found_clauses

IDLE_HOURS = 24.0
"""A conversation that nobody closed counts as closed once nothing was said in it for so long."""
EARLIER = 6
"""Messages before the question that a record keeps: serving shows a model four."""
LICENCE = "customer consent"
WORDING = "own.agree-1"
"""The widget's text that the customer agreed to (chatbot/web/strings), and its version: raise it with the text."""
ACTIONS = {AnswerKind.REPLY: Action.QUOTE, AnswerKind.QUESTION: Action.ASK, AnswerKind.REFUSAL: Action.DECLINE,
           AnswerKind.TICKET: Action.HAND_OVER}  # fmt: skip


@dataclass(slots=True)
class Exported:
    """``skipped`` counts conversations by why: no consent, not closed, erased."""

    records: list[Record] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=lambda: {"no_consent": 0, "not_closed": 0, "erased": 0})


async def export(records: Records, subjects: Subjects, masker: Masking, now: int, since: int = 0) -> Exported:
    """Everything that may become an example. ``now`` and ``since`` are in ms."""
    made = Exported()
    forgotten = subjects.forgotten()
    # One vault a record: the same name is another placeholder elsewhere, so that records can't be joined by it.
    async for found in _conversations(records, subjects, forgotten, now, since, made):
        _take(found, masker, made)
    async for correction in corrections.read(records, since):
        people = _people(subjects, correction.owner, correction.conversation)
        if correction.consent == CONSENT_GIVEN and not forgotten & set(people) and correction.sent:
            _take(_of_correction(correction, people, await _agreed(records, correction.conversation)), masker, made)
    return made


def _take(record: Record, masker: Masking, made: Exported) -> None:
    cleaned = masked(record, masker)
    if isinstance(cleaned, Refused):
        made.refused.append(cleaned)
    else:
        made.records.append(cleaned)


async def _conversations(
    records: Records, subjects: Subjects, forgotten: frozenset[str], now: int, since: int, made: Exported
) -> AsyncIterator[Record]:
    prefix = keys.conversation("")
    found = records.redis.scan_iter(match=f"{prefix}*", count=1000)
    names = [name.decode().removeprefix(prefix) async for name in found]
    for name in sorted(one for one in names if ":" not in one):
        try:
            meta = await records.meta(name)
            if meta.consent != CONSENT_GIVEN:
                made.skipped["no_consent"] += 1
                continue
            people = _people(subjects, meta.owner, meta.id)
            said = await records.transcript(meta)
            ratings = {one.decode(): records.open_json(meta, value)["rating"]
                       for one, value in (await records.redis.hgetall(keys.ratings(meta.id))).items()}
        except (NotFound, KeyDestroyed, SealDamaged):
            made.skipped["erased"] += 1
            continue
        if forgotten & set(people):
            made.skipped["erased"] += 1
        elif not _closed(meta, said, now):
            made.skipped["not_closed"] += 1
        else:
            agreed = await _agreed(records, meta.id)
            for exchange in exchanges(said, ratings, since):
                yield _of_exchange(exchange, meta, people, agreed)


@dataclass(frozen=True, slots=True)
class Exchange:
    """``number`` of the answer in its conversation."""

    number: int
    earlier: tuple[Said, ...]
    question: Said
    answer: Said
    rating: str


def exchanges(said: Sequence[Said], ratings: dict[str, str], since: int = 0) -> list[Exchange]:
    """The bot's answers worth learning, each with what came before it. Pure."""
    found = []
    for at, one in enumerate(said):
        asked = max((n for n in range(at) if said[n].author == CUSTOMER), default=None)
        rating = ratings.get(one.id, "")
        learnable = one.author == AI and one.kind in ACTIONS and one.mode != Mode.CURATED and rating != "down"
        if learnable and asked is not None and one.at >= since:
            found.append(Exchange(at, tuple(said[max(0, asked - EARLIER):asked]), said[asked], one, rating))
    return found


def _of_exchange(found: Exchange, meta: Meta, people: tuple[str, str], agreed: str) -> Record:
    passages = _passages(found.answer.citations)
    return Record(
        id=f"c-{people[1][:12]}-{found.number}", origin=Origin.CONVERSATION, language=meta.language, licence=LICENCE,
        messages=(*_talk((one.author, one.text) for one in found.earlier), Message(Role.USER, found.question.text),
                  Message(Role.ASSISTANT, found.answer.text, 1, AI)),
        provenance=Provenance("store: conversation", found.answer.mode or "", _day(found.answer.at)),
        consent=Consent(Basis.CUSTOMER, agreed, WORDING), action=ACTIONS[AnswerKind(found.answer.kind or "")],
        passages=passages, clauses=tuple(dict.fromkeys(one.key for one in passages)), customer=people[0],
        conversation=people[1], notes=("rated up",) if found.rating == "up" else (),
    )  # fmt: skip


def _of_correction(found: Correction, people: tuple[str, str], agreed: str) -> Record:
    passages = _passages(found.citations)
    made = Record(
        id=f"k-{people[1][:12]}-{found.ticket[-6:]}", origin=Origin.CORRECTION, language=found.language,
        licence=LICENCE,
        messages=(*_talk(found.history[-EARLIER:]), Message(Role.USER, found.question),
                  Message(Role.ASSISTANT, found.best, 1, "human")),
        provenance=Provenance("store: agent's reply", "agent", _day(found.at)),
        consent=Consent(Basis.CUSTOMER, agreed, WORDING), passages=passages,
        rejected=found.draft if found.draft and found.draft.strip() != found.best.strip() else None,
        customer=people[0], conversation=people[1],
        notes=tuple(one for one in (found.draft_was and f"draft {found.draft_was}", *found.reasons) if one),
    )  # fmt: skip
    return with_found_clauses(made)


def _talk(said: Any) -> tuple[Message, ...]:
    """Earlier turns; they begin with the customer's."""
    turns = [Message(Role.USER, text) if author == CUSTOMER else Message(Role.ASSISTANT, text, 0, author)
             for author, text in said]
    while turns and turns[0].role is Role.ASSISTANT:
        turns.pop(0)
    return tuple(turns)


def _passages(citations: Sequence[dict[str, Any]]) -> tuple[Passage, ...]:
    unique = {(one["document"], one["clause"]): one for one in citations}
    return tuple(Passage(text=one["text"], document=one["document"], clause=one["clause"], title=one.get("title") or "",
                         version=str(one.get("version") or ""), hash=one.get("hash") or "") for one in unique.values())


def _closed(meta: Meta, said: Sequence[Said], now: int) -> bool:
    if meta.state in OVER:
        return True
    last = max((one.at for one in said), default=meta.created)
    return meta.state not in HUMAN and not meta.busy and now - last >= IDLE_HOURS * 3_600_000


async def _agreed(records: Records, conversation: str) -> str:
    """The day of the consent."""
    at = await records.redis.hget(keys.conversation(conversation), "consent_at")
    return _day(int(at)) if at else ""


def _people(subjects: Subjects, owner: str, conversation: str) -> tuple[str, str]:
    return subjects.of(owner), subjects.of(f"conversation:{conversation}")


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()

