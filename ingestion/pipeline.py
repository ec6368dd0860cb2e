"""From jobs to a new index generation: read → chunks → vectors → build → switch.

Reading and embedding run side by side with other workers; what changes the index holds its lock. Every step may be
repeated: chunks and vectors are kept by content, and a generation counts only once the pointer names it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from ingestion import chunk_files, chunking, garbage, registry, sandbox, standing, uploads
from ingestion.arrivals import Ready, described, failed, moved, noticed, registered, same_words
from ingestion.documents import Chunk, Text, Validity
from ingestion.embedders.cache import CachedEmbedder
from ingestion.embedding import open_embedder
from ingestion.errors import DocumentError, HeldError, IndexAway, SearchIndexError
from ingestion.index.build import Child, Plan
from ingestion.index.engine import LAYOUT, Snapshot, left, open_engine
from ingestion.index.points import embedded
from ingestion.jobs import AddJob, Outcome, identity, unchanged
from ingestion.lock import Lock
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings
from ingestion.standing import Suspended
from ingestion.validity import propose

Report = Callable[[str, str, int, int], None]
"""job id, step, done, of."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for another worker's build to end, and between two looks."""

    lock: float = 1_800.0
    look: float = 0.1


PATIENCE = Patience()


class Pipeline:
    """``threads``: for embedding in this process (None: all cores). ``queued`` names uploads of jobs that wait. One at
    a time per process."""

    def __init__(
        self, settings: Settings, threads: int | None = None, queued: Callable[[], Iterable[str]] = lambda: ()
    ) -> None:
        self._queued = queued
        self._settings = settings
        self._chunks = settings.data_dir / "chunks"
        self._cache = settings.embedding_cache or settings.data_dir / "vectors.sqlite"
        self._threads = threads
        self._embedder: CachedEmbedder | None = None
        self._engine = open_engine(settings)
        self._child: Child | None = None
        self._read_last: tuple[str | None, Register] | None = None

    @property
    def embedder(self) -> CachedEmbedder:
        """Loaded when it is first needed."""
        if self._embedder is None:
            self._embedder = CachedEmbedder(open_embedder(self._settings, self._threads), self._cache)
        return self._embedder

    def add(self, jobs: Mapping[str, AddJob], report: Report) -> dict[str, Outcome]:
        """What became of each. A bad document fails by itself; ModelError, DiskError and the like are of them all."""
        try:
            return self._add(jobs, report)
        finally:
            if self._child is not None:  # nothing was to be built after all
                self._child.close()
                self._child = None

    def _add(self, jobs: Mapping[str, AddJob], report: Report) -> dict[str, Outcome]:
        register = self.register()
        outcomes: dict[str, Outcome] = {}
        ready: dict[str, Ready] = {}
        known = dict(register.documents)
        for job_id, job in jobs.items():
            if (same := unchanged(register, job)) is not None:
                outcomes[job_id] = same
                continue
            try:
                self._child = self._child or Child()  # gets ready meanwhile
                made = self._read(job, known.get(identity(job)), partial(report, job_id))
                known[identity(job)] = made.document
                if (same := same_words(register, made)) is not None:
                    outcomes[job_id] = same
                else:
                    ready[job_id] = made
            except DocumentError as error:
                outcomes[job_id] = failed(job, error.status, str(error))
        return outcomes | self._take_in(ready, report) if ready else outcomes

    def remove(self, document: str) -> Outcome:
        """Raises UsageError when there is no such document."""
        with self._lock():
            register = self.register()
            title = register.get(document).title
            self._switch_to(registry.without(register, document), lambda done, of: None)
        return Outcome(source=title, document=document, status="removed")

    def set_days(self, document: str, version: str, valid_from: date | None, valid_until: date | None) -> Outcome:
        """Raises UsageError for an unknown document or version, or an end before the beginning."""
        with self._lock():
            register = registry.dated(self.register(), document, version, valid_from, valid_until)
            self._switch_to(register, lambda done, of: None)
        return Outcome(source=document, document=document, version=version, status="dated")

    def approve(self, document: str, version: str, question: str) -> Outcome:
        """Raises UsageError for an unknown document or version."""
        with self._lock():
            register = standing.approved(self.register(), document, version, question)
            self._switch_to(register, lambda done, of: None)
        return Outcome(source=question, document=document, version=version, status="approved")

    def suspended(self, register: Register) -> list[Suspended]:
        """Curated answers that are, or will be, no longer given."""
        return standing.suspended(register, self._chunks_of, date.today())

    def _chunks_of(self, version: Version) -> list[Chunk]:
        return chunk_files.read(self._settings.data_dir, version)

    def end(self, documents: list[str], last: date) -> list[Outcome]:
        """None of these documents counts after the day ``last``."""
        with self._lock():
            register = self.register()
            for document in documents:
                register = registry.ended(register, document, last)
            self._switch_to(register, lambda done, of: None)
        return [Outcome(source="", document=document, status="ended") for document in documents]

    def reindex(self, report: Callable[[str, int, int], None]) -> list[Outcome]:
        """Read everything again. A version that can't be read any more keeps its chunks."""
        register = self.register()
        renewed: dict[tuple[str, str], tuple[int, str, bool]] = {}
        outcomes = []
        everything = register.indexed()
        for place, (document, version) in enumerate(everything):
            status, reason = "indexed", None
            try:
                file = uploads.path(self._settings.data_dir, version.upload)
                text = sandbox.parse(file, version.name, version.select)
                made = self._chunked(text, document, version.source)
                self._embed(made, lambda done, of: report("embedding", done, of))
                renewed[document.document, version.version] = (len(made), self._write(made), _curated(made))
            except DocumentError as error:
                status, reason = error.status, str(error)
            outcomes.append(Outcome(source=version.source, document=document.document, version=version.version,
                                    status=status, chunks=version.chunks, reason=reason))
            report("reading", place + 1, len(everything))
        with self._lock():
            self._switch_to(_renewed(self.register(), renewed), lambda done, of: report("building", done, of),
                            from_nothing=True)
        return outcomes

    def outdated(self) -> str | None:
        """How the current generation differs from what this program would build of it; None where it doesn't."""
        snapshot = self._engine.snapshot(self._engine.current())
        if snapshot is None:
            return None
        if snapshot.model != self.embedder.name:
            return f"it was made with the embedding model {snapshot.model}, which is now {self.embedder.name}"
        if snapshot.layout != LAYOUT:
            return f"it is of layout {snapshot.layout}, which is now {LAYOUT}; meanwhile it goes on answering"
        return None

    def upgrade(self) -> None:
        """Build the current generation anew as this program would, unless another worker has. No file is read again;
        texts without a vector of today's model are embedded. Raises DocumentError when texts are gone."""
        self._embed_all(self.register())  # outside the lock, for it may take long
        with self._lock():
            if self.outdated() is not None:
                register = self.register()
                self._embed_all(register)
                self._switch_to(register, lambda done, of: None, from_nothing=True)

    def _embed_all(self, register: Register) -> None:
        for _, version in register.indexed():
            self._embed(self._chunks_of(version), lambda done, of: None)

    def rollback(self, generation: str) -> Outcome:
        """From this generation to the one before it; nothing where it was left already. Raises SearchIndexError when
        others were built on it meanwhile: what they brought would go too, and nobody asked for that."""
        with self._lock():
            if (current := self._engine.current()) == generation:
                snapshot: Snapshot | None = self._engine.rollback()
            elif left(generation, self._engine.kept()):
                snapshot = self._engine.snapshot(current)
            else:
                raise SearchIndexError(f"The index has changed since going back from {generation} was asked for. Look "
                                       "at what changed, and ask again.")
        assert snapshot is not None
        return Outcome(source="", document=snapshot.generation, status="rolled back", chunks=snapshot.points)

    def _read(self, job: AddJob, before: Document | None, report: Callable[[str, int, int], None]) -> Ready:
        report("reading", 0, 1)
        text = sandbox.parse(uploads.path(self._settings.data_dir, job.upload), job.name, job.select)
        document = described(job, text, before)
        made = self._chunked(text, document, job.source)
        if not made:
            raise DocumentError(f"{job.name} gave no passages. Add a file that has text.")
        self._embed(made, lambda done, of: report("embedding", done, of))
        ready = job.name.removesuffix(".gz").endswith(".jsonl")  # its dates are those of acts that it holds
        proposal = None if ready else propose(text.clauses, document.title)
        return Ready(job, document, len(made), self._write(made), proposal, text.notes, _curated(made))

    def _chunked(self, text: Text, document: Document, source: str) -> list[Chunk]:
        """Version and validity are put in when the index is built: they follow from the document's timeline."""
        named = Text(title=document.title, clauses=text.clauses, faq=text.faq, kind=text.kind, language=text.language)
        return chunking.chunks(named, document=document.document, version="", validity=Validity(), source=source,
                               collection=document.collection, audience=document.audience)

    def _embed(self, made: list[Chunk], report: Callable[[int, int], None]) -> None:
        texts = [embedded(chunk) for chunk in made]
        questions = [question for chunk in made for question in dict.fromkeys(chunk.questions)]
        done = 0

        def tell(more: int) -> None:
            nonlocal done
            done += more
            report(done, len(texts) + len(questions))

        self.embedder.keep(texts, tell)
        self.embedder.keep(questions, tell, as_query=True)

    def _write(self, made: list[Chunk]) -> str:
        return chunk_files.write(self._settings.data_dir, made)

    def _take_in(self, ready: Mapping[str, Ready], report: Report) -> dict[str, Outcome]:
        """Into the index, all in one generation; if that fails its trial, each by itself, to find the one at fault."""
        with self._lock():
            current = self.register()
            register, outcomes = registered(current, ready)
            wanted = [job_id for job_id, outcome in outcomes.items() if outcome.status == "indexed"]

            def tell(done: int, of: int) -> None:
                for job_id in wanted:
                    report(job_id, "building", done, of)

            try:
                if wanted:
                    before = {(one.document, one.question) for one in self.suspended(current)}
                    register = moved(current, register, self._chunks_of, self._write)
                    self._switch_to(standing.carried(current, register, self._chunks_of), tell)
                    outcomes = noticed(outcomes, [one for one in self.suspended(self.register())
                                                   if (one.document, one.question) not in before])
                return outcomes
            except IndexAway:
                raise  # no document's fault
            except SearchIndexError as error:
                if len(ready) == 1:
                    return {job_id: failed(one.job, "failed", str(error)) for job_id, one in ready.items()}
        found: dict[str, Outcome] = {}
        for job_id, one in ready.items():
            found |= self._take_in({job_id: one}, report)
        return found

    def _switch_to(
        self, register: Register, progress: Callable[[int, int], None], *, from_nothing: bool = False
    ) -> None:
        """Build what the register says, and make it current. The caller holds the lock."""
        register = standing.settled(register, self._chunks_of, date.today())
        plan = Plan(settings=self._settings, model=self.embedder.name, dim=self.embedder.dim, cache=self._cache,
                    chunks=self._chunks, documents=register, parent=self._engine.current(), from_nothing=from_nothing)
        child, self._child = self._child or Child(), None
        self._engine.switch(child.build(plan, progress))
        self._engine.clean()
        snapshots = [self._engine.snapshot(generation) for generation in self._engine.kept()]
        garbage.collect(self._settings.data_dir, [one.documents for one in snapshots if one], self._queued())

    def register(self) -> Register:
        """What the current generation was built from; read once for each."""
        generation = self._engine.current()
        if self._read_last is None or self._read_last[0] != generation:
            snapshot = self._engine.snapshot(generation)
            self._read_last = generation, snapshot.documents if snapshot else Register()
        return self._read_last[1]

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """The index's lock, waited for. Raises HeldError naming who has it when that takes too long."""
        lock = Lock(self._settings.data_dir / "index.lock")
        deadline = time.monotonic() + PATIENCE.lock
        while True:
            try:
                lock.acquire()
                break
            except HeldError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PATIENCE.look)
        try:
            yield
        finally:
            lock.release()


def _curated(made: Iterable[Chunk]) -> bool:
    return any(chunk.questions and chunk.rests_on for chunk in made)


def _renewed(register: Register, renewed: Mapping[tuple[str, str], tuple[int, str, bool]]) -> Register:
    documents = {}
    for name, document in register.documents.items():
        versions = []
        for one in document.versions:
            chunks, file, curated = renewed.get((name, one.version), (one.chunks, one.chunks_file, one.curated))
            versions.append(one.model_copy(update={"chunks": chunks, "chunks_file": file, "curated": curated}))
        documents[name] = document.model_copy(update={"versions": tuple(versions)})
    return Register(documents=documents)
