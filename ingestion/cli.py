"""`python -m ingestion`: from documents to passages."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer
from rich.table import Table

from ingestion import chunk_files, company, jobs, sourcing, uploads
from ingestion.changes import changes as changes_since
from ingestion.command import Json, announced_settings, out, parse_day, print_json, translated
from ingestion.diff import Change
from ingestion.diff import changes as differences
from ingestion.errors import NO_INDEX, DocumentError, SearchIndexError, UsageError
from ingestion.index.engine import open_engine
from ingestion.jobs import (
    AddJob,
    DateJob,
    JobState,
    Outcome,
    ReindexJob,
    RemoveJob,
    RollbackJob,
    clash,
    identity,
    of_same_name,
    unchanged,
)
from ingestion.registry import Register
from ingestion.reporting import finish, outcome_of, outcomes, report
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.validity import decided, refused
from ingestion.web import commands as web_commands
from ingestion.web import records
from ingestion.web.limits import LIMITS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
EVERY = LIMITS.every


web_commands.add_to(app)


@app.callback()
def _root() -> None:
    """Add, list, search, re-index."""


@app.command()
@translated
def add(
    source: Annotated[list[str], typer.Argument(
        help="Files, folders, passages.jsonl#glob-of-ids, or addresses (https://…) of pages and sitemaps.")],
    title: Annotated[str | None, typer.Option(help="The document's title, and by it its id.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="First day of validity, YYYY-MM-DD.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Last day of validity, YYYY-MM-DD.")] = None,
    supersedes: Annotated[str | None, typer.Option(help="Id of the document that this one ends.")] = None,
    collection: Annotated[str | None, typer.Option(help="A name to search by itself; else as before.")] = None,
    audience: Annotated[str | None, typer.Option(
        help="Who may be answered from it; else as before, and a new one is for 'customer'.")] = None,
    every: Annotated[int, typer.Option(help="Hours between two looks at an address; 0: none by itself.")] = EVERY,
    json: Json = False,
) -> None:
    """Add documents, or new versions of them; pages of the web are looked at again by themselves."""
    since, until = parse_day(valid_from, "--valid-from"), parse_day(valid_until, "--valid-until")
    if since and until and until < since:
        raise UsageError(f"--valid-until {until} is before --valid-from {since}. Swap them.")
    addresses = [one for one in source if sourcing.is_address(one)]
    found = sourcing.files([one for one in source if not sourcing.is_address(one)])
    if title and len(found) + len(addresses) > 1:
        raise UsageError(f"--title {title!r} can't name {len(found) + len(addresses)} documents. Add them one by one.")
    sites = [records.site_of(one, title=title, valid_from=since, valid_until=until, supersedes=supersedes,
                             collection=collection, audience=audience, every=every) for one in addresses]
    chosen = announced_settings()
    rows: list[Outcome | None] = []
    with connect(chosen) as store:
        ids = []
        known: dict[str, AddJob] = {}
        for one in found:
            job = AddJob(upload="", name=one.path.name, source=one.shown, select=one.select, title=title,
                         valid_from=since, valid_until=until, supersedes=supersedes, collection=collection,
                         audience=audience)
            try:
                job = job.model_copy(update={"upload": uploads.keep(chosen.data_dir, one.path)})
                if (other := of_same_name(job, known)) is not None:
                    raise DocumentError(clash(job, other.source))
            except DocumentError as error:
                rows.append(Outcome(source=one.shown, document=identity(job), status=error.status, reason=str(error)))
                continue
            rows.append(None)
            ids.append(jobs.submit(store, job))
        ids += [records.follow(store, site) for site in sites]
        ended = finish(chosen, store, ids)
    told = iter(ended[: len(ids) - len(sites)])
    added = [row or outcome_of(next(told)) for row in rows]
    report([*added, *outcomes(ended[len(ids) - len(sites) :])], json)


@app.command()
@translated
def demo(json: Json = False) -> None:
    """Build the demo company's documents and add what is new of them."""
    from ingestion.demo.adding import additions

    chosen = announced_settings()
    register = _register(chosen)
    known = [(job, unchanged(register, job)) for job in additions(chosen)]
    fresh = [job for job, outcome in known if outcome is None]
    ended: list[JobState] = []
    if fresh:
        with connect(chosen) as store:
            ended = finish(chosen, store, [jobs.submit(store, job) for job in fresh])
    told = iter(ended)
    report([outcome or outcome_of(next(told)) for _, outcome in known], json)


