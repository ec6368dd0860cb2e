"""Between the canonical record and what the local trainer reads (`finetune.examples`): which sentences are quoted,
what stands round them. Pure.

An agent's own words are no quote. Where the sentences that carry them can be told, those are taught as the ones to
quote, without the agent's words as a frame; where they can't, the record has nothing for this trainer, and says why.
Not covered: replies that rest on several clauses at once; the clause with most of the reply is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from chatbot.figures import figures, unsupported
from chatbot.grounding import squeeze
from chatbot.model.seam import Action
from chatbot.texts import say
from chatbot.topics import content
from finetune import examples, records
from finetune.corpus import Corpus
from finetune.errors import ExamplesError
from finetune.examples import Example, Said, Source
from finetune.record import Basis, Consent, Message, Origin, Passage, Pii, Provenance, Record, Role
from ingestion import polish

CARRIED = 0.6
"""Share of a sentence-less reply's content lemmas that the chosen sentences must have (our choice: at half, replies on
another subject of the same clause pass)."""
MOST_QUOTED = 3
"""Sentences of one quote, as serving allows."""
_MARK = re.compile(r"\s*\[\d+\]")
_QUOTES = re.compile(r"^[\s„”\"»«–—-]+|[\s„”\"»«–—-]+$")


@dataclass(frozen=True, slots=True)
class Untaught:
    """A record the local trainer can't learn from, and why."""

    id: str
    reason: str


def read(path: Path) -> tuple[list[Example], list[Untaught]]:
    """The trainer's examples of a file: examples as they are written, or records, converted. Raises ExamplesError."""
    if not records.holds_records(path):
        return examples.read([path]), []
    made = [to_example(record) for record in records.read(path)]
    return [one for one in made if isinstance(one, Example)], [one for one in made if isinstance(one, Untaught)]


def to_example(record: Record) -> Example | Untaught:
    """The example the local trainer learns from this record."""
    if record.language not in ("pl", "en"):
        return Untaught(record.id, f"the trainer reads Polish and English, this is {record.language!r}")
    language: Literal["pl", "en"] = "en" if record.language == "en" else "pl"
    history = tuple(Said(author=_author(one), text=one.content) for one in record.earlier)
    action = record.action or (Action.QUOTE if record.passages else None)
    if action is None:
        return Untaught(record.id, "nobody has said what its answer does (quote, ask, hand_over, decline)")

    def made(source: Passage | None, quote: tuple[str, ...], opening: str, closing: str) -> Example:
        return Example(id=record.id, question=record.question, language=language, action=action, quote=quote,
                       source=_source(source) if source else None, opening=opening, closing=closing, history=history,
                       subjects=record.subjects)

    resting = _resting(record)
    if action is not Action.QUOTE:
        return made(resting[0] if resting else None, (), squeeze(record.answer), "")
    for passage in resting:
        if found := _standing(record.answer, passage):
            quote, opening, closing = found
            return made(passage, quote, opening, closing)
    carried = [(one, carrying(record.answer, one)) for one in resting]
    best = max(carried, key=lambda pair: pair[1][1], default=None)
    if best is None or not best[1][0] or best[1][1] < CARRIED:
        return Untaught(record.id, "its answer stands in no passage shown, so there is no sentence to quote")
    return made(best[0], best[1][0], "", "")


