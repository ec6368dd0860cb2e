"""Ingestion workers as processes to be killed: ``python -m tests.faults.ingesting DATA_DIR VECTORS``.

One process has everything imported and forks a worker for each line it reads, telling its process id: fifty kills then
don't wait for fifty starts of Python. A worker takes over a dead one's job within a second, not twenty.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Times, Worker

TIMES = Times(beat=0.2, idle=1.0, wait=0.05)


def main() -> None:
    settings = Settings(data_dir=Path(sys.argv[1]), embedding_cache=Path(sys.argv[2]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            try:
                work(settings)
            finally:
                os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def work(settings: Settings) -> None:
    with connect(settings) as store:
        worker = Worker(settings, store, times=TIMES)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()


if __name__ == "__main__":
    main()
