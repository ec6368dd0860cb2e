"""A question to passages: cleaned, expanded, embedded, asked of the index as of a day, fused."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ingestion import chunk_files, english, form, polish
from ingestion.company import Company
from ingestion.documents import Chunk, Passage
from ingestion.embedding import Embedder, clean, open_embedder
from ingestion.errors import NO_INDEX, SearchIndexError
from ingestion.fusion import WEIGHTS, Weights, fused, weights_for
from ingestion.history import joined, said
from ingestion.index import sparse
from ingestion.index.engine import Engine, open_engine
from ingestion.index.seam import DENSE, GRAMS, LEMMAS, WORDS, Field, Index, Probe, Scope
from ingestion.registry import Register
from ingestion.settings import Settings

_WORD = re.compile(r"\w+")
SHOWN = {DENSE: "dense", LEMMAS: "sparse", GRAMS: "grams", WORDS: "words"}
"""Names of the scores as `Passage` gives them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``faq`` entries at most; of each at most ``paraphrases`` points stand before another's. ``question``: characters
    of a question that are looked at. ``looked``: passages whose texts are read before the best are chosen. ``look``:
    seconds between two looks for a new generation."""

    faq: int = 10
    paraphrases: int = 8
    question: int = 2_000
    look: float = 0.2
    looked: int = 20


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """None of ``collection``, ``language``, ``audience``: any. ``history``: what was said before that the
    question leans on, oldest first."""

    text: str
    as_of: date
    limit: int = 8
    collection: str | None = None
    language: str | None = None
    audience: str | None = None
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """``passages``: chunks of text by fused score. ``faq``: FAQ entries by the cosine between the question and theirs
    (that is their ``score``). All valid on the day asked, all of one ``generation``."""

    passages: tuple[Passage, ...]
    faq: tuple[Passage, ...]
    generation: str
    took_ms: float


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation, its documents, how its scores weigh, and which sparse vectors it is asked for."""

    index: Index
    register: Register
    weights: Weights
    vectors: frozenset[str]

    def chunks(self, ids: Sequence[str], day: date) -> dict[str, Chunk]:
        return {point: self.register.named(chunk, day) for point, chunk in self.index.chunks(ids).items()}


