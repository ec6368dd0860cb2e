"""From jobs to a new index generation: read → chunks → vectors → build → switch.

Reading and embedding run side by side with other workers; what changes the index holds its lock. Every step may be
repeated: chunks and vectors are kept by content, and a generation counts only once the pointer names it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from ingestion import chunk_files, chunking, garbage, registry, sandbox, standing, uploads
from ingestion.documents import Chunk, Text, Validity
from ingestion.embedders.cache import CachedEmbedder
from ingestion.embedding import open_embedder
from ingestion.errors import DocumentError, HeldError, SearchIndexError, UsageError
from ingestion.index.build import Child, Plan
from ingestion.index.engine import LAYOUT, open_engine
from ingestion.index.points import embedded
from ingestion.jobs import AddJob, Outcome, identity, unchanged
from ingestion.lock import Lock
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings
from ingestion.standing import Suspended
from ingestion.validity import Proposal, propose

Report = Callable[[str, str, int, int], None]
"""job id, step, done, of."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for another worker's build to end, and between two looks."""

    lock: float = 1_800.0
    look: float = 0.1


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that was read and embedded, waiting for the index."""

    job: AddJob
    document: Document
    chunks: int
    chunks_file: str
    proposal: Proposal | None = None
    notes: tuple[str, ...] = ()
    curated: bool = False


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
        for job_id, job in jobs.items():
            if (same := unchanged(register, job)) is not None:
                outcomes[job_id] = same
                continue
            try:
                self._child = self._child or Child()  # gets ready meanwhile
                made = self._read(job, partial(report, job_id))
                if (same := _same_words(register, made)) is not None:
                    outcomes[job_id] = same
                else:
                    ready[job_id] = made
            except DocumentError as error:
                outcomes[job_id] = _failed(job, error.status, str(error))
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

    def outdated(self) -> bool:
        """Whether the current generation is of an earlier layout. It still answers."""
        snapshot = self._engine.snapshot(self._engine.current())
        return snapshot is not None and snapshot.layout != LAYOUT

    def upgrade(self) -> None:
        """Build the current generation anew in today's layout, unless another worker has. Nothing is read or embedded
        again. Raises SearchIndexError when its texts or vectors are gone."""
        with self._lock():
            if self.outdated():
                self._switch_to(self.register(), lambda done, of: None, from_nothing=True)

    def rollback(self) -> Outcome:
        with self._lock():
            snapshot = self._engine.rollback()
        return Outcome(source="", document=snapshot.generation, status="rolled back", chunks=snapshot.points)

    def _read(self, job: AddJob, report: Callable[[str, int, int], None]) -> Ready:
        report("reading", 0, 1)
        text = sandbox.parse(uploads.path(self._settings.data_dir, job.upload), job.name, job.select)
        document = Document(document=identity(job), title=job.title or text.title, collection=job.collection,
                            audience=job.audience, kind=text.kind, language=text.language)
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

        self.embedder.passages(texts, tell)
        self.embedder.questions(questions, tell)

    def _write(self, made: list[Chunk]) -> str:
        return chunk_files.write(self._settings.data_dir, made)

    def _take_in(self, ready: Mapping[str, Ready], report: Report) -> dict[str, Outcome]:
        """Into the index, all in one generation; if that fails its trial, each by itself, to find the one at fault."""
        with self._lock():
            register, outcomes = _registered(self.register(), ready)
            wanted = [job_id for job_id, outcome in outcomes.items() if outcome.status == "indexed"]

            def tell(done: int, of: int) -> None:
                for job_id in wanted:
                    report(job_id, "building", done, of)

            try:
                if wanted:
                    before = {(one.document, one.question) for one in self.suspended(self.register())}
                    self._switch_to(register, tell)
                    outcomes = _noticed(outcomes, [one for one in self.suspended(self.register())
                                                   if (one.document, one.question) not in before])
                return outcomes
            except SearchIndexError as error:
                if len(ready) == 1:
                    return {job_id: _failed(one.job, "failed", str(error)) for job_id, one in ready.items()}
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
        """What the current generation was built from."""
        snapshot = self._engine.snapshot(self._engine.current())
        return snapshot.documents if snapshot else Register()

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


def _registered(register: Register, ready: Mapping[str, Ready]) -> tuple[Register, dict[str, Outcome]]:
    outcomes = {}
    for job_id, one in ready.items():
        job, name = one.job, one.document.document
        before = register.documents.get(name)
        reason = None
        since, until = job.valid_from, job.valid_until
        if since is None and (job.supersedes or _replaces(before, job)):
            since = date.today()
            reason = f"valid from today ({since}), because no --valid-from was given and it replaces an earlier text"
        proposal = _asked(one.proposal, job)
        if proposal is not None:
            since, until = _narrowed(job, proposal, since)
            reason = _told(proposal, since, until, stated=bool(job.valid_from or job.valid_until))
        reason = " ".join((*([reason] if reason else ()), *one.notes)) or None
        version = Version(
            version=registry.version_id(before, job.upload, since), upload=job.upload, name=job.name, source=job.source,
            select=job.select, valid_from=since, valid_until=until, chunks=one.chunks, chunks_file=one.chunks_file,
            added=datetime.now(UTC).isoformat(), proposal=proposal, curated=one.curated,
        )
        try:
            register = registry.added(register, one.document, version, job.supersedes)
        except UsageError as error:
            outcomes[job_id] = _failed(job, "failed", str(error))
            continue
        outcomes[job_id] = Outcome(source=job.source, document=name, version=version.version, status="indexed",
                                   chunks=one.chunks, reason=reason)
    return register, outcomes


def _curated(made: Iterable[Chunk]) -> bool:
    return any(chunk.questions and chunk.rests_on for chunk in made)


def _noticed(outcomes: dict[str, Outcome], fresh: list[Suspended]) -> dict[str, Outcome]:
    """With a notice of the answers that this change suspends, on the documents that it took in."""
    if not fresh:
        return outcomes
    named = "; ".join(f"'{one.question}' ({one.since})" for one in fresh[:5])
    more = f" (+{len(fresh) - 5})" if len(fresh) > 5 else ""
    notice = f"Curated answers that rest on clauses which change are suspended: {named}{more}."
    return {
        job_id: one.model_copy(update={"reason": f"{one.reason}. {notice}" if one.reason else notice})
        if one.status == "indexed" else one for job_id, one in outcomes.items()
    }  # fmt: skip


def _asked(proposal: Proposal | None, job: AddJob) -> Proposal | None:
    """What a person is to confirm; None where the days stated are those that the text says."""
    if proposal is None:
        return None
    agrees = (proposal.valid_from is None or proposal.valid_from == job.valid_from) and (
        proposal.valid_until is None or proposal.valid_until == job.valid_until
    )
    return None if agrees and job.valid_from is not None else proposal


def _narrowed(job: AddJob, proposal: Proposal, since: date | None) -> tuple[date | None, date | None]:
    """Until it is confirmed, a text counts only on days on which it would count with the proposal and without it: a
    wrong guess may hide it, and never puts it in force too early or too long. Days that were stated stand."""
    if job.valid_from is None and proposal.valid_from is not None:
        since = max(since or proposal.valid_from, proposal.valid_from)
    return since, job.valid_until or proposal.valid_until


def _told(proposal: Proposal, since: date | None, until: date | None, *, stated: bool) -> str:
    said = proposal.evidence[0]
    if stated:
        return f"its text says otherwise: '{said}'. Confirm the days, or correct them."
    days = " ".join(part for part in (f"from {since}" if since else "", f"until {until}" if until else "") if part)
    return f"its text says: '{said}'. Until you confirm it, it counts {days or 'on every day'}."


def _same_words(register: Register, ready: Ready) -> Outcome | None:
    """A page whose bytes differ from the current version's (a date in the footer's code) and whose text doesn't."""
    job = ready.job
    document = register.documents.get(ready.document.document)
    if document is None or job.document is None or job.valid_from or job.valid_until or job.supersedes:
        return None
    for one in document.versions:
        if one.chunks_file == ready.chunks_file and not one.replaced and one.validity.covers(date.today()):
            return Outcome(source=job.source, document=document.document, version=one.version, status="unchanged",
                           chunks=one.chunks)
    return None


def _replaces(before: Document | None, job: AddJob) -> bool:
    """Whether another text of the document counts so far, so that a day without a date would be doubly covered."""
    versions: Iterable[Version] = before.versions if before else ()
    return any((one.upload, one.select) != (job.upload, job.select) and not one.replaced for one in versions)


def _renewed(register: Register, renewed: Mapping[tuple[str, str], tuple[int, str, bool]]) -> Register:
    documents = {}
    for name, document in register.documents.items():
        versions = []
        for one in document.versions:
            chunks, file, curated = renewed.get((name, one.version), (one.chunks, one.chunks_file, one.curated))
            versions.append(one.model_copy(update={"chunks": chunks, "chunks_file": file, "curated": curated}))
        documents[name] = document.model_copy(update={"versions": tuple(versions)})
    return Register(documents=documents)


def _failed(job: AddJob, status: str, reason: str) -> Outcome:
    return Outcome(source=job.source, document=identity(job), status=status, reason=reason)
