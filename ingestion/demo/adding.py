"""The demo documents as jobs: built, kept among the uploads, each with its days."""

from __future__ import annotations

from ingestion import uploads
from ingestion.demo.build import build
from ingestion.jobs import AddJob
from ingestion.settings import Settings

FOLDER = "demo"
"""Under DATA_DIR: the built files, for people to look at."""


def additions(settings: Settings) -> list[AddJob]:
    """A job for every version of every document, the older before the newer. Raises OSError when DATA_DIR can't be
    written."""
    return [
        AddJob(
            upload=uploads.keep(settings.data_dir, one.path),
            name=one.version.name,
            source=str(one.path.relative_to(settings.data_dir)),
            valid_from=one.version.validity.since,
            valid_until=one.version.validity.until,
            collection=one.version.collection,
        )
        for one in build(settings.data_dir / FOLDER)
    ]
