"""Builds a generation in a child process, because building holds the interpreter for seconds.

`Child` (the parent's side) is ``python -m ingestion.index.build``: it takes a plan on standard input and tells one JSON
line per step: ``{"done", "of"}``, and last ``{"snapshot"}`` or ``{"error", "away"}``. The child reads chunks from
their files and vectors from the cache, writes only what differs from the generation before, and tries the result before
it says that it is done. Switching is the parent's.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ingestion import chunk_files, golden_queries
from ingestion.embedders.cache import VectorCache
from ingestion.errors import IndexAway, ProductError, SearchIndexError
from ingestion.index import golden, sparse, trial
from ingestion.index.difference import Difference, changed, difference
from ingestion.index.engine import LAYOUT, Engine, Snapshot, new_id, open_engine
from ingestion.index.points import Draft, Placed, Said, placed
from ingestion.index.seam import SPARSE, Builder, Point
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
NICENESS = 5
"""Questions come first."""
SECRETS = ("qdrant_api_key", "embedding_api_key")
"""Settings that the child needs and a plan as JSON hides: of the engine, and of the model that golden queries ask."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``part``: points between two reports. ``seconds``: of a whole build (100,000 points took 60)."""

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


class Child:
    """One build, in a process of its own. Begun early, it imports and loads what it needs while the plan is made."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingestion.index.build", str(os.getpid())], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, cwd="/", env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}, text=True,
        )

    def build(self, plan: Plan, progress: Callable[[int, int], None] | None = None) -> Snapshot:
        """Build and try a generation, once; it is not current yet. Raises SearchIndexError saying what is wrong."""
        child = self._process
        late = threading.Timer(LIMITS.seconds, child.kill)
        late.daemon = True
        late.start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with child.stdin as pipe:
                pipe.write(told(plan))
            snapshot, error, away = None, None, False
            for line in child.stdout:
                report = json.loads(line)
                if "done" in report and progress is not None:
                    progress(report["done"], report["of"])
                snapshot, error = report.get("snapshot", snapshot), report.get("error", error)
                away = report.get("away", away)
            code = child.wait(LIMITS.seconds)
        except BrokenPipeError:
            snapshot, error, away, code = None, None, False, child.wait(10)
        finally:
            late.cancel()
            self.close()
        if away:
            raise IndexAway(error)
        if error is not None:
            raise SearchIndexError(f"The new index was not taken into use: {error} The old one goes on answering.")
        if snapshot is None or code:
            raise SearchIndexError(f"Building the index ended without a result (exit {code}). The old one goes on "
                                   "answering; try again, and see the log for the reason.")
        return Snapshot.model_validate(snapshot)

    def close(self) -> None:
        """Whatever it does. What it has half-built, the next build removes."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)


def told(plan: Plan) -> str:
    """The plan as the child is told it, with the secrets it needs."""
    secrets = {name: value.get_secret_value() for name in SECRETS
               if (value := getattr(plan.settings, name)) is not None}
    return json.dumps({"plan": plan.model_dump(mode="json"), "secrets": secrets})


def heard(text: str) -> Plan:
    """The reverse of `told`; secrets that were not told are None."""
    received = json.loads(text)
    raw = received["plan"]
    raw["settings"].update(received["secrets"])
    return Plan.model_validate({**raw, "settings": {
        name: value for name, value in raw["settings"].items() if value is not None and value != "**********"
    }})


def _work(plan: Plan, engine: Engine) -> Snapshot:
    cache = VectorCache(plan.cache, plan.model, plan.dim)
    base = None if plan.from_nothing else engine.snapshot(plan.parent)
    work = _grown(plan, base) if base is not None else None
    if work is None:
        base, work = None, difference(None, _placed(plan, plan.documents))
    generation = new_id()
    builder = engine.begin(generation, base.generation if base else None, plan.dim)
    builder.delete(work.gone)
    builder.set_days({point.id: point.days for point in work.moved})
    mean = _write(builder, work.fresh, base.mean if base else None, cache)
    builder.finish()
    points = work.points(base.points if base else 0)
    index = engine.open_built(generation)
    try:
        golden.prove(index, work, points, cache)
    finally:
        index.close()
    made = Snapshot(
        generation=generation, parent=plan.parent, layout=LAYOUT, model=plan.model, dim=plan.dim, points=points,
        created=datetime.now(UTC).isoformat(timespec="seconds"), measured=base.measured if base else points, mean=mean,
        documents=plan.documents,
    )  # fmt: skip
    tried = trial.tried(plan.settings, engine, made, cache)
    parent = engine.snapshot(plan.parent)
    if (trouble := golden_queries.refused(tried, parent.golden if parent else ())) is not None:
        raise SearchIndexError(trouble)
    return made.model_copy(update={"golden": tried})


