"""The embedded Valkey: where it lives under DATA_DIR, how its binary is called, what its log means.

Standard library only: the supervisor that uses this starts in a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import DiskError, ProductError, StoreError

LONGEST_SOCKET = 103
"""Bytes of a unix socket's path that every system takes (Linux 107, macOS 103)."""
PROBE = 65_536
"""Bytes that the disk must take before the store is started; enough for a few hundred writes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Paths of one DATA_DIR's store."""

    data_dir: Path
    socket: Path

    @property
    def folder(self) -> Path:
        return self.data_dir / "store"

    @property
    def lock(self) -> Path:
        return self.data_dir / "store.lock"

    @property
    def log(self) -> Path:
        return self.folder / "valkey.log"


def place(data_dir: Path) -> Place:
    """The socket lies beside the data, or, where that path is too long, in a short folder named by its hash."""
    near = data_dir / "store" / "valkey.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET:
        return Place(data_dir, near)
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        if base and len(os.fsencode(base)) < LONGEST_SOCKET - 40:
            return Place(data_dir, Path(base) / f"valkey-{os.getuid()}-{digest}" / "valkey.sock")
    raise StoreError(f"DATA_DIR={data_dir} is too long for a unix socket, and so is the temporary folder. "
                     "Set a shorter DATA_DIR.")


def prepare(where: Place) -> None:
    """Make the folders, ours alone, and prove that the disk takes a write. Raises DiskError or StoreError."""
    try:
        where.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        where.data_dir.chmod(0o700)
        where.folder.mkdir(exist_ok=True, mode=0o700)
        _try_writing(where.folder / f"probe.{os.getpid()}")
    except NotADirectoryError as error:
        raise DiskError(f"DATA_DIR={where.data_dir} lies under a file ({error.filename}). Name a folder.") from error
    except FileExistsError as error:
        raise DiskError(f"DATA_DIR={where.data_dir} is a file. Name a folder.") from error
    except OSError as error:
        raise DiskError(f"DATA_DIR={where.data_dir} can't be written ({error.strerror}). "
                        "Free some space or set DATA_DIR to a folder you may write to. Nothing was lost.") from error
    nest = where.socket.parent
    nest.mkdir(exist_ok=True, mode=0o700)
    found = nest.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreError(f"{nest} is not a folder of yours alone, so the store's socket can't be kept there. "
                         "Remove it, or set a shorter DATA_DIR.")


def _try_writing(probe: Path) -> None:
    fd = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        left = PROBE
        while left:  # a nearly full disk takes a part, and refuses the next
            left -= os.write(fd, b"\0" * left)
        os.fsync(fd)
    finally:
        os.close(fd)
        probe.unlink()


def arguments(binary: Path, where: Place) -> list[str]:
    """Every acknowledged write is on disk (``appendfsync always``); no snapshots, no TCP port.

    A tail that a power cut tore off was never acknowledged, so a truncated file is read up to there.
    """
    options = {
        "port": "0",
        "unixsocket": str(where.socket),
        "unixsocketperm": "700",
        "dir": str(where.folder),
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "aof-load-truncated": "yes",
        "save": "",
        "daemonize": "no",
        "logfile": "",
        "always-show-logo": "no",
        "shutdown-timeout": "5",
        "maxmemory-policy": "noeviction",
    }
    return [str(binary), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(path: Path, seconds: float = 1.0) -> bool:
    """True when a server at that socket answers PING, its data loaded."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(seconds)
            probe.connect(str(path))
            probe.sendall(b"*1\r\n$4\r\nPING\r\n")
            return probe.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def explain(log: str, where: Place) -> ProductError:
    """Why the server stopped, from what it logged since it was started."""
    if "No space left on device" in log:
        return DiskError(f"No space left for the store in {where.folder}. Free some, or set DATA_DIR to a larger disk. "
                         "What was acknowledged is kept.")
    if "Read-only file system" in log or "Permission denied" in log:
        return DiskError(f"{where.folder} can't be written. Set DATA_DIR to a folder you may write to.")
    if any(sign in log for sign in ("Bad file format reading", "Unrecoverable error reading the append only",
                                    "AOF manifest", "AOF loading", "Wrong signature trying to load")):
        return StoreError(f"The store's append-only file in {where.folder / 'appendonlydir'} is damaged. Restore that "
                          f"folder from a backup, or move it away to start empty; {where.log} has the details.")
    last = next((line for line in reversed(log.splitlines()) if line.strip()), "it logged nothing")
    return StoreError(f"The embedded store in {where.folder} stopped: {last.strip()[:300]}. See {where.log}.")
