"""A text that names its own days counts only where they and what was stated agree, until a person confirms them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import redis

from ingestion import jobs, running, uploads
from ingestion.jobs import AddJob, AnyJob, DateJob, Outcome
from ingestion.pipeline import Pipeline
from ingestion.registry import Version
from ingestion.settings import Settings
from ingestion.store import connect

TODAY = date.today()
SOON = TODAY + timedelta(days=30)
PLAIN = "# Regulamin\n\n§ 1. Zwrot trwa 14 dni.\n"


@pytest.fixture
def store(settings: Settings) -> Iterator[redis.Redis]:
    with connect(settings) as client:
        yield client


class Admin:
    def __init__(self, settings: Settings, store: redis.Redis) -> None:
        self.settings, self.store = settings, store

    def do(self, job: AnyJob) -> Outcome:
        (state,) = running.finish(self.settings, self.store, [jobs.submit(self.store, job)], lambda states: None)
        return state.outcomes[0]

    def add(self, text: str, **more: date) -> Outcome:
        kept = uploads.keep_pieces(self.settings.data_dir, [text.encode()])
        return self.do(AddJob(upload=kept, name="regulamin.md", source="regulamin.md", **more))

    def versions(self) -> tuple[Version, ...]:
        return Pipeline(self.settings).register().get("regulamin").versions


@pytest.fixture
def admin(settings: Settings, store: redis.Redis) -> Admin:
    return Admin(settings, store)


def test_a_new_text_waits_for_the_day_it_names_until_a_person_decides(admin: Admin) -> None:
    admin.add(PLAIN)
    outcome = admin.add(PLAIN.replace("14", "30") + f"\n§ 2. Regulamin obowiązuje od {SOON:%d.%m.%Y} r.\n")
    assert outcome.status == "indexed"
    assert "Until you confirm it" in str(outcome.reason) and "obowiązuje od" in str(outcome.reason)
    old, new = admin.versions()
    assert (old.until, new.since) == (SOON - timedelta(days=1), SOON)
    assert new.proposal is not None and new.proposal.open

    admin.do(DateJob(document="regulamin", version=new.version, valid_from=SOON))
    old, new = admin.versions()
    assert new.since == SOON and new.proposal is not None and not new.proposal.open

    admin.do(DateJob(document="regulamin", version=new.version, valid_from=TODAY))
    old, new = admin.versions()
    assert (old.until, new.since) == (TODAY - timedelta(days=1), TODAY)


def test_a_past_day_in_the_text_puts_nothing_back_in_time_unconfirmed(admin: Admin) -> None:
    admin.add(PLAIN)
    admin.add(PLAIN.replace("14", "30") + "\n§ 2. Regulamin obowiązuje od 1 stycznia 2024 r.\n")
    _, new = admin.versions()
    assert new.since == TODAY
    admin.do(DateJob(document="regulamin", version=new.version, valid_from=date(2024, 1, 1)))
    assert [one.since for one in admin.versions()] == [None, date(2024, 1, 1)]


def test_stated_days_stand_and_a_text_that_says_otherwise_is_told_of(admin: Admin) -> None:
    text = PLAIN + "\n§ 2. Regulamin obowiązuje od 1 stycznia 2024 r.\n"
    outcome = admin.add(text, valid_from=date(2025, 5, 5))
    (version,) = admin.versions()
    assert version.since == date(2025, 5, 5)
    assert "says otherwise" in str(outcome.reason)
    assert admin.add(text, valid_from=date(2024, 1, 1)).reason is None
    (version,) = admin.versions()
    assert (version.since, version.proposal) == (date(2024, 1, 1), None)