def _grown(plan: Plan, base: Snapshot) -> Difference | None:
    """What a copy of ``base`` lacks of what is wanted; None where all is better built anew."""
    if (base.layout, base.model) != (LAYOUT, plan.model):
        return None
    documents = set(changed(base.documents, plan.documents))
    work = difference(_placed(plan, base.documents, documents), _placed(plan, plan.documents, documents))
    return work if work.extends(base) else None


def _placed(plan: Plan, register: Register, documents: Container[str] | None = None) -> list[Placed]:
    """The points of these documents (None: of all)."""
    return placed(one for document, version in register.indexed()
                  if documents is None or document.document in documents for one in _said(plan, document, version))


def _said(plan: Plan, document: Document, version: Version) -> Iterator[Said]:
    path = plan.chunks / version.chunks_file
    try:
        lines = chunk_files.lines(path)
    except OSError as error:
        raise SearchIndexError(f"The chunks of {document.document} {version.version} can't be read ({path}: "
                               f"{error.strerror}). Run 'python -m ingestion reindex'.") from error
    if not lines:
        raise SearchIndexError(f"Document {document.document} {version.version} has no chunks. Add it again.")
    return chunk_files.points_of(lines, version)


def _write(
    builder: Builder, fresh: Sequence[Placed], mean: Mapping[str, float] | None, cache: VectorCache
) -> dict[str, float]:
    """``mean``: the lengths that weights are relative to (None: those of these points, taken now). Returns it."""
    terms = [_counts(point.draft()) for point in fresh]
    lengths = dict(mean) if mean is not None else _means(terms)
    for start in range(0, len(fresh), LIMITS.part):
        end = min(start + LIMITS.part, len(fresh))
        drafts = [point.draft() for point in fresh[start:end]]
        vectors = golden.vectors(drafts, cache)
        if missing := sum(vector is None for vector in vectors):
            raise SearchIndexError(f"{missing} passages have no vector yet. Run 'python -m ingestion reindex'.")
        builder.upsert(
            Point(point.id, vector, sparse.of_document(found, lengths), point.payload(draft))
            for point, draft, found, vector in zip(fresh[start:end], drafts, terms[start:end], vectors, strict=True)
            if vector is not None
        )
        _say({"done": end, "of": len(fresh)})
    return lengths


def _counts(draft: Draft) -> dict[str, sparse.Counts]:
    if not draft.matched:
        return {}
    return {name: sparse.counted(terms) for name, terms in sparse.tokens(draft.matched, draft.whole).items()}


def _means(documents: Iterable[Mapping[str, sparse.Counts]]) -> dict[str, float]:
    """Terms of a document on average, for each sparse vector, over the documents that have it."""
    lengths: dict[str, list[int]] = {name: [] for name in SPARSE}
    for document in documents:
        for name, counts in document.items():
            lengths[name].append(counts.length)
    return {name: sum(found) / max(len(found), 1) for name, found in lengths.items()}


def _say(report: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


def main() -> None:
    parent = int(sys.argv[1])
    if sys.platform == "linux":  # die with the worker: what is half-built is worth nothing
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return
    os.nice(NICENESS)
    sparse.tokens("gotowe")  # loads the dictionary
    wanted = sys.stdin.read()
    if not wanted:  # nothing was to be built after all
        return
    plan = heard(wanted)
    try:
        _say({"snapshot": _work(plan, open_engine(plan.settings)).model_dump(mode="json")})
    except ProductError as error:
        _say({"error": str(error), "away": isinstance(error, IndexAway)})
        sys.exit(1)
    except OSError as error:
        _say({"error": f"{error.strerror or error} ({error.filename or plan.settings.data_dir})."})
        sys.exit(1)
    except Exception as error:  # the engine raises bare exceptions of many kinds, a full disk among them
        _say({"error": f"{type(error).__name__}: {error}."})
        raise


if __name__ == "__main__":
    main()