def to_record(example: Example, corpus: Corpus, licence: str, source: str, company: str) -> Record:
    """The record of an example written for the local trainer: its quote in its frame, over its own passage."""
    passages: tuple[Passage, ...] = ()
    answer = " ".join(part for part in (example.opening, example.closing) if part) or _said(example, company)
    if example.source is not None:
        piece = corpus.find(example.source)
        document, _, clause = example.source.key.partition(":")
        given = example.source.text is not None
        passages = (Passage(text=piece.text, document="" if given else document, clause="" if given else clause,
                            title=piece.label),)
        if example.action is Action.QUOTE:
            quoted = [next((one for one in piece.sentences if squeeze(part) in squeeze(one)), "")
                      for part in example.quote]
            if not all(quoted):
                raise ExamplesError(f"{example.id}: a quote is in no sentence of {piece.key}. Copy it from the source.")
            said = f"„{squeeze(' '.join(quoted))}” [1]"
            answer = " ".join(part for part in (example.opening, said, example.closing) if part)
    turns = tuple(Message(Role.USER if said.author == "customer" else Role.ASSISTANT, said.text,
                          author="" if said.author == "customer" else said.author) for said in example.history)
    if turns and turns[0].role is Role.ASSISTANT:
        turns = turns[1:]
    return Record(
        id=example.id, origin=Origin.WRITTEN, language=example.language, licence=licence,
        messages=(*turns, Message(Role.USER, example.question), Message(Role.ASSISTANT, answer, weight=1)),
        provenance=Provenance(source), consent=Consent(Basis.COMPANY), action=example.action, passages=passages,
        clauses=tuple(one.key for one in passages) if example.action is Action.QUOTE else (), pii=Pii.UNCHECKED,
        customer=example.subjects[0] if example.subjects else None,
    )  # fmt: skip


def with_found_clauses(record: Record) -> Record:
    """The record with the clauses its answer rests on, where it names none and a passage carries the answer."""
    if record.clauses or not record.passages:
        return record
    resting = [one.key for one in record.passages
               if _standing(record.answer, one) or carrying(record.answer, one)[1] >= CARRIED]
    return replace(record, clauses=tuple(dict.fromkeys(resting)))


def _resting(record: Record) -> list[Passage]:
    named = [one for one in record.passages if one.key in record.clauses]
    return named or list(record.passages)


def _source(passage: Passage) -> Source:
    label = passage.clause or passage.title
    stands_for = passage.key if passage.document and passage.clause else None
    return Source(text=passage.text, label=label, stands_for=stands_for)


def _standing(answer: str, passage: Passage) -> tuple[tuple[str, ...], str, str] | None:
    """The passage's sentences that the answer has word for word, with what stands before and after them."""
    plain = squeeze(_MARK.sub("", answer))
    found = [(plain.find(one), one) for one in map(squeeze, polish.sentences(passage.text)) if one in plain]
    found = [pair for pair in found if len(content(pair[1])) > 1 or figures(pair[1])][:MOST_QUOTED]
    if not found:
        return None
    start = min(at for at, _ in found)
    end = max(at + len(one) for at, one in found)
    opening, closing = _QUOTES.sub("", plain[:start]), _QUOTES.sub("", plain[end:]).lstrip(".")
    return tuple(one for _, one in found), opening.strip(), closing.strip()


def carrying(answer: str, passage: Passage) -> tuple[tuple[str, ...], float]:
    """The fewest sentences that carry most of a reply's words, and the share they carry; none where the reply has a
    figure that they lack."""
    wanted = set(content(answer))
    if not wanted:
        return (), 0.0
    chosen: list[str] = []
    covered: set[str] = set()
    sentences = [squeeze(one) for one in polish.sentences(passage.text)]
    while len(chosen) < MOST_QUOTED:
        best = max(sentences, key=lambda one: len((wanted & set(content(one))) - covered), default="")
        gained = (wanted & set(content(best))) - covered
        if len(gained) < max(min(2, len(wanted)), 0.15 * len(wanted)):
            break
        chosen.append(best)
        covered |= gained
    kept = tuple(one for one in sentences if one in chosen)
    if not kept or unsupported(answer, kept):
        return (), 0.0
    return kept, len(covered) / len(wanted)


def _said(example: Example, company: str) -> str:
    """What the service says where the adapter writes nothing of its own."""
    if example.action is Action.DECLINE:
        return say(example.language, "answering.refusal.off_topic", company=company)
    return say(example.language, "answering.ticket.model_gave_up")


def _author(message: Message) -> Literal["customer", "ai", "human"]:
    if message.role is Role.USER:
        return "customer"
    return "human" if message.author == "human" else "ai"
