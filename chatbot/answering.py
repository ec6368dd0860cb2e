"""From a customer's question to a reply or a ticket: question → passages → proposal → quote → verdict → sentences.

The service and `python -m chatbot ask` call the same `answer`. Nothing here writes to a store: what an answer means for
a conversation is decided by its turn (`chatbot.turns`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice

from chatbot import adapter, changed, context, grounding, quoting, texts, verdict
from chatbot.answer import Answer, AnswerKind, Citation, Mode, Question, Reason, Sentence, Verdict
from chatbot.asked import answers_kind
from chatbot.curated import Curated, match
from chatbot.drafting import Draft, cite, frame
from chatbot.model import open_model
from chatbot.model.hints import open_hints
from chatbot.model.seam import Action, Model, Proposal, Task, Turn, sound
from chatbot.privacy import canary
from chatbot.privacy.injection import orders, suspected
from chatbot.privacy.masking import Masker
from chatbot.privacy.opening import open_masker
from chatbot.privacy.public import PublicNames
from chatbot.privacy.vault import Vault
from chatbot.retrieval import AUDIENCE, Search, clauses, customers_words, retrieve, search_text
from chatbot.routing import Router, open_router
from chatbot.thresholds import Thresholds, within
from chatbot.thresholds import load as load_thresholds
from chatbot.topics import content, language_of, topic_of, upset, vague, wants_human
from ingestion import changes as document_changes
from ingestion import company as companies
from ingestion.changes import DocumentChange
from ingestion.company import Company, Topic
from ingestion.documents import Chunk, Passage
from ingestion.errors import DocumentError, ModelError, SearchIndexError
from ingestion.polish import clean
from ingestion.search import Found, Searcher
from ingestion.settings import Settings

MODEL_SECONDS = 12.0
"""Longest proposal before the answer goes on without the model; its median is under 2 s on two cores."""
PUBLIC_TEXTS = 5_000
"""Chunks whose names count as public (`chatbot.privacy.public`): about 2 s at the start. A document added later has its
names hidden in questions until the next start, which is the safe side."""
CHANGES_SECONDS = 5.0
"""Longest comparison of all documents between two days; the demo's takes 50 ms."""
HISTORY_TURNS = 4
"""Earlier messages that the model sees."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What answering works with; built once by `open_parts`. ``cpu`` runs search and masking off the event loop."""

    company: Company
    search: Search
    model: Model
    masker: Masker
    thresholds: Thresholds
    changes: Callable[[date, date], Sequence[DocumentChange]] = lambda since, until: ()
    router: Router | None = None
    cpu: Executor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="answering"))


def open_parts(settings: Settings, model: Model | None = None) -> Parts:
    """Load everything an answer needs (seconds; the first time a minute, while the bundled model is converted).
    ``model`` stands in for the one the settings name.

    Raises ProductError naming what is missing.
    """
    company = companies.load(settings.company)
    searcher = Searcher(settings, company)
    masker = open_masker(settings, company, PublicNames.of(islice(searcher.texts(), PUBLIC_TEXTS)))
    masker.warm()
    with suppress(SearchIndexError):  # a service may start before its first document; each question then says so
        searcher.ready()
    return Parts(
        company=company,
        search=searcher,
        model=model or open_model(settings),
        masker=masker,
        router=open_router(adapter.find(settings), company, open_hints(settings)),
        changes=partial(document_changes.now, settings, audience=AUDIENCE),
        thresholds=thresholds_of(settings),
    )


def thresholds_of(settings: Settings) -> Thresholds:
    """The rules that hold with the adapter of these settings, of the modes it has a right to."""
    folder = None if settings.llm_url else adapter.find(settings)
    if folder is None:
        return within(load_thresholds(settings.data_dir, None, None, settings.embedding_model), ())
    manifest = adapter.read(folder)
    table = load_thresholds(settings.data_dir, manifest.calibration, manifest.weights_hash, settings.embedding_model)
    return within(table, [mode for mode, right in manifest.rights.items() if right.earned])


