"""The demo as `make run` starts it: its documents added to an empty DATA_DIR, then the service, each a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
ADD_SECONDS = 300
"""The demo's documents took 72 s on two cores shared by eight; embedding is the most of it."""
READY_SECONDS = 240
"""Model and index; the first time the bundled model is converted as well."""
STOP_SECONDS = 40
"""The service itself promises 30."""


class Demo:
    """``with Demo(folder) as demo``: ``demo.url`` answers questions; ``demo.accounts`` has user → password."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "serve.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.environ = os.environ | {"DATA_DIR": str(self.data_dir), "PORT": str(port), "DEMO": "true"}

    def __enter__(self) -> Demo:
        added = subprocess.run([sys.executable, "-m", "ingestion", "demo", "--json"], cwd=ROOT, env=self.environ,
                               capture_output=True, text=True, timeout=ADD_SECONDS, check=False)
        assert added.returncode == 0, added.stderr
        statuses = {row["status"] for row in json.loads(added.stdout)["documents"]}
        assert statuses == {"indexed"}, added.stdout
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "chatbot", "serve"], cwd=ROOT, env=self.environ,
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        lines = (self.data_dir / "demo-accounts.txt").read_text().splitlines()
        self.accounts = dict(line.split(" ", 1) for line in lines)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def _wait(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text(errors="replace")
            with suppress(httpx.HTTPError):
                told = httpx.get(f"{self.url}/readyz", timeout=5).json()
                assert told["error"] is None, told["error"]
                if told["ready"]:
                    return
            time.sleep(0.3)
        raise AssertionError(f"not ready after {READY_SECONDS} s:\n{self.log.read_text(errors='replace')}")
