"""Documents that were read, and what the register says once they are in it. Pure but for the reading and writing that
`moved` is handed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ingestion import registry
from ingestion.documents import Chunk, Text
from ingestion.errors import UsageError
from ingestion.jobs import AddJob, Outcome, identity
from ingestion.registry import Document, Register, Version
from ingestion.standing import Suspended
from ingestion.validity import Proposal


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


def described(job: AddJob, text: Text, before: Document | None) -> Document:
    """The document that a job adds a version of. What the job doesn't say of it stays as it was ``before``."""
    document = Document(document=identity(job), title=job.title or text.title, kind=text.kind, language=text.language)
    return document.model_copy(update={
        name: getattr(job, name) or getattr(before or document, name) for name in ("collection", "audience")})


def registered(register: Register, ready: Mapping[str, Ready]) -> tuple[Register, dict[str, Outcome]]:
    outcomes = {}
    for job_id, one in ready.items():
        job, name = one.job, one.document.document
        before = register.documents.get(name)
        if (outrun := _outrun(before, one)) is not None:
            outcomes[job_id] = failed(job, "failed", outrun)
            continue
        version, reason = _version(one, before)
        reason = " ".join((*([reason] if reason else ()), *one.notes)) or None
        try:
            register = registry.added(register, one.document, version, job.supersedes, date.today())
        except UsageError as error:
            outcomes[job_id] = failed(job, "failed", str(error))
            continue
        reason = " ".join(part for part in (_never(register.get(name), version.version), reason) if part) or None
        outcomes[job_id] = Outcome(source=job.source, document=name, version=version.version, status="indexed",
                                   chunks=one.chunks, reason=reason)
    return register, outcomes


def _outrun(before: Document | None, one: Ready) -> str | None:
    """Why a text that was read is not taken in: another worker gave its document another audience or collection
    meanwhile, and this one was cut into passages for those before."""
    if before is None:
        return None
    stale = [name for name in ("collection", "audience")
             if getattr(one.job, name) is None and getattr(one.document, name) != getattr(before, name)]
    return f"the document's {stale[0]} was changed while {one.job.name} was read. Add it again." if stale else None


def _version(one: Ready, before: Document | None) -> tuple[Version, str | None]:
    """With a word on its days where they aren't as stated."""
    job = one.job
    made = {"name": job.name, "source": job.source, "chunks": one.chunks, "chunks_file": one.chunks_file,
            "curated": one.curated}
    if (same := _elsewhere(before, one)) is not None:
        return same.model_copy(update=made), None
    reason = None
    since, until = job.valid_from, job.valid_until
    if since is None and (job.supersedes or _replaces(before, job)):
        since = date.today()
        reason = f"valid from today ({since}), because no --valid-from was given and it replaces an earlier text"
    proposal = _asked(one.proposal, job)
    if proposal is not None:
        since, until = _narrowed(job, proposal, since)
        reason = _told(proposal, since, until, stated=bool(job.valid_from or job.valid_until))
    version = Version.model_validate({
        **made, "version": registry.version_id(before, job.upload, since), "upload": job.upload, "select": job.select,
        "valid_from": since, "valid_until": until, "added": datetime.now(UTC).isoformat(), "proposal": proposal})
    return version, reason


def _elsewhere(before: Document | None, one: Ready) -> Version | None:
    """The version that is this text, where nothing is new but the document's collection or audience: its days stay."""
    job = one.job
    if before is None or job.valid_from or job.valid_until or job.supersedes or _place(before) == _place(one.document):
        return None
    return next((version for version in before.versions
                 if (version.upload, version.select) == (job.upload, job.select) and not version.replaced), None)


def moved(
    before: Register, after: Register, read: Callable[[Version], list[Chunk]], write: Callable[[list[Chunk]], str]
) -> Register:
    """``after``, with all versions of a document where it belongs now: it has one collection and one audience, and
    what its earlier versions say must not stay where it was."""
    documents = dict(after.documents)
    for name, document in after.documents.items():
        if name in before.documents and _place(before.documents[name]) != _place(document):
            documents[name] = document.model_copy(update={"versions": tuple(
                one.model_copy(update={"chunks_file": write([
                    replace(chunk, collection=document.collection, audience=document.audience)
                    for chunk in read(one)])}) for one in document.versions)})
    return Register(documents=documents)


def _place(document: Document) -> tuple[str, str]:
    return document.collection, document.audience


def _never(document: Document, name: str) -> str | None:
    """Why a version is found on no day, if it isn't."""
    version = document.find(name)
    if document.ends is not None and version.since is not None and version.since > document.ends:
        return (f"it counts on no day: it would from {version.since}, and {document.superseded_by} took this "
                f"document's place after {document.ends}. Remove that one, or add this text under another title.")
    if version.validity.empty:
        return f"it counts on no day: it would begin on {version.since} and end on {version.until}. Correct its days."
    return None


def noticed(outcomes: dict[str, Outcome], fresh: list[Suspended]) -> dict[str, Outcome]:
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
    if agrees and job.valid_from is not None:
        return None
    return proposal.model_copy(update={"stated": (job.valid_from, job.valid_until)})


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


def same_words(register: Register, ready: Ready) -> Outcome | None:
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


def failed(job: AddJob, status: str, reason: str) -> Outcome:
    return Outcome(source=job.source, document=identity(job), status=status, reason=reason)
