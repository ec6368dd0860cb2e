"""Records from clauses, FAQ entries and topics. Pure, and the same every time: each choice follows from its text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chatbot.grounding import squeeze
from chatbot.model.seam import Action
from chatbot.retrieval import parse_reference
from chatbot.topics import content
from finetune.corpus import Corpus, Piece
from finetune.record import Basis, Consent, Message, Origin, Passage, Pii, Provenance, Record, Role
from finetune.synthesis.asking import question, typed
from finetune.teaching import carrying
from ingestion.company import Company
from ingestion.documents import Chunk
from ingestion.polish import sentences

WORDING = Path(__file__).parent / "pl.yaml"
NEIGHBOURS = 2
"""Other clauses shown beside the right one, or in place of it."""
A_CLAUSE = 1
"""Questions made of one clause's own sentences: the first that gives a natural one."""
WAYS = 4
"""Of four clauses one is asked about in vain, one in a hurry, two plainly."""
KNOWN = 0.6
"""Share of a question's words in one passage from which it may be answerable after all, and is left out."""


@dataclass(frozen=True, slots=True)
class Sources:
    """``clauses``: whole clauses in force; ``faq``: approved answers with their questions."""

    clauses: Sequence[Chunk]
    faq: Sequence[Chunk]
    company: Company


