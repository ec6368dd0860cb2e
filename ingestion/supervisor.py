"""Keeps the embedded Valkey running exactly as long as its owner lives.

`ingestion.keeper` starts it: ``python -m ingestion.supervisor DATA_DIR BINARY OWNER COMMAND``. Standard input is a pipe
from the owner: its end means the owner is gone, however it ended. Standard output takes one JSON line:
``{"ready": true}`` or ``{"error": <class>, "message": …}``. The lock on the data is inherited by the server, so that it
can't be opened twice even when this process is killed; the server then gets SIGTERM from the kernel (Linux), finishes,
and frees the lock.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from ingestion import valkey
from ingestion.errors import ProductError, StoreError
from ingestion.lock import Lock

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. Set by us: a start takes 20 ms empty, about 1 s per 100 MB of append-only file."""

    ready: float = 60.0
    stop: float = 10.0
    look: float = 0.2
    quick_death: float = 5.0
    """A server that died sooner than this after its start counts as a failed start."""
    failed_starts: int = 3


PATIENCE = Patience()


class Stop(Exception):
    """A signal told us to end."""


class Supervisor:
    def __init__(self, where: valkey.Place, binary: Path, owner: int) -> None:
        self.where, self.binary, self.owner = where, binary, owner
        self.server: subprocess.Popen[bytes] | None = None
        self.log: IO[bytes] | None = None
        self.log_start = 0
        self.libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def run(self, command: str) -> None:
        valkey.prepare(self.where)
        lock = Lock(self.where.lock, command).acquire(pid=self.owner)
        try:
            self.start(lock.fd)
            say({"ready": True})
            self.watch(lock.fd)
        finally:
            self.stop()
            lock.release()

    def start(self, lock_fd: int) -> None:
        """Start the server and wait until it answers. Raises what its log says when it doesn't."""
        with contextlib.suppress(FileNotFoundError):
            self.where.socket.unlink()
        if self.log is None:
            self.log = self.where.log.open("ab")
        if self.log.tell() > 1_000_000:
            self.log.truncate(0)
        self.log_start = os.fstat(self.log.fileno()).st_size
        self.server = subprocess.Popen(
            valkey.arguments(self.binary, self.where), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            cwd=self.where.folder, pass_fds=(lock_fd,), preexec_fn=self._tie, env={**os.environ, "LC_ALL": "C"},
        )
        deadline = time.monotonic() + PATIENCE.ready
        while not valkey.answers(self.where.socket):
            if self.server.poll() is not None:
                raise valkey.explain(self._logged(), self.where)
            if self._owner_gone(0.02):
                raise Stop
            if time.monotonic() > deadline:
                raise StoreError(f"The embedded store in {self.where.folder} was not ready after "
                                 f"{PATIENCE.ready:.0f} s. See {self.where.log}.")

    def watch(self, lock_fd: int) -> None:
        """Until the owner goes: start the server again whenever it dies, on the same data."""
        started, failures = time.monotonic(), 0
        while not self._owner_gone(PATIENCE.look):
            if self.server is None or self.server.poll() is None:
                continue
            failures = failures + 1 if time.monotonic() - started < PATIENCE.quick_death else 0
            if failures >= PATIENCE.failed_starts:
                return
            started = time.monotonic()
            try:
                valkey.prepare(self.where)
                self.start(lock_fd)
            except ProductError as error:
                self._note(str(error))

    def stop(self) -> None:
        if self.server is None or self.server.poll() is not None:
            return
        self.server.send_signal(signal.SIGTERM)
        try:
            self.server.wait(PATIENCE.stop)
        except subprocess.TimeoutExpired:
            self.server.kill()  # nothing is lost: every acknowledged write is on disk
            self.server.wait(PATIENCE.stop)

    def _owner_gone(self, seconds: float) -> bool:
        readable, _, _ = select.select([0], [], [], seconds)
        return bool(readable and not os.read(0, 64)) or os.getppid() != self.owner

    def _tie(self) -> None:
        """In the child, between fork and exec: die with us, even when we are killed."""
        os.setpgid(0, 0)
        if self.libc is not None:
            self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)

    def _logged(self) -> str:
        with self.where.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read(200_000).decode(errors="replace")

    def _note(self, message: str) -> None:
        if self.log is not None:
            with contextlib.suppress(OSError):  # the disk may be full, which is what the message says
                self.log.write(f"supervisor: {message}\n".encode())
                self.log.flush()


def say(report: dict[str, object]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the owner is gone; the watch sees that too
        os.write(1, json.dumps(report).encode() + b"\n")


def _told(signum: int, frame: FrameType | None) -> None:
    raise Stop


def main() -> None:
    data_dir, binary, owner, command = sys.argv[1:5]
    signal.signal(signal.SIGTERM, _told)
    signal.signal(signal.SIGINT, _told)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        Supervisor(valkey.place(Path(data_dir)), Path(binary), int(owner)).run(command)
    except Stop:
        pass
    except ProductError as error:
        say({"error": type(error).__name__, "message": str(error)})
        sys.exit(1)


if __name__ == "__main__":
    main()
