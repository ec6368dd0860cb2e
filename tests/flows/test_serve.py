"""`python -m chatbot serve` as a process: what it says, what it holds, and that nothing of it is left when it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 40.0


class Served:
    def __init__(self, data_dir: Path, port: int, **environ: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self.log = (data_dir.parent / f"serve-{port}.log").open("w+b")
        # A session of its own, so that whatever it leaves behind can be found by it.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chatbot", "serve"], cwd=ROOT, start_new_session=True,
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
            env=os.environ | {"DATA_DIR": str(data_dir), "PORT": str(port), "WORKERS": "1", "OMP_NUM_THREADS": "1"}
            | environ)

    def said(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text(errors="replace")

    def wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.said()
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not up after {START_SECONDS} s:\n{self.said()}")

    def family(self) -> set[int]:
        """Processes of its session, and all that have its DATA_DIR open or in their environment."""
        found = set()
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, IndexError):
                pid = int(entry.name)
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                alive = fields[0] != "Z"
                ours = int(fields[3]) == self.process.pid or str(self.data_dir).encode() in (
                    (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes())
                if alive and ours and pid != os.getpid():
                    found.add(pid)
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self.log.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    service = Served(tmp_path / "data", free_port(), DEMO="true")
    yield service
    service.end()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)
def test_no_process_is_left_when_the_service_ends(served: Served, how: signal.Signals) -> None:
    served.wait()
    assert len(served.family()) >= 3, "the service, its store and its worker"
    began = time.monotonic()
    served.process.send_signal(how)
    served.process.wait(30)
    until = time.monotonic() + 15
    while served.family() and time.monotonic() < until:
        time.sleep(0.1)
    assert served.family() == set(), served.said()
    assert time.monotonic() - began < 30
    if how is not signal.SIGKILL:
        assert served.process.returncode in (0, 130), served.said()


def test_it_says_its_settings_and_who_may_sign_in(served: Served) -> None:
    served.wait()
    said = served.said()
    assert re.search(rf"DATA_DIR +{re.escape(str(served.data_dir))} +\(environment\)", said)
    accounts = served.data_dir / "demo-accounts.txt"
    assert accounts.stat().st_mode & 0o777 == 0o600
    user, password = accounts.read_text().splitlines()[0].split()
    answer = httpx.post(f"{served.url}/api/v1/staff/session", json={"user": user, "password": password})
    assert answer.json()["role"] == "agent"


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        service = Served(tmp_path / "data", taken.getsockname()[1])
        assert service.process.wait(60) == 1
        last = service.said().strip().splitlines()[-1]
        assert "is taken" in last and "PORT" in last
        assert not (tmp_path / "data").exists()
        service.end()


def test_a_second_service_on_the_same_data_is_told_who_holds_it(served: Served) -> None:
    served.wait()
    second = Served(served.data_dir, free_port())
    assert second.process.wait(60) == 1
    assert f"process {served.process.pid}" in second.said()
    second.end()
    assert httpx.get(f"{served.url}/healthz").status_code == 200