@app.command()
@translated
def remove(document: str, json: Json = False) -> None:
    """Take a document out of the index, in all its versions."""
    _register(announced_settings()).get(document)
    _run(RemoveJob(document=document), json)


@app.command()
@translated
def reindex(json: Json = False) -> None:
    """Read every document again and build the index anew."""
    _run(ReindexJob(), json)


@app.command()
@translated
def rollback(json: Json = False) -> None:
    """Go back to the index before the last change."""
    if (generation := open_engine(announced_settings()).current()) is None:
        raise SearchIndexError(NO_INDEX)
    _run(RollbackJob(generation=generation), json)


@app.command("list")
@translated
def list_(json: Json = False) -> None:
    """The documents and their versions."""
    register = _register(announced_settings())
    if json:
        print_json({"documents": [_document(register, name) for name in sorted(register.documents)]})
        return
    table = Table("document", "title", "version", "valid from", "until", "chunks", "collection", "audience")
    for name in sorted(register.documents):
        document = register.documents[name]
        for one in document.versions:
            until = "replaced" if one.replaced else str(one.until or "")
            table.add_row(name, document.title, one.version, str(one.since or ""), until, str(one.chunks),
                          document.collection, document.audience)
    out.print(table if register.documents else "No documents yet. Add some: python -m ingestion add FILE…")


@app.command()
@translated
def status(json: Json = False) -> None:
    """The index, the workers and the jobs."""
    chosen = announced_settings()
    engine = open_engine(chosen)
    snapshot = engine.snapshot(engine.current())
    with connect(chosen) as store:
        recent = jobs.recent(store, 1_000)
        alive = jobs.workers(store)
    counts = {name: sum(job.state == name for job in recent) for name in ("queued", "running", "done", "parked")}
    found = {
        "generation": snapshot.generation if snapshot else None,
        "created": snapshot.created if snapshot else None,
        "model": snapshot.model if snapshot else None,
        "points": snapshot.points if snapshot else 0,
        "documents": len(snapshot.documents.documents) if snapshot else 0,
        "versions": len(snapshot.documents.indexed()) if snapshot else 0,
        "workers": alive,
        "jobs": counts,
        "parked": [{"job": job.job, "source": job.source, "reason": job.reason} for job in recent
                   if job.state == "parked"],
    }
    if json:
        print_json(found)
        return
    for name, value in found.items():
        out.print(f"{name}: {value}", highlight=False)


@app.command()
@translated
def diff(document: str, v1: str, v2: str, json: Json = False) -> None:
    """What changed between two versions, clause by clause."""
    chosen = announced_settings()
    one = _register(chosen).get(document)
    before, after = (chunk_files.read(chosen.data_dir, one.find(version)) for version in (v1, v2))
    found = differences(before, after)
    if json:
        print_json({"document": document, "from": v1, "to": v2, "changes": [_change(change) for change in found]})
        return
    _show_changes(found)
    if not found:
        out.print("No differences.")


@app.command()
@translated
def changes(
    since: Annotated[str, typer.Option(help="The first day whose changes count, YYYY-MM-DD.")],
    until: Annotated[str | None, typer.Option(help="The last one, YYYY-MM-DD; default today.")] = None,
    document: Annotated[list[str] | None, typer.Option(help="Only of these documents.")] = None,
    json: Json = False,
) -> None:
    """What changed in the documents in force since a day, clause by clause."""
    chosen = announced_settings()
    first, last = parse_day(since, "--since"), parse_day(until, "--until") or date.today()
    assert first is not None
    register = _register(chosen)
    for name in document or ():
        register.get(name)
    found = changes_since(chosen.data_dir, register, first, last, document)
    if json:
        print_json({"since": first, "until": last, "documents": [
            {"document": one.document, "title": one.title, "since": one.since,
             "before": one.before and one.before.version, "after": one.after and one.after.version,
             "changes": [_change(change) for change in one.clauses]} for one in found]})
        return
    for one in found:
        kind = "new" if one.before is None else "ended" if one.after is None else ""
        out.print(f"[bold]{one.title}[/bold] {one.since} {kind}", highlight=False)
        _show_changes(one.clauses)
    if not found:
        out.print(f"Nothing changed since {first}.")


