"""An admin who adds texts and waits for their jobs, with a worker of their own, as a command has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from ingestion import jobs, running, uploads
from ingestion.jobs import AddJob, AnyJob, JobState, Outcome
from ingestion.pipeline import Pipeline
from ingestion.registry import Document, Register
from ingestion.settings import Settings
from ingestion.store import connect


class Library:
    def __init__(self, settings: Settings, store: redis.Redis) -> None:
        self.settings, self.store = settings, store

    def add(self, name: str, text: str, **more: Any) -> Outcome:
        kept = uploads.keep_pieces(self.settings.data_dir, [text.encode()])
        return self.do(AddJob(upload=kept, name=name, source=name, **more))

    def do(self, job: AnyJob) -> Outcome:
        return self.state(jobs.submit(self.store, job)).outcomes[0]

    def state(self, job_id: str) -> JobState:
        (state,) = running.finish(self.settings, self.store, [job_id], lambda states: None)
        return state

    def register(self) -> Register:
        return Pipeline(self.settings).register()

    def document(self, name: str) -> Document:
        return self.register().get(name)


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    with connect(settings) as store:
        yield Library(settings, store)
