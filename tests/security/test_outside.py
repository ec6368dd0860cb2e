"""The suite's own guard: nothing that these tests run reaches further than this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

REACH = "import socket; socket.create_connection(({host!r}, 9), 0.2)"
SWALLOW = f"try:\n    {REACH}\nexcept OSError:\n    pass"


@pytest.mark.parametrize(("code", "host", "caught"), [
    (REACH, "192.0.2.1", True), (SWALLOW, "192.0.2.1", True), (SWALLOW, "evil.example", True),
    (SWALLOW, "2001:db8::1", True), (SWALLOW, "127.0.0.1", False), (SWALLOW, "localhost", False),
])
def test_a_program_that_would_leave_the_machine_is_ended_or_noted(
    tmp_path: Path, loopback_alone: Path, code: str, host: str, caught: bool
) -> None:
    log = tmp_path / "connections.log"
    subprocess.run([sys.executable, "-c", code.format(host=host)], capture_output=True, timeout=30, check=False,
                   env={**os.environ, "CONNECTIONS_LOG": str(log)})
    assert log.exists() is caught
    assert not caught or host in log.read_text()


def test_a_test_itself_can_not_leave_the_machine() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as reaching:
        reaching.connect(("192.0.2.1", 9))