async def answer(question: Question, parts: Parts, vault: Vault) -> AsyncIterator[Sentence | Answer]:
    """Yield each sentence once it may be shown, then the whole answer.

    The question is masked here and the answer unmasked; passages, prompt, verdict and logs only see masked text.
    The prompt holds a secret word of this answer alone: should any of it come back, in whatever disguise, nothing of
    the draft is shown to anybody.
    """
    began = time.perf_counter()
    # Off the event loop: a long message with words never seen before takes tens of milliseconds.
    hidden = await asyncio.get_running_loop().run_in_executor(parts.cpu, _mask, question, parts.masker, vault)
    masked = replace(hidden, canary=canary.new())
    language = question.language or language_of(masked.text)
    topic = topic_of(masked.text, parts.company)
    words = verdict.Words(
        topic=topic,
        wants_human=wants_human(masked.text),
        upset=upset(masked.text),
        injection=suspected(question.text),
        vague=not question.history and vague(masked.text),
    )
    decision = verdict.policy(words)
    about_changes = changed.asked(masked.text, question.as_of) if decision is None else None
    if about_changes is not None:
        decision, draft = await _changes(about_changes, question.as_of, language, topic, parts)
    else:
        draft = Draft() if decision else await _draft(masked, language, topic, parts)
    decision = decision or _decide(draft, parts.thresholds, topic)
    if canary.leaks(draft.written, masked.canary) or canary.leaks(" ".join(draft.sentences), masked.canary):
        decision, draft = replace(decision, action=AnswerKind.TICKET, reasons=(Reason.INJECTION,), p_wrong=1.0), Draft()
    decision = await _routed(decision, masked, parts)
    sentences = tuple(map(clean, _sentences(decision, draft, language, parts)))
    first_ms = None
    for sentence in sentences:
        first_ms = first_ms or (time.perf_counter() - began) * 1000
        yield Sentence(parts.masker.unmask(sentence, vault))
    replied = decision.action is AnswerKind.REPLY
    yield Answer(
        kind=decision.action,
        text=parts.masker.unmask(" ".join(sentences), vault),
        citations=draft.citations if replied else (),
        verdict=decision,
        mode=draft.mode if replied else None,
        model=parts.model.name,
        adapter=parts.model.adapter,
        language=language,
        took_ms=(time.perf_counter() - began) * 1000,
        first_token_ms=first_ms,
        draft="" if replied else parts.masker.unmask(" ".join(draft.sentences), vault),
        draft_citations=() if replied else draft.citations,
        signals=draft.signals.numbers() if draft.signals else {},
    )


async def _draft(question: Question, language: str, topic: Topic | None, parts: Parts) -> Draft:
    """The best answer there is, sent or not: an approved one if the question matches it, else a framed quote."""
    text = search_text(question.text, question.history)
    found = await retrieve(parts.search, question, parts.cpu)
    passages = clauses(found, parts.search, question.as_of)
    curated = match(question.text, found, parts.search, question.as_of, parts.thresholds)
    if curated is not None and verdict.sure(signals := _curated_signals(text, curated), parts.thresholds, topic):
        return _curated_draft(curated, signals)
    choices = tuple(one for one in quoting.candidates(passages) if not orders(one.text))
    if not choices:
        return Draft()
    proposal = await _propose(question, language, passages, choices, parts)
    quote = quoting.choose(text, passages, choices, proposal, customers_words(found))
    if quote is None:
        return Draft()
    # Off the event loop too: what a quote leans on may take a dozen looks into the index.
    drafting = partial(_quoted_draft, question, language, passages, quote, proposal, parts)
    drafted = await asyncio.get_running_loop().run_in_executor(parts.cpu, drafting)
    return replace(drafted, signals=_with_search(drafted, passages[quote.passage], curated, found))


def _with_search(drafted: Draft, quoted: Passage, curated: Curated | None, found: Found) -> verdict.Signals | None:
    """The draft's signals with what the search says of them."""
    if drafted.signals is None:
        return None
    scores = [passage.score for passage in found.passages[:2]]
    return replace(
        drafted.signals,
        seconded=curated.seconds(quoted.chunk.document, quoted.chunk.clause) if curated else 0.0,
        found=scores[0] if scores else 0.0,
        gap=scores[0] - scores[1] if len(scores) > 1 else 0.0,
    )


async def _changes(
    asked: changed.Asked, day: date, language: str, topic: Topic | None, parts: Parts
) -> tuple[Verdict | None, Draft]:
    """What changed is read off the versions, quoted on both sides: there is nothing to be unsure of. Nothing is said
    where the versions can't be read in time."""
    comparing = asyncio.get_running_loop().run_in_executor(parts.cpu, parts.changes, asked.since, day)
    try:
        found = await asyncio.wait_for(comparing, CHANGES_SECONDS)
    except (TimeoutError, DocumentError):
        return None, Draft()
    told = changed.told(asked, found, language)
    name, team = (topic.name, topic.team) if topic else (None, "support")
    verdict_ = Verdict(AnswerKind.REPLY, 0.0, (), name, team)
    return verdict_, Draft(mode=Mode.QUOTED, sentences=told.sentences, citations=told.citations)


async def _propose(
    question: Question,
    language: str,
    passages: tuple[Passage, ...],
    choices: tuple[quoting.Candidate, ...],
    parts: Parts,
) -> Proposal | None:
    """What the model wants; None when it is down, which the draft then says."""
    task = Task(
        question=question.text,
        sentences=tuple(choice.text for choice in choices),
        labels=tuple(passages[choice.passage].chunk.clause for choice in choices),
        history=question.history[-HISTORY_TURNS:],
        language=language,
        company=parts.company.name,
        canary=question.canary,
    )
    try:
        return sound(await parts.model.propose(task, seconds=MODEL_SECONDS), len(choices))
    except ModelError:
        return None


