"""One process at a time: a lock on a file under DATA_DIR that says who holds it.

The kernel drops the lock with its last holder, however that one ended, so a lock is never stale.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType

from ingestion.errors import HeldError


class Lock:
    """``with Lock(path, command): …`` holds ``path`` exclusively; HeldError, naming the holder, when another does.

    ``fd`` may be inherited by a child that has to keep the lock when this process dies.
    """

    def __init__(self, path: Path, command: str | None = None) -> None:
        self.path = path
        self.command = command or " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
        self.fd = -1

    def acquire(self, *, pid: int | None = None) -> Lock:
        """``pid`` is the one shown as the holder (default: this process)."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise HeldError(f"{self.path} is held by {_describe(self.path)}. "
                            "Stop it, or set another DATA_DIR.") from None
        except OSError:
            os.close(fd)
            raise
        holder = {"pid": pid or os.getpid(), "command": self.command,
                  "since": datetime.now().astimezone().isoformat(timespec="seconds")}
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(holder).encode(), 0)
        self.fd = fd
        return self

    def release(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Lock:
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


class ServiceLock(Lock):
    """Held by `chatbot serve`: one service per DATA_DIR."""

    def __init__(self, data_dir: Path, command: str | None = None) -> None:
        super().__init__(data_dir / "service.lock", command)


def holder(path: Path) -> dict[str, str | int] | None:
    """Who holds the lock at ``path`` now; None when nobody does."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path)
    finally:
        os.close(fd)
    return None


def _read(path: Path) -> dict[str, str | int]:
    with contextlib.suppress(OSError, ValueError):
        content = json.loads(path.read_text())
        if isinstance(content, dict):
            return content
    return {}


def _describe(path: Path) -> str:
    who = _read(path)
    return f"process {who.get('pid', '?')} ({who.get('command', 'unknown')}) since {who.get('since', '?')}"
