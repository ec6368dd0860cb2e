"""A set's passages, indexed for one run in a folder of their own; vectors are kept by content between runs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion import uploads
from ingestion.command import err
from ingestion.errors import UsageError
from ingestion.jobs import AddJob
from ingestion.pipeline import Pipeline
from ingestion.settings import Settings

VECTORS = Path.home() / ".cache" / "for-the-developers" / "vectors.sqlite"
"""Where vectors stay between runs unless EMBEDDING_CACHE says otherwise."""

KEPT = ("models", "adapters")
"""Of DATA_DIR, what a run uses as it is."""


@contextmanager
def indexed(passages: Path, settings: Settings) -> Iterator[Settings]:
    """The settings to work with while the passages are indexed; all of it goes at the end.

    Models and adapters stay where they are: links lead from the run's folder to those of DATA_DIR. Raises UsageError
    when the file can't become passages.
    """
    cache = settings.embedding_cache or VECTORS
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        for name in KEPT:
            (settings.data_dir / name).mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).symlink_to(settings.data_dir / name)
        run = settings.model_copy(update={"data_dir": Path(folder), "embedding_cache": cache})
        job = AddJob(upload=uploads.keep(run.data_dir, passages), name=passages.name, source=str(passages))
        with err.status(f"Indexing {passages.name}…") as status:
            outcomes = Pipeline(run).add(
                {"evals": job}, lambda _, step, done, of: status.update(f"{passages.name}: {step} {done}/{of}")
            )
        outcome = outcomes["evals"]
        if outcome.status != "indexed":
            raise UsageError(f"--passages {passages}: {outcome.reason}")
        yield run