class Searcher:
    """Thread-safe. Follows the index: a search begun on one generation ends on it, the next sees a new one.

    Raises SearchIndexError when there is no index yet, or it was made by another model.
    """

    def __init__(
        self, settings: Settings, company: Company | None = None, embedder: Embedder | None = None,
        engine: Engine | None = None,
    ) -> None:
        self._embedder = embedder or open_embedder(settings)
        self._engine = engine or open_engine(settings)
        self._glossary = glossary(company)
        self._chunks = settings.data_dir / "chunks"
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._looked = 0.0

    def search(self, request: SearchRequest) -> Found:
        started = time.perf_counter()
        opened = self._current()
        probe = self._probe(request, opened.vectors)
        return Found(
            passages=self._passages(opened, probe, request),
            faq=self._faq(opened, Probe(probe.dense), request),
            generation=opened.index.generation,
            took_ms=(time.perf_counter() - started) * 1000,
        )

    def clause(self, document: str, clause: str, as_of: date) -> Chunk | None:
        """The clause as a citation opens it, its parts joined; None when there was none of that name on that day."""
        opened = self._current()
        parts = [opened.register.named(part, as_of) for part in opened.index.clause(document, clause, as_of)]
        if not parts:
            return None
        first = parts[0]
        if len(parts) == 1:
            return first
        whole = "\n".join(part.text for part in parts)
        return Chunk(**{**{name: getattr(first, name) for name in Chunk.__dataclass_fields__}, "text": whole})

    def texts(self) -> Iterator[str]:
        """The text of every chunk of every version in the index, in no order; nothing where there is no index yet."""
        snapshot = self._engine.snapshot(self._engine.current())
        for _, version in snapshot.documents.indexed() if snapshot else ():
            path = self._chunks / version.chunks_file
            try:
                lines = chunk_files.lines(path)
            except OSError as error:
                raise SearchIndexError(f"The text of {version.name} can't be read ({path}: {error.strerror}). "
                                       f"Run 'python -m ingestion reindex'.") from error
            yield from (json.loads(line)["text"] for line in lines)

    def ready(self) -> str:
        """The generation that would answer now. Loads what the first search would have to wait for (seconds)."""
        sparse.tokens("gotowe")
        self._embedder.queries(["gotowe"])
        return self._current().index.generation

    def _probe(self, request: SearchRequest, vectors: frozenset[str]) -> Probe:
        text, history = clean(request.text)[: LIMITS.question], [clean(one) for one in request.history]
        whole = joined(expanded(text, self._glossary), [expanded(one, self._glossary) for one in history])
        dense = self._embedder.queries([polish.accented(whole)])[0]
        words = said(self._words(text), [self._words(one) for one in history])
        terms = [(sparse.tokens(one.text), one.weight) for one in words]
        asked = sparse.of_weighed(terms)
        return Probe(dense, {name: vector for name, vector in asked.items() if name in vectors})

    def _words(self, text: str) -> str:
        """What of it BM25 looks for."""
        return expanded(english.searched(text), self._glossary)

    def _passages(self, opened: _Opened, probe: Probe, request: SearchRequest) -> tuple[Passage, ...]:
        hits = opened.index.search(probe, _scope(request, Field.TEXT), max(WEIGHTS.pool, request.limit))
        ranked = fused(hits, opened.weights)
        looked = ranked[: max(request.limit, LIMITS.looked)]
        chunks = opened.chunks([hit.id for hit, _ in looked], request.as_of)
        fitting = [(hit, score + form.fit(request.text, chunks[hit.id].text)) for hit, score in looked
                   if hit.id in chunks]
        fitting.sort(key=lambda one: (-one[1], one[0].id))
        return tuple(
            Passage(chunks[hit.id], score, {SHOWN[name]: value for name, value in hit.scores.items()})
            for hit, score in fitting[: request.limit]
        )

    def _faq(self, opened: _Opened, probe: Probe, request: SearchRequest) -> tuple[Passage, ...]:
        hits = opened.index.search(probe, _scope(request, Field.QUESTION), LIMITS.faq * LIMITS.paraphrases)
        chunks = opened.chunks([hit.id for hit in hits], request.as_of)
        best: dict[str, Passage] = {}
        for hit in sorted(hits, key=lambda one: (-one.scores[DENSE], one.id)):
            chunk = chunks.get(hit.id)
            if chunk is not None and len(best) < LIMITS.faq:
                score = hit.scores[DENSE]
                best.setdefault(chunk.id, Passage(chunk, score, {"question": score}))
        return tuple(best.values())

    def _current(self) -> _Opened:
        with self._lock:
            now = time.monotonic()
            if self._opened is not None and now - self._looked < LIMITS.look:
                return self._opened
            generation = self._engine.current()
            if generation is None:
                raise SearchIndexError(NO_INDEX)
            if self._opened is None or self._opened.index.generation != generation:
                try:
                    self._opened = self._open(generation)
                except SearchIndexError:
                    if (later := self._engine.current()) in (None, generation):
                        raise
                    self._opened = self._open(str(later))  # the other was cleaned away meanwhile
            self._looked = now
            return self._opened

    def _open(self, generation: str) -> _Opened:
        snapshot = self._engine.snapshot(generation)
        if snapshot is None:
            raise SearchIndexError(f"The index generation {generation} has no snapshot.")
        if snapshot.model != self._embedder.name:
            raise SearchIndexError(f"The index was made with {snapshot.model}, and EMBEDDING_MODEL is now "
                                   f"{self._embedder.name}. Run 'python -m ingestion reindex', or set it back.")
        index = self._engine.open(generation)  # the one before is closed when its last search lets go of it
        weights = weights_for(snapshot.points)
        return _Opened(index, snapshot.documents, weights, weights.asked & snapshot.mean.keys())


def glossary(company: Company | None) -> dict[str, tuple[str, ...]]:
    """By folded, lower-case abbreviation."""
    entries: Mapping[str, tuple[str, ...]] = company.glossary if company else {}
    return {polish.fold(short.lower()): meanings for short, meanings in entries.items()}


def expanded(text: str, entries: Mapping[str, tuple[str, ...]]) -> str:
    """With what each of the company's abbreviations in it stands for, unless the text says that itself."""
    folded = polish.fold(text.lower())
    words = dict.fromkeys(_WORD.findall(folded))
    known = [meaning for word in words for meaning in entries.get(word, ())]
    meanings = [meaning for meaning in known if polish.fold(meaning.lower()) not in folded]
    return f"{text} ({', '.join(meanings)})" if meanings else text


def _scope(request: SearchRequest, field: Field) -> Scope:
    return Scope(as_of=request.as_of, field=field, collection=request.collection, language=request.language,
                 audience=request.audience)