@app.command()
@translated
def confirm(
    document: str,
    version: Annotated[str | None, typer.Argument(help="Default: the one whose days wait for a person.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD; else as the text says.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD; else as the text says.")] = None,
    as_before: Annotated[bool, typer.Option(help="Refuse what the text says; stated days stand.")] = False,
    json: Json = False,
) -> None:
    """Settle a version's days: as its text says, or as given here."""
    one = _register(announced_settings()).get(document)
    waiting = [each for each in one.versions if each.proposal and each.proposal.open]
    if version is None and len(waiting) != 1:
        names = ", ".join(each.version for each in waiting or one.versions)
        raise UsageError(f"{len(waiting)} versions of {document} wait for their days. Name one: {names}.")
    chosen = one.find(version) if version is not None else waiting[0]
    settle = refused if as_before else decided
    proposed = settle(chosen.proposal, chosen.valid_from, chosen.valid_until)
    since = parse_day(valid_from, "--valid-from") or proposed[0]
    until = parse_day(valid_until, "--valid-until") or proposed[1]
    _run(DateJob(document=document, version=chosen.version, valid_from=since, valid_until=until), json)


def _change(change: Change) -> dict[str, Any]:
    return {"clause": change.clause, "was": change.was, "before": change.before and change.before.text,
            "after": change.after and change.after.text}


def _show_changes(found: Sequence[Change]) -> None:
    for change in found:
        out.print(f"[bold]{change.clause}[/bold]" + (f" (was {change.was})" if change.was else ""))
        for sign, clause in (("-", change.before), ("+", change.after)):
            if clause is not None:
                out.print(f"  {sign} {clause.text}", markup=False, highlight=False)


@app.command()
@translated
def search(
    question: str,
    as_of: Annotated[str | None, typer.Option(help="The day whose rules count, YYYY-MM-DD; default today.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 8,
    collection: Annotated[str | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """The passages that answer a question on a day."""
    from ingestion.search import Searcher, SearchRequest

    chosen = announced_settings()
    day = parse_day(as_of, "--as-of") or date.today()
    searcher = Searcher(chosen, company.load(chosen.company))
    searcher.ready()
    found = searcher.search(SearchRequest(question, day, limit, collection))
    rows: list[dict[str, Any]] = []
    for passage in found.passages:
        chunk = passage.chunk
        rows.append({
            "document": chunk.document, "version": chunk.version, "clause": chunk.clause, "title": chunk.title,
            "text": chunk.text, "score": round(passage.score, 4), "valid_from": chunk.validity.since,
            "valid_until": chunk.validity.until, "source": chunk.source,
            "scores": {name: round(value, 4) for name, value in passage.scores.items()},
        })
    if json:
        print_json({"question": question, "as_of": day, "took_ms": round(found.took_ms, 1), "passages": rows})
        return
    for row in rows:
        out.print(f"[bold]{row['title']}, {row['clause']}[/bold] ({row['version']})  {row['score']:.2f}")
        out.print(f"  {row['text']}", markup=False, highlight=False)


@app.command()
@translated
def worker(
    threads: Annotated[int, typer.Option(min=1, help="Threads that embed; one leaves the rest to questions.")] = 1,
) -> None:
    """Do the jobs that are queued, until told to stop."""
    from ingestion.worker import Worker

    chosen = announced_settings()
    with connect(chosen) as store:
        one = Worker(chosen, store, threads)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: one.stop())
        one.run()


def _register(chosen: Settings) -> Register:
    engine = open_engine(chosen)
    snapshot = engine.snapshot(engine.current())
    return snapshot.documents if snapshot else Register()


def _run(job: DateJob | RemoveJob | ReindexJob | RollbackJob, json: bool) -> None:
    chosen = announced_settings()
    with connect(chosen) as store:
        states = finish(chosen, store, [jobs.submit(store, job)])
    state = states[0]
    rows = list(state.outcomes) or [outcome_of(state)]
    report(rows, json)


def _document(register: Register, name: str) -> dict[str, Any]:
    document = register.documents[name]
    return {
        "document": name, "title": document.title, "collection": document.collection, "audience": document.audience,
        "kind": document.kind, "language": document.language, "superseded_by": document.superseded_by,
        "versions": [
            {"version": one.version, "valid_from": one.since, "valid_until": one.until, "replaced": one.replaced,
             "chunks": one.chunks, "source": one.source, "hash": one.upload, "added": one.added,
             "proposal": one.proposal and one.proposal.model_dump(mode="json")}
            for one in document.versions
        ],
    }


