"""`python -m ingestion demo` adds each version under its document's id, with its days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ingestion import uploads
from ingestion.demo.adding import additions
from ingestion.demo.manifest import versions
from ingestion.jobs import identity, unchanged
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings


def test_a_job_names_its_document_and_its_days_and_keeps_its_file(tmp_path: Path) -> None:
    jobs = additions(Settings(data_dir=tmp_path))
    assert [(identity(job), job.valid_from, job.valid_until) for job in jobs] == [
        (version.document, version.validity.since, version.validity.until) for version in versions()
    ]
    assert all(uploads.path(tmp_path, job.upload).is_file() for job in jobs)


def test_a_second_start_finds_nothing_new(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    documents: dict[str, Document] = {}
    for job in additions(settings):
        before = documents[identity(job)].versions if identity(job) in documents else ()
        version = Version(version=str(job.valid_from), upload=job.upload, name=job.name, source=job.source,
                          valid_from=job.valid_from, valid_until=job.valid_until)
        documents[identity(job)] = Document(document=identity(job), title="", versions=(*before, version))
    register = Register(documents=documents)
    assert all(unchanged(register, job) for job in additions(settings))
    moved = additions(settings)[0].model_copy(update={"valid_until": date(2026, 3, 30)})
    assert unchanged(register, moved) is None
