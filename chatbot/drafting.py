"""A drafted answer: its sentences, its citations and the signals it is judged by; and the frame round a quote. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chatbot import texts
from chatbot.answer import Citation, Mode, Question
from chatbot.grounding import frame_claims_nothing
from chatbot.model.seam import Proposal
from chatbot.verdict import Signals
from ingestion.company import Company
from ingestion.documents import Chunk

RECENT_CHANGE = timedelta(days=365)
"""A clause that came into force within this time, or that will end, is answered "as it stands today"."""


@dataclass(frozen=True, slots=True)
class Draft:
    """``signals`` is None when there was nothing to draft from. ``ask`` is the question back that the model wants;
    ``written`` all that the model wrote, shown or not."""

    mode: Mode | None = None
    sentences: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    signals: Signals | None = None
    ask: str = ""
    written: str = ""


def cite(chunk: Chunk, quote: str) -> Citation:
    """Freeze the clause as it is now."""
    return Citation(
        document=chunk.document,
        version=chunk.version,
        clause=chunk.clause,
        quote=quote,
        title=chunk.title,
        text=chunk.text,
        hash=chunk.hash,
        source=chunk.source,
        valid_from=chunk.validity.since,
        valid_until=chunk.validity.until,
    )


def frame(
    proposal: Proposal | None, quote: str, question: Question, language: str, chunk: Chunk, company: Company
) -> tuple[str, str]:
    """The opening and closing round a quote: the adapter's where they claim nothing, else the locale's. A clause in
    another language than the customer's is always announced as that."""
    if proposal is None:
        opening, closing = texts.say(language, "answering.degraded.opening"), ""
    else:
        foreign = chunk.language != language
        opening = texts.say(language, f"answering.quoted.{'opening_foreign' if foreign else 'opening'}")
        closing = texts.say(language, "answering.quoted.closing")
        names = (company.name,)
        if proposal.opening and not foreign and frame_claims_nothing(proposal.opening, quote, question.text, names):
            opening = proposal.opening
        if frame_claims_nothing(proposal.closing, quote, question.text, names):
            closing = proposal.closing
    if not question.as_of_stated and _changes(chunk, question):
        closing = " ".join(part for part in (texts.say(language, "answering.quoted.as_of_today"), closing) if part)
    return opening, closing


def _changes(chunk: Chunk, question: Question) -> bool:
    since = chunk.validity.since
    recent = since is not None and question.as_of - since <= RECENT_CHANGE
    return recent or chunk.validity.until is not None
