"""An ingestion worker as a process to be killed: ``python -m tests.faults.ingesting DATA_DIR VECTORS``. It takes over a
dead worker's job within a second, so that fifty kills don't take an hour of waiting."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Times, Worker

TIMES = Times(beat=0.2, idle=1.0, wait=0.05)


def main() -> None:
    data_dir, vectors = sys.argv[1:3]
    settings = Settings(data_dir=Path(data_dir), embedding_cache=Path(vectors))
    with connect(settings) as store:
        worker = Worker(settings, store, times=TIMES)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    main()
