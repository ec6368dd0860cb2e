"""Records by rule, from clauses, FAQ entries and topics. Pure, and the same every time: each choice follows from its
text."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.grounding import squeeze
from chatbot.model.seam import Action
from chatbot.retrieval import parse_reference
from chatbot.topics import content
from finetune.record import Record
from finetune.synthesis.asking import question, typed
from finetune.synthesis.compose import Composer, Sources, number, passage
from finetune.teaching import carrying
from ingestion.documents import Chunk
from ingestion.polish import sentences

A_CLAUSE = 1
"""Questions made of one clause's own sentences: the first that gives a natural one."""
WAYS = 4
"""Of four clauses one is asked about in vain, one in a hurry, two plainly."""
KNOWN = 0.6
"""Share of a question's words in one passage from which it may be answerable after all, and is left out."""


class Maker:
    def __init__(self, sources: Sources, licence: str) -> None:
        self._sources = sources
        self._make = Composer(sources, licence)

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
            best, quoted = answering(entry, self._make)
            if best is None:
                continue
            for asked in entry.questions:
                if number(asked) % 3:
                    yield self._make.quoting(asked, best, quoted, "faq")
                else:
                    yield self._make.quoting(self._mannered(asked), best, quoted, "faq, paraphrased")

    def _statements(self) -> Iterator[Record]:
        """A question for each clause, of a statement of its own: as it is, as it is typed on a telephone, or as one
        whose clause the search did not find."""
        for chunk in self._make.chunks.values():
            said = [(one, asked) for one in sentences(chunk.text) if (asked := question(one))]
            for statement, asked in said[:A_CLAUSE]:
                way = number(asked) % WAYS  # one of them: two would be one example twice, perhaps on both sides
                if way == 0:
                    yield self._without(self._mannered(asked), chunk)
                elif way == 1:
                    yield self._make.quoting(typed(asked), chunk, (statement,), "clause, typed")
                else:
                    yield self._make.quoting(asked, chunk, (statement,), "clause")

    def _without(self, asked: str, chunk: Chunk) -> Record:
        """The same question where the search did not find its clause."""
        return self._make.record(asked, Action.HAND_OVER, self._make.pick("hand_over", asked),
                                 self._make.near(asked, without=chunk), "unanswerable: clause not shown")  # fmt: skip

    def _unanswerable(self) -> Iterator[Record]:
        for asked in self._make.wording["unanswerable"]:
            wanted = set(content(asked))
            near = self._make.near(asked)
            if all(len(wanted & set(content(one.text))) < KNOWN * len(wanted) for one in near):
                said = self._make.pick("hand_over", asked)
                yield self._make.record(asked, Action.HAND_OVER, said, near, "unanswerable")

    def _escalations(self) -> Iterator[Record]:
        for topic in self._sources.company.topics:
            if topic.policy == "human":
                title = topic.title.get("pl", topic.name)
                for template in self._make.wording["escalations"]:
                    opens = template.startswith("{topic}")
                    asked = template.format(topic=title if opens else title[:1].lower() + title[1:])
                    said = self._make.pick("escalate", asked)
                    yield self._make.record(asked, Action.HAND_OVER, said, self._make.near(asked),
                                            f"must escalate: {topic.name}")  # fmt: skip

    def _vague(self) -> Iterator[Record]:
        chunks = self._make.chunks.values()
        headings = sorted({one.headings[-1] for one in chunks if one.headings})
        for asked in self._make.wording["vague"] if len(headings) > 1 else ():
            at = number(asked) % (len(headings) - 1)
            shown = [next(one for one in chunks if one.headings and one.headings[-1] == heading)
                     for heading in headings[at:at + 2]]
            said = self._make.pick("ask", asked).format(a=headings[at], b=headings[at + 1])
            yield self._make.record(asked, Action.ASK, said, shown, "asks back")

    def _off_topic(self) -> Iterator[Record]:
        for asked in self._make.wording["off_topic"]:
            yield self._make.record(asked, Action.DECLINE, self._make.pick("decline", asked), [], "off topic")

    def _mannered(self, asked: str) -> str:
        manner = self._make.pick("manners", asked)
        first = asked[:1].lower() if manner["lower"] else asked[:1].upper()
        end = "" if asked.endswith(("?", ".", "!")) else "?"
        return str(manner["text"].format(q=f"{first}{asked[1:]}{end}"))


def answering(entry: Chunk, make: Composer) -> tuple[Chunk | None, tuple[str, ...]]:
    """The clause that an approved answer rests on, and its sentences that carry the answer; None where none does."""
    keys = [":".join(parse_reference(reference)) for reference in entry.rests_on]
    known = [make.chunks[key] for key in keys if key in make.chunks]
    best = max(known, key=lambda one: carrying(entry.text, passage(one))[1], default=None)
    quoted = carrying(entry.text, passage(best))[0] if best else ()
    return (best, quoted) if quoted else (None, ())