def _curated_signals(question: str, curated: Curated) -> verdict.Signals:
    return verdict.Signals(
        mode=Mode.CURATED,
        kind=answers_kind(question, curated.chunk.text),
        dense=curated.cosine,
        support=curated.overlap,
        margin=curated.margin,
        agreement=curated.agreement,
        first=curated.first,
    )


def _curated_draft(curated: Curated, signals: verdict.Signals) -> Draft:
    citations = tuple(cite(chunk, chunk.text) for chunk in curated.rests_on) or (
        cite(curated.chunk, curated.chunk.text),
    )
    marks = "".join(f"[{number}]" for number in range(1, len(citations) + 1))
    return Draft(
        mode=Mode.CURATED,
        sentences=(f"{curated.chunk.text} {marks}",),
        citations=citations,
        signals=signals,
    )


def _quoted_draft(
    question: Question,
    language: str,
    passages: tuple[Passage, ...],
    quote: quoting.Quote,
    proposal: Proposal | None,
    parts: Parts,
) -> Draft:
    chunk = passages[quote.passage].chunk
    opening, closing = frame(proposal, quote.text, question, language, chunk, parts.company)
    leant, also = _leant_on(quote.text, chunk, question, language, parts)
    probabilities = proposal.probabilities if proposal else {}
    return Draft(
        mode=Mode.QUOTED,
        sentences=tuple(part for part in (opening, f"„{quote.text}” [1]", leant, closing) if part),
        citations=(cite(chunk, quote.text), *also),
        ask=proposal.opening if proposal and proposal.action is Action.ASK else "",
        written=f"{proposal.opening} {proposal.closing}" if proposal else "",
        signals=verdict.Signals(
            mode=Mode.QUOTED,
            dense=passages[quote.passage].scores.get("dense", 0.0),
            support=quote.support,
            p_sentence=quote.p,
            margin=quote.margin,
            kind=quote.kind,
            p_ask=probabilities.get(Action.ASK, 0.0),
            p_decline=probabilities.get(Action.DECLINE, 0.0),
            gave_up=bool(proposal and proposal.action is Action.HAND_OVER),
            model_down=proposal is None,
            grounded=quoting.stands(quote.text, chunk.text),
            conflict=quoting.conflict(quote, passages) is not None,
        ),
    )


def _leant_on(
    quote: str, chunk: Chunk, question: Question, language: str, parts: Parts
) -> tuple[str, tuple[Citation, ...]]:
    """What the quote can't be understood without, quoted where there is room for it, and its citation."""
    found = context.leant_on(quote, chunk, lambda label: parts.search.clause(chunk.document, label, question.as_of))
    if found is None or orders(found.text):
        return "", ()
    room = quoting.QUOTE_WORDS - len(quote.split())
    if room < context.ROOM:
        return texts.say(language, "answering.quoted.see_also"), (cite(found.chunk, found.text),)
    text = quoting.shorten(found.text, frozenset(content(question.text)), room)
    return f"{texts.say(language, 'answering.quoted.leant_on')} „{text}” [2]", (cite(found.chunk, text),)


async def _routed(decision: Verdict, question: Question, parts: Parts) -> Verdict:
    """A ticket that no topic's words claimed goes to the category and team that the conversation is most like."""
    if parts.router is None or decision.action is not AnswerKind.TICKET or decision.topic is not None:
        return decision
    said = [*(turn.text for turn in question.history if turn.author == "customer"), question.text]
    route = await asyncio.get_running_loop().run_in_executor(parts.cpu, parts.router.route, said)
    return replace(decision, topic=route.category, team=route.team)


def _decide(draft: Draft, thresholds: Thresholds, topic: Topic | None) -> Verdict:
    if draft.signals is None:
        return verdict.nothing_found(topic)
    return verdict.decide(draft.signals, thresholds, topic)


def _sentences(decision: Verdict, draft: Draft, language: str, parts: Parts) -> tuple[str, ...]:
    """What the customer reads."""
    if decision.action is AnswerKind.REPLY:
        return draft.sentences
    if decision.action is AnswerKind.QUESTION:
        safe = draft.ask.endswith("?") and grounding.frame_claims_nothing(draft.ask, "", "", (parts.company.name,))
        return (draft.ask if safe else texts.say(language, "answering.ask.unclear"),)
    kind = "refusal" if decision.action is AnswerKind.REFUSAL else "ticket"
    key = f"answering.{kind}.{decision.reasons[0].value}"
    return (texts.say(language, key, company=parts.company.name),)


def _mask(question: Question, masker: Masker, vault: Vault) -> Question:
    """Without what nobody sees, either: hidden characters can carry orders to a model."""
    history = tuple(Turn(turn.author, masker.mask(clean(turn.text), vault).text) for turn in question.history)
    return replace(question, text=masker.mask(clean(question.text), vault).text, history=history)


__all__ = ["Answer", "Citation", "Parts", "Question", "Sentence", "answer", "open_parts"]
