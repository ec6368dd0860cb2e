"""Parsing where a file can crash, stall or bloat the parser without harm to anyone else.

The work is done in `ingestion.parser_process`; a file costs it milliseconds, and the first of a program about a second.
What comes back is JSON, not pickle: a parser that a file took over can't make us run anything.

Not covered: the parser can still read what its user may read.
"""

from __future__ import annotations

import atexit
import json
import os
import select as waiting
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from ingestion import errors
from ingestion.documents import Clause, FaqEntry, Kind, Text
from ingestion.errors import DocumentError
from ingestion.parser_process import TIMED_OUT
from ingestion.web.sitemap import Sitemap

WALL_SECONDS = 120.0
"""A file; the slowest of the 291 trial files takes 6 s here, a PDF of 300 dense pages about a minute."""
CPU_SECONDS = 100
"""A file."""
MEMORY_BYTES = 2 * 2**30
"""Address space of the process that parses, the loaded parsers included (0.3 GB)."""
OUTPUT_BYTES = 256 * 2**20
"""Of JSON; all 26k statute articles come to 40 MB."""
GRACE_SECONDS = 15.0
"""Beyond the wall time, for the server to start and to say that time is up."""

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONHASHSEED")


def parse(
    path: Path, name: str | None = None, select: str | None = None, *, wall_seconds: float = WALL_SECONDS,
    memory_bytes: int = MEMORY_BYTES, cpu_seconds: int = CPU_SECONDS,
) -> Text:  # fmt: skip
    """`ingestion.sources.read` in a process of its own. Safe to call from several threads at once.

    Raises what the reader raises, and DocumentError naming what the process died of: time, memory, size or a crash.
    """
    shown = name or path.name
    request = {
        "path": str(path.absolute()), "name": shown, "select": select, "wall_seconds": wall_seconds,
        "memory_bytes": memory_bytes, "cpu_seconds": cpu_seconds,
    }  # fmt: skip
    return _read(_answered(path, request), shown)


def sitemap(path: Path, name: str, largest: int) -> Sitemap | None:
    """`ingestion.web.sitemap.read` in a process of its own; None for a file that is no sitemap."""
    request = {
        "path": str(path.absolute()), "name": name, "sitemap_bytes": largest, "wall_seconds": WALL_SECONDS,
        "memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS,
    }  # fmt: skip
    told = json.loads(_answered(path, request))
    if "reason" in told:
        raise DocumentError(told["reason"])
    found = told["sitemap"]
    return Sitemap(bool(found["index"]), tuple(map(str, found["addresses"]))) if found else None


def _answered(path: Path, request: dict[str, Any]) -> bytes:
    """What the parser wrote. Raises DocumentError naming what it died of."""
    shown, wall_seconds = str(request["name"]), float(request["wall_seconds"])
    try:
        path.open("rb").close()
    except OSError as error:
        raise DocumentError(f"{path} can't be read ({error.strerror}). Name a file that is there.") from error
    # No answer at all: the server itself died, before the request or of it. Asked twice, it was of it.
    answer = _asked(request, shown, wall_seconds) or _asked(request, shown, wall_seconds)
    told, _, code = answer.rpartition(b"\n")
    if not told or code != b"0":
        raise DocumentError(_cause(code, shown, wall_seconds, int(request["cpu_seconds"])))
    return told


def _asked(request: dict[str, Any], name: str, wall_seconds: float) -> bytes:
    ours, theirs = os.pipe()
    try:
        try:
            _server.send(json.dumps(request).encode(), theirs)
        finally:
            os.close(theirs)
        return _received(ours, name, time.monotonic() + wall_seconds + GRACE_SECONDS)
    finally:
        os.close(ours)  # who still writes to it gets a signal


class _Server:
    """One of a process, started when first needed and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def send(self, request: bytes, reply: int) -> None:
        with self._lock:
            for attempt in (1, 2):
                channel = self._open()
                try:
                    socket.send_fds(channel, [request], [reply])
                    return
                except OSError:
                    self._close()
                    if attempt == 2:
                        raise

    def _open(self) -> socket.socket:
        if self._owner != os.getpid():  # a fork inherits the socket, but the server is its parent's
            self._channel = self._process = None
        if self._channel is None or self._process is None or self._process.poll() is not None:
            self._close()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            root = str(Path(__file__).resolve().parents[1])
            environment = {one: os.environ[one] for one in _PASSED_ON if one in os.environ} | {"PYTHONPATH": root}
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "ingestion.parser_process", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),), env=environment,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            self._channel, self._owner = ours, os.getpid()
        return self._channel

    def close(self) -> None:
        if self._owner == os.getpid():
            with self._lock:
                self._close()

    def _close(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None


_server = _Server()
atexit.register(_server.close)


def _received(pipe: int, name: str, deadline: float) -> bytes:
    """All that is written until the other side closes it, or DocumentError past the deadline or the size."""
    found: list[bytes] = []
    size = 0
    readable = waiting.poll()
    readable.register(pipe, waiting.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not readable.poll(left * 1000):
            raise DocumentError(f"{name} takes too long to read. Split it, or save it in another format.")
        part = os.read(pipe, 2**20)
        if not part:
            return b"".join(found)
        size += len(part)
        if size > OUTPUT_BYTES:
            raise DocumentError(f"{name} holds more than {OUTPUT_BYTES // 2**20} MB of text. Split it.")
        found.append(part)


def _cause(code: bytes, name: str, wall_seconds: float, cpu_seconds: int) -> str:
    again = "Save it in another format and add that."
    if not code.lstrip(b"-").isdigit():
        return f"{name} brought down its parser. {again}"
    number = int(code)
    if number == TIMED_OUT:
        return f"{name} takes more than {wall_seconds:g} s to read. Split it, or save it in another format."
    if number in (-signal.SIGXCPU, -signal.SIGKILL):  # the second also from a system out of memory
        return f"{name} takes more than {cpu_seconds} s of processor time, or too much memory, to read. Split it."
    cause = signal.Signals(-number).name if number < 0 else f"exit {number}"
    return f"{name} crashed its parser ({cause}). {again}"


def _read(answer: bytes, name: str) -> Text:
    """Raises the error that was reported."""
    told = json.loads(answer)
    if "reason" in told:
        kind = getattr(errors, str(told.get("error")), DocumentError)
        raise (kind if isinstance(kind, type) and issubclass(kind, DocumentError) else DocumentError)(told["reason"])
    found = _text(told["text"])
    if not found.clauses and not found.faq:
        raise DocumentError(f"{name} has no text that can be read. Add a file that has some.")
    return found


def _text(told: dict[str, Any]) -> Text:
    return Text(
        title=str(told["title"]),
        clauses=tuple(Clause(tuple(one["path"]), tuple(one["headings"]), one["text"]) for one in told["clauses"]),
        faq=tuple(
            FaqEntry(one["question"], one["answer"], tuple(one["paraphrases"]), tuple(one["rests_on"]), one["topic"])
            for one in told["faq"]
        ),
        kind=Kind(told["kind"]),
        language=str(told["language"]),
        notes=tuple(map(str, told["notes"])),
    )
