"""How a command gets its jobs done: by the workers that run, or, if none does, by one of its own while it lasts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import redis

from ingestion import jobs
from ingestion.errors import StoreError
from ingestion.jobs import JobState
from ingestion.settings import Settings

if TYPE_CHECKING:
    from ingestion.worker import Worker

Tell = Callable[[Sequence[JobState]], None]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. ``forgotten``: a job whose state is gone that long is lost."""

    look: float = 0.1
    forgotten: float = 30.0


TIMES = Times()


def finish(settings: Settings, store: redis.Redis, ids: Sequence[str], tell: Tell) -> list[JobState]:
    """Wait until all have ended; ``tell`` hears how far they are. Their states in the order of ``ids``.

    Raises StoreError when the store loses them.
    """
    own: Worker | None = None
    thread: threading.Thread | None = None
    seen = time.monotonic()
    try:
        while True:
            states = jobs.read(store, ids)
            if len(states) == len(ids):
                seen = time.monotonic()
                tell(list(states.values()))
                if all(state.ended for state in states.values()):
                    return [states[job_id] for job_id in ids]
            elif time.monotonic() - seen > TIMES.forgotten:
                raise StoreError(f"{len(ids) - len(states)} jobs are no longer in the store. Add the documents again.")
            if jobs.workers(store) == 0 and (thread is None or not thread.is_alive()):
                from ingestion.worker import Worker  # a second of imports that only a command alone needs

                own = Worker(settings, store, threads=None)
                thread = threading.Thread(target=own.run, name="ingestion-worker", daemon=True)
                thread.start()
                time.sleep(TIMES.look)
            time.sleep(TIMES.look)
    finally:
        if own is not None and thread is not None:
            own.stop()
            thread.join(timeout=TIMES.forgotten)
