"""The service as a process to be killed, overloaded or measured from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0


class Victim:
    """The service as a process of its own session, with the store under it."""

    def __init__(self, data_dir: Path, port: int, preload: str = "", plan: str = "pace") -> None:
        self.data_dir = data_dir
        self.port = port
        self.plan = plan
        self.environ = os.environ | {"OMP_NUM_THREADS": "1"} | ({"LD_PRELOAD": preload} if preload else {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self.data_dir.parent / "victim.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.service", str(self.data_dir), str(self.port), self.plan],
            cwd=ROOT,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environ)
        log.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def servers(self) -> list[int]:
        """Processes of the embedded store's server."""
        return _processes("valkey-server", str(self.data_dir))

    def workers(self) -> list[int]:
        """The ingestion worker, while there is one."""
        return _processes("ingestion\0worker", str(self.data_dir))

    def resident_mb(self) -> float:
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def processor_seconds(self) -> float:
        """What the service and its store have used so far."""
        assert self.process is not None
        used = 0
        for pid in (self.process.pid, *self.servers()):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
        return used / os.sysconf("SC_CLK_TCK")

    async def kill_worker(self) -> None:
        """The next one, if the last was killed a moment ago."""
        until = time.monotonic() + START_SECONDS
        while not (pids := self.workers()):
            assert time.monotonic() < until, "no worker was started again"
            await asyncio.sleep(0.05)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_store(self) -> None:
        for pid in self.servers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut_power(self) -> None:
        """Everything dies at once, and of the append-only files there is what was on the disk."""
        assert self.process is not None
        pids = [*self.workers(), *self.servers(), *_processes("ingestion.supervisor", ""), self.process.pid]
        ours = [pid for pid in pids if _session(pid) == self.process.pid or pid in (*self.servers(), *self.workers())]
        for pid in ours:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)
        until = time.monotonic() + 10
        while self.servers() and time.monotonic() < until:
            time.sleep(0.02)
        for note in self.data_dir.rglob("*.aof.synced"):
            file, synced = note.with_suffix(""), int(note.read_text())
            if file.exists() and file.stat().st_size > synced:
                os.truncate(file, synced)

    async def wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        async with httpx.AsyncClient() as http:
            while time.monotonic() < until:
                assert self.process is not None
                if self.process.poll() is not None:
                    self.start()  # the store of the one before was still stopping
                with suppress(httpx.HTTPError):
                    if (await http.get(f"http://127.0.0.1:{self.port}/readyz", timeout=1)).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError((self.data_dir.parent / "victim.log").read_text()[-4000:])


def _processes(name: str, argument: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            pid = int(entry.name)
            words = (entry / "cmdline").read_bytes()
            environ = (entry / "environ").read_bytes()
            where = words + bytes((entry / "cwd").readlink()) + environ
            if name.encode() in words and argument.encode() in where:
                found.append(pid)
    return found


def _session(pid: int) -> int:
    with suppress(OSError):
        return os.getsid(pid)
    return 0
