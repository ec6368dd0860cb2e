"""The set-ups the decision report sets side by side, each run on the same cases with every draft let through.

What policy decides, and what an approved FAQ answer says, is code and data: every set-up has the first, every set-up
with documents the second. They differ in who answers the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chatbot.answer import Answer, AnswerKind, Citation, Mode, Verdict
from chatbot.answering import Parts
from chatbot.calibration import Rule
from chatbot.drafting import cite
from chatbot.figures import unsupported
from chatbot.model.fake import FakeModel
from chatbot.retrieval import LIMIT, clauses
from chatbot.thresholds import Thresholds
from chatbot.topics import content
from evals.case import Case
from evals.drafts import OPEN
from evals.metrics import POLICY_REASONS, Outcome
from evals.run import run
from evals.writing import Text, Write, prompt
from ingestion.documents import Passage
from ingestion.search import SearchRequest

PASSAGES = 5
"""Passages in the prompt of retrieval alone: as many as the quoting model sees."""
PASSAGE_CHARS = 420
"""Longest passage in it."""
WORDS = 60
"""The contract's longest reply."""
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Bench:
    """What the set-ups are run with. ``bare`` and ``adapted``: writers of the base model, and of it with the adapter;
    ``parts``: the service's, its model with the adapter."""

    parts: Parts
    bare: Write
    adapted: Write
    today: date


def prompt_only(cases: Sequence[Case], bench: Bench) -> list[Outcome]:
    """A serious prompt, no documents."""
    return _without_documents(cases, bench, bench.bare)


def adapter_only(cases: Sequence[Case], bench: Bench) -> list[Outcome]:
    """The same prompt, the adapter's weights, no documents."""
    return _without_documents(cases, bench, bench.adapted)


def rag(cases: Sequence[Case], bench: Bench) -> list[Outcome]:
    """Retrieval and a serious prompt with the passages; the bare model writes."""
    before = _before(cases, bench, documents=True)
    asked = [at for at, outcome in enumerate(before) if _left(outcome)]
    passages = {at: _passages(cases[at], bench) for at in asked}
    texts = bench.bare([
        prompt("rag-v1", bench.parts.company, question=cases[at].question, passages=_numbered(passages[at]))
        for at in asked
    ])  # fmt: skip
    written = {at: _written(cases[at], text, passages[at], before[at]) for at, text in zip(asked, texts, strict=True)}
    return [written.get(at, outcome) for at, outcome in enumerate(before)]


def retrieval_only(cases: Sequence[Case], bench: Bench) -> list[Outcome]:
    """Retrieval and the question's words: the best sentence quoted, no model at all."""
    down = replace(bench.parts, model=FakeModel(error="no model in this set-up"))
    return run(cases, replace(down, thresholds=_open(bench)), bench.today)


def rag_adapter(cases: Sequence[Case], bench: Bench) -> list[Outcome]:
    """The service as it is: retrieval, the adapter chooses the sentence and the frame."""
    return run(cases, replace(bench.parts, thresholds=_open(bench)), bench.today)


CONFIGS: dict[str, Callable[[Sequence[Case], Bench], list[Outcome]]] = {
    "prompt": prompt_only,
    "rag": rag,
    "retrieval": retrieval_only,
    "adapter": adapter_only,
    "rag+adapter": rag_adapter,
}


def _open(bench: Bench) -> Thresholds:
    return replace(bench.parts.thresholds, modes={**_approved(bench), Mode.QUOTED: OPEN})


def _approved(bench: Bench) -> dict[Mode, Rule]:
    """The rule by which approved answers are given."""
    return {mode: rule for mode, rule in bench.parts.thresholds.modes.items() if mode == Mode.CURATED}


def _before(cases: Sequence[Case], bench: Bench, *, documents: bool) -> list[Outcome]:
    """What policy and, with documents, approved answers decide before any model is asked."""
    rules = _approved(bench) if documents else {}
    parts = replace(bench.parts, model=FakeModel(), thresholds=replace(bench.parts.thresholds, modes=rules))
    return run(cases, parts, bench.today)


def _left(outcome: Outcome) -> bool:
    """Whether the case is left for a model: neither policy nor an approved answer took it."""
    answer = outcome.answer
    return (
        answer is not None
        and answer.kind is AnswerKind.TICKET
        and not POLICY_REASONS.intersection(answer.verdict.reasons)
    )


def _without_documents(cases: Sequence[Case], bench: Bench, write: Write) -> list[Outcome]:
    before = _before(cases, bench, documents=False)
    asked = [at for at, outcome in enumerate(before) if _left(outcome)]
    texts = write([prompt("direct-v1", bench.parts.company, question=cases[at].question) for at in asked])
    written = {at: _written(cases[at], text, (), before[at]) for at, text in zip(asked, texts, strict=True)}
    return [written.get(at, outcome) for at, outcome in enumerate(before)]


def _passages(case: Case, bench: Bench) -> tuple[Passage, ...]:
    day = case.as_of or bench.today
    found = bench.parts.search.search(SearchRequest(text=case.question, as_of=day, limit=LIMIT))
    return clauses(found, bench.parts.search, day)[:PASSAGES]


def _numbered(passages: Sequence[Passage]) -> str:
    return "\n".join(
        f"[{number}] {' '.join(passage.chunk.text.split())[:PASSAGE_CHARS]}"
        for number, passage in enumerate(passages, start=1)
    )


def _written(case: Case, text: Text, passages: Sequence[Passage], before: Outcome) -> Outcome:
    """What was written, as an answer: the prompts' words for handing over, refusing and asking are read first. With
    passages, a figure that none of them has is handed over, as the service does."""
    said, first = text.text, text.text.split(" ", 1)[0].strip(".:!").upper()
    sources = tuple(passage.chunk.text for passage in passages)
    kind = {"PRZEKAŻ": AnswerKind.TICKET, "ODMAWIAM": AnswerKind.REFUSAL, "DOPYTUJĘ": AnswerKind.QUESTION}.get(first)
    if not said or (sources and unsupported(_MARK.sub(" ", said), (*sources, case.question))):
        kind = AnswerKind.TICKET
    cited = tuple(
        _cited(passages[number - 1]) for number in dict.fromkeys(int(n) for n in _MARK.findall(said))
        if 1 <= number <= len(passages)
    )
    asked = frozenset(content(case.question))
    shared = [len(asked & frozenset(content(source))) / len(asked) for source in sources] if asked else []
    signals = {"p": text.p, "least": text.least, "length": min(len(said.split()) / WORDS, 1.0),
               "cited": float(bool(cited)), "support": max(shared, default=0.0),
               "dense": max((p.scores.get("dense", 0.0) for p in passages), default=0.0)}
    kind = kind or AnswerKind.REPLY
    replied = kind is AnswerKind.REPLY
    spent = before.answer.took_ms if before.answer else 0.0
    answer = Answer(
        kind=kind, text=said, citations=cited if replied else (), verdict=Verdict(kind, 0.5),
        mode=Mode.GENERATED if replied else None, model="", adapter=None, language="pl", took_ms=spent + text.ms,
        first_token_ms=spent + text.ms, draft="" if replied else said, draft_citations=() if replied else cited,
        signals=signals,
    )  # fmt: skip
    return Outcome(case, answer)


def _cited(passage: Passage) -> Citation:
    return cite(passage.chunk, "")
