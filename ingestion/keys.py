"""Every key that ingestion keeps in the store, with its lifetime in seconds."""

from __future__ import annotations

DAY = 86_400

JOBS = "ingestion:jobs"
"""Stream of jobs for the consumer group WORKERS; an entry goes when its job has ended."""
WORKERS = "workers"
RECENT = "ingestion:jobs:recent"
"""Sorted set of job ids by the time they were submitted; as long as JOB_LIFETIME."""
PARKED = "ingestion:jobs:parked"
"""Stream of jobs given up on, with the reason; the last PARKED_LENGTH, no end."""
PARKED_LENGTH = 1_000
JOB_LIFETIME = 7 * DAY
NAMES_LIFETIME = DAY
BEAT_LIFETIME = 15


def job(job_id: str) -> str:
    """Hash: the job as it was asked for, state, step, done, of, tries, result, reason. JOB_LIFETIME."""
    return f"ingestion:job:{job_id}"


def names(batch: str) -> str:
    """Hash: of files added together in several requests, which came first under each document's id. NAMES_LIFETIME."""
    return f"ingestion:names:{batch}"


def beat(worker: str) -> str:
    """Set again every few seconds while a worker lives. BEAT_LIFETIME."""
    return f"ingestion:worker:{worker}"


BEATS = "ingestion:worker:*"

SITES = "ingestion:sites"
"""Hash: a followed page or sitemap by its id, as JSON. No end."""
SITES_DUE = "ingestion:sites:due"
"""Sorted set of site ids by the time of their next look. No end."""


def pages(site: str) -> str:
    """Hash: the pages of a site by address, as JSON. No end: goes with the site."""
    return f"ingestion:site:{site}:pages"
