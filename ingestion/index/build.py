"""Builds a generation in a child process, because building holds the interpreter for seconds.

`build` (the parent's side) starts ``python -m ingestion.index.build`` with a plan on standard input and reads one JSON
line per step: ``{"done", "of"}``, and last ``{"snapshot"}`` or ``{"error"}``. The child reads chunks from their files
and vectors from the cache, writes only what differs from the generation before, and tries the result before it says
that it is done. Switching is the parent's.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ingestion import golden_queries
from ingestion.documents import Validity
from ingestion.embedders.cache import VectorCache
from ingestion.errors import ProductError, SearchIndexError
from ingestion.index import golden, sparse, trial
from ingestion.index.engine import Engine, Snapshot, new_id, open_engine
from ingestion.index.points import Draft, drafts, unpack
from ingestion.index.seam import Builder, Point
from ingestion.registry import Register
from ingestion.settings import Settings

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """``drift``: the share by which the number of points may differ from when the mean lengths were taken; beyond it
    all is built anew. ``part``: points between two reports. ``seconds``: of a whole build (100,000 points took 60)."""

    drift: float = 0.2
    part: int = 256
    seconds: float = 1_800.0


LIMITS = Limits()


class Plan(BaseModel):
    """``parent`` is the generation before, copied where that is possible and ``from_nothing`` doesn't forbid it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: Settings
    model: str
    dim: int
    cache: Path
    chunks: Path
    documents: Register
    parent: str | None
    from_nothing: bool = False
    niceness: int = 5


def build(plan: Plan, progress: Callable[[int, int], None] | None = None) -> Snapshot:
    """Build and try a generation; it is not current yet. Raises SearchIndexError or DiskError saying what is wrong."""
    secrets = {name: value.get_secret_value() for name in ("qdrant_api_key",)
               if (value := getattr(plan.settings, name)) is not None}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "ingestion.index.build", str(os.getpid())], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, cwd="/", env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}, text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with child.stdin as pipe:
            pipe.write(json.dumps({"plan": plan.model_dump(mode="json"), "secrets": secrets}))
        snapshot, error = None, None
        for line in child.stdout:
            report = json.loads(line)
            if "done" in report and progress is not None:
                progress(report["done"], report["of"])
            snapshot, error = report.get("snapshot", snapshot), report.get("error", error)
        code = child.wait(LIMITS.seconds)
    except BrokenPipeError:
        snapshot, error, code = None, None, child.wait(10)
    finally:
        child.stdout.close()
        if child.poll() is None:
            child.kill()
            child.wait(10)
    if error is not None:
        raise SearchIndexError(f"The new index was not taken into use: {error} The old one goes on answering.")
    if snapshot is None or code:
        raise SearchIndexError(f"Building the index ended without a result (exit {code}). The old one goes on "
                               "answering; try again, and see the log for the reason.")
    return Snapshot.model_validate(snapshot)


def _work(plan: Plan, engine: Engine) -> Snapshot:
    wanted = {draft.id: draft for draft in _drafts(plan)}
    base = None if plan.from_nothing else engine.snapshot(plan.parent)
    if base is not None and not _extends(base, plan, len(wanted)):
        base = None
    generation = new_id()
    builder = engine.begin(generation, base.generation if base else None, plan.dim)
    held = builder.digests() if base else {}
    changed = [draft for point, draft in wanted.items() if held.get(point) != draft.digest]
    terms = {draft.id: sparse.tokens(draft.matched) for draft in changed if draft.matched}
    mean = base.mean if base else _means(list(terms.values()))
    builder.delete([point for point in held if point not in wanted])
    _write(builder, changed, terms, mean, VectorCache(plan.cache, plan.model, plan.dim))
    builder.finish()
    index = engine.open_built(generation)
    try:
        golden.prove(index, list(wanted.values()), VectorCache(plan.cache, plan.model, plan.dim))
    finally:
        index.close()
    made = Snapshot(
        generation=generation, parent=plan.parent, created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=plan.model, dim=plan.dim, points=len(wanted), measured=base.measured if base else len(wanted), mean=mean,
        documents=plan.documents,
    )
    tried = trial.tried(plan.settings, engine, made, VectorCache(plan.cache, plan.model, plan.dim))
    parent = engine.snapshot(plan.parent)
    if (trouble := golden_queries.refused(tried, parent.golden if parent else ())) is not None:
        raise SearchIndexError(trouble)
    return made.model_copy(update={"golden": tried})


def _extends(base: Snapshot, plan: Plan, points: int) -> bool:
    """Whether a copy of ``base`` can become what is wanted without the mean lengths being far from true."""
    return base.model == plan.model and abs(points - base.measured) <= LIMITS.drift * base.measured


def _drafts(plan: Plan) -> Iterator[Draft]:
    for document, version in plan.documents.indexed():
        path = plan.chunks / version.chunks_file
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise SearchIndexError(f"The chunks of {document.document} {version.version} can't be read ({path}: "
                                   f"{error.strerror}). Run 'python -m ingestion reindex'.") from error
        if not lines:
            raise SearchIndexError(f"Document {document.document} {version.version} has no chunks. Add it again.")
        days = [day.isoformat() if day else None for day in (version.since, version.until)]
        stands = {one.question: one for one in version.stands}
        for line in lines:
            chunk = unpack({**json.loads(line), "validity": days, "version": version.version})
            stand = stands.get(chunk.clause)
            if stand is None or not chunk.questions:
                yield from drafts(chunk)
            else:
                yield from drafts(chunk, Validity(stand.since, stand.until), never=stand.never)


def _means(terms: list[dict[str, list[str]]]) -> dict[str, float]:
    names = terms[0] if terms else {}
    return {name: sum(len(one[name]) for one in terms) / len(terms) for name in names}


def _write(
    builder: Builder, changed: list[Draft], terms: dict[str, dict[str, list[str]]], mean: dict[str, float],
    cache: VectorCache,
) -> None:
    for start in range(0, len(changed), LIMITS.part):
        part = changed[start : start + LIMITS.part]
        vectors = golden.vectors(part, cache)
        if missing := [draft for draft in part if draft.id not in vectors]:
            raise SearchIndexError(f"{len(missing)} passages have no vector yet. Run 'python -m ingestion reindex'.")
        builder.upsert(
            Point(draft.id, vectors[draft.id], sparse.of_document(terms[draft.id], mean) if draft.id in terms else {},
                  draft.payload)
            for draft in part
        )
        _say({"done": min(start + LIMITS.part, len(changed)), "of": len(changed)})


def _say(report: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


def main() -> None:
    parent = int(sys.argv[1])
    if sys.platform == "linux":  # die with the worker: what is half-built is worth nothing
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return
    received = json.loads(sys.stdin.read())
    raw = received["plan"]
    raw["settings"].update(received["secrets"])
    plan = Plan.model_validate({**raw, "settings": {
        name: value for name, value in raw["settings"].items() if value is not None and value != "**********"
    }})
    os.nice(plan.niceness)
    try:
        _say({"snapshot": _work(plan, open_engine(plan.settings)).model_dump(mode="json")})
    except ProductError as error:
        _say({"error": str(error)})
        sys.exit(1)
    except OSError as error:
        _say({"error": f"{error.strerror or error} ({error.filename or plan.settings.data_dir})."})
        sys.exit(1)
    except Exception as error:  # the engine raises bare exceptions of many kinds, a full disk among them
        _say({"error": f"{type(error).__name__}: {error}."})
        raise


if __name__ == "__main__":
    main()