class Maker:
    def __init__(self, sources: Sources, licence: str) -> None:
        self._sources = sources
        self._licence = licence
        self._wording: dict[str, Any] = yaml.safe_load(WORDING.read_text(encoding="utf-8"))
        self._chunks = {_key(one): one for one in sources.clauses if one.language == "pl"}
        self._corpus = Corpus([Piece(key, "all", one.clause, tuple(sentences(one.text)))
                               for key, one in self._chunks.items()])  # fmt: skip

    def records(self) -> list[Record]:
        """All kinds; a question comes once."""
        made: dict[str, Record] = {}
        for one in (*self._faq(), *self._statements(), *self._unanswerable(), *self._escalations(), *self._vague(),
                    *self._off_topic()):  # fmt: skip
            made.setdefault(squeeze(one.question).lower(), one)
        return list(made.values())

    def _faq(self) -> Iterator[Record]:
        """The questions people wrote for an approved answer, taught with the clause's own sentences."""
        for entry in self._sources.faq:
            keys = [":".join(parse_reference(reference)) for reference in entry.rests_on]
            known = [self._chunks[key] for key in keys if key in self._chunks]
            best = max(known, key=lambda one: carrying(entry.text, _passage(one))[1], default=None)
            quoted = carrying(entry.text, _passage(best))[0] if best else ()
            if best is None or not quoted:
                continue
            for asked in entry.questions:
                if _number(asked) % 3:
                    yield self._quoting(asked, best, quoted, "faq")
                else:
                    yield self._quoting(self._mannered(asked), best, quoted, "faq, paraphrased")

    def _statements(self) -> Iterator[Record]:
        """A question for each clause, of a statement of its own: as it is, as it is typed on a telephone, or as one
        whose clause the search did not find."""
        for chunk in self._chunks.values():
            said = [(one, asked) for one in sentences(chunk.text) if (asked := question(one))]
            for statement, asked in said[:A_CLAUSE]:
                way = _number(asked) % WAYS  # one of them: two would be one example twice, perhaps on both sides
                if way == 0:
                    yield self._without(self._mannered(asked), chunk)
                elif way == 1:
                    yield self._quoting(typed(asked), chunk, (squeeze(statement),), "clause, typed")
                else:
                    yield self._quoting(asked, chunk, (squeeze(statement),), "clause")

    def _without(self, asked: str, chunk: Chunk) -> Record:
        """The same question where the search did not find its clause."""
        near = [self._chunks[one.key] for one in self._near(asked) if one.key != _key(chunk)][:NEIGHBOURS]
        return self._record(asked, Action.HAND_OVER, self._pick("hand_over", asked), near, (),
                            "unanswerable: clause not shown")  # fmt: skip

    def _unanswerable(self) -> Iterator[Record]:
        for asked in self._wording["unanswerable"]:
            wanted = set(content(asked))
            near = [self._chunks[one.key] for one in self._near(asked)][:NEIGHBOURS]
            if all(len(wanted & set(content(one.text))) < KNOWN * len(wanted) for one in near):
                yield self._record(asked, Action.HAND_OVER, self._pick("hand_over", asked), near, (), "unanswerable")

    def _escalations(self) -> Iterator[Record]:
        for topic in self._sources.company.topics:
            if topic.policy == "human":
                title = topic.title.get("pl", topic.name)
                for template in self._wording["escalations"]:
                    opens = template.startswith("{topic}")
                    asked = template.format(topic=title if opens else title[:1].lower() + title[1:])
                    near = [self._chunks[one.key] for one in self._near(asked)][:NEIGHBOURS]
                    yield self._record(asked, Action.HAND_OVER, self._pick("escalate", asked), near, (),
                                       f"must escalate: {topic.name}")  # fmt: skip

    def _vague(self) -> Iterator[Record]:
        headings = sorted({one.headings[-1] for one in self._chunks.values() if one.headings})
        for asked in self._wording["vague"] if len(headings) > 1 else ():
            at = _number(asked) % (len(headings) - 1)
            shown = [next(one for one in self._chunks.values() if one.headings and one.headings[-1] == heading)
                     for heading in headings[at:at + 2]]
            said = self._pick("ask", asked).format(a=headings[at], b=headings[at + 1])
            yield self._record(asked, Action.ASK, said, shown, (), "asks back")

    def _off_topic(self) -> Iterator[Record]:
        for asked in self._wording["off_topic"]:
            yield self._record(asked, Action.DECLINE, self._pick("decline", asked), [], (), "off topic")

    def _quoting(self, asked: str, chunk: Chunk, quoted: Sequence[str], how: str) -> Record:
        near = [self._chunks[one.key] for one in self._near(asked) if one.key != _key(chunk)][:NEIGHBOURS]
        shown = [chunk, *near] if _number(asked) % 3 else [*near[:1], chunk, *near[1:]]
        number = shown.index(chunk) + 1
        parts = (self._pick("openings", asked), f"„{' '.join(quoted)}” [{number}]", self._pick("closings", asked))
        return self._record(asked, Action.QUOTE, " ".join(filter(None, parts)), shown, (_key(chunk),), how)

    def _record(
        self, asked: str, action: Action, said: str, shown: Sequence[Chunk], clauses: tuple[str, ...], how: str
    ) -> Record:
        return Record(
            id=f"s-{_number(f'{action}:{asked}'):08x}", origin=Origin.SYNTHETIC, language="pl", licence=self._licence,
            messages=(Message(Role.USER, asked.strip()), Message(Role.ASSISTANT, said, 1)),
            provenance=Provenance("synthesised", how), consent=Consent(Basis.COMPANY), pii=Pii.CLEAN, action=action,
            passages=tuple(_passage(one) for one in shown), clauses=clauses, notes=(how,),
        )  # fmt: skip

    def _near(self, asked: str) -> list[Piece]:
        return self._corpus.near(asked, "all", NEIGHBOURS + 2)

    def _mannered(self, asked: str) -> str:
        manner = self._pick("manners", asked)
        first = asked[:1].lower() if manner["lower"] else asked[:1].upper()
        end = "" if asked.endswith(("?", ".", "!")) else "?"
        return str(manner["text"].format(q=f"{first}{asked[1:]}{end}"))

    def _pick(self, name: str, text: str) -> Any:
        return self._wording[name][_number(f"{name}:{text}") % len(self._wording[name])]


def _key(chunk: Chunk) -> str:
    return f"{chunk.document}:{chunk.clause}"


def _passage(chunk: Chunk) -> Passage:
    return Passage(chunk.text, chunk.document, chunk.clause, chunk.title, chunk.version, chunk.hash)


@cache
def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
