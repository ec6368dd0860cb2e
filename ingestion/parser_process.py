"""The other side of `ingestion.sandbox`: a small server with the parsers loaded, which forks two processes a file.

The inner one sets its own limits and parses; the outer one waits for it, ends it in time, and says what it died of.
The server ends when its owner does (the socket closes), and everything under it then ends too. It starts without the
owner's environment, and so without its secrets; where the kernel lets it, without a network.

A reply is the inner process's JSON, if it wrote any, and then a line with its exit code (-9: a signal).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingestion.errors import DocumentError

OPEN_FILES = 64
POLL_SECONDS = 0.005
TIMED_OUT = 1000
"""The exit code that stands for 'ended for taking too long'."""
LONGEST_REASON = 500

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_DUMPABLE = 4  # PR_SET_DUMPABLE
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def serve(channel: socket.socket) -> None:
    """Answer requests until the owner hangs up."""
    from ingestion import sources as sources  # loaded once, before the forks

    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)  # refused in many containers; then the network stays
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # outer processes are nobody's to wait for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to act on
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 2**20, 1)
        if not message:
            return
        reply = descriptors[0]
        if os.fork() == 0:
            channel.close()
            code = 1
            try:
                _watch(json.loads(message), reply)
                code = 0
            finally:
                os._exit(code)
        os.close(reply)


def _watch(request: dict[str, Any], reply: int) -> None:
    """The outer process."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    parser = os.fork()
    if parser == 0:
        code = 1
        try:
            _parse(request, reply)
            code = 0
        finally:
            os._exit(code)
    deadline = time.monotonic() + float(request["wall_seconds"])
    while True:
        done, status = os.waitpid(parser, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() > deadline:
            os.kill(parser, signal.SIGKILL)
            os.waitpid(parser, 0)
            code = TIMED_OUT
            break
        time.sleep(POLL_SECONDS)
    os.write(reply, f"\n{code}".encode())


def _parse(request: dict[str, Any], reply: int) -> None:
    """The inner process: limits first, then the reader, then one JSON document."""
    name = str(request["name"])
    memory = int(request["memory_bytes"])
    _limit(memory, int(request["cpu_seconds"]))
    told: dict[str, Any]
    try:
        told = _told(request, name)
    except DocumentError as error:
        told = {"error": type(error).__name__, "reason": str(error)}
    except MemoryError:
        told = {"reason": f"{name} needs more than {memory // 2**20} MB of memory to read. Split it."}
    except RecursionError:
        told = {"reason": f"{name} is nested too deeply to read. Save it in another format and add that."}
    except Exception as error:  # noqa: BLE001  parsers raise anything on damaged files; the reason is kept and shown
        cause = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]
        told = {"reason": f"{name} can't be parsed ({cause}). Save it again, or in another format."}
    with os.fdopen(reply, "wb") as pipe:
        pipe.write(json.dumps(told, ensure_ascii=False).encode("utf-8", errors="replace"))


def _told(request: dict[str, Any], name: str) -> dict[str, Any]:
    """A document's text, or a sitemap's addresses (none for a file that is no sitemap)."""
    from ingestion import sources
    from ingestion.web import sitemap

    path = Path(request["path"])
    if "sitemap_bytes" not in request:
        return {"text": asdict(sources.read(path, name, request["select"]))}
    found = sitemap.read(path.read_bytes(), name, int(request["sitemap_bytes"]))
    return {"sitemap": asdict(found) if found else None}


def _limit(memory: int, processor: int) -> None:
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no files
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # and starts no programs (root is not bound by this)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def _die_with_parent() -> None:
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        library.prctl(_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
