"""The embedded store: no orphan however its owner ends, nothing acknowledged is lost, and every failure says why."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingestion.errors import DiskError, HeldError, StoreError
from ingestion.lock import ServiceLock, holder
from ingestion.settings import Settings
from ingestion.store import connect, connect_async
from ingestion.valkey import LONGEST_SOCKET, place

ROOT = Path(__file__).resolve().parents[2]

OWNER = """
import signal, sys, time
from pathlib import Path

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start its background jobs deaf to these two
signal.signal(signal.SIGTERM, signal.SIG_DFL)
from ingestion.settings import Settings
from ingestion.store import connect

with connect(Settings(data_dir=Path(sys.argv[1]))) as store:
    store.set("owner", "here")
    print(store.info("server")["process_id"], store.info("server")["process_supervised"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def owner(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process of its own that holds the store, and its server's process id."""
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(OWNER), str(settings.data_dir)], cwd=ROOT,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    server = int(process.stdout.readline().split()[0])
    yield process, server
    process.kill()
    process.wait(10)
    process.stdout.close()


def alive(pid: int) -> bool:
    """A zombie is dead, once its last thread is: until then it holds its sockets."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def soon(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_orphan_stays_however_the_owner_ends(
    settings: Settings, owner: tuple[subprocess.Popen[str], int], how: signal.Signals
) -> None:
    process, server = owner
    supervisor = parent(server)
    process.send_signal(how)
    process.wait(15)
    assert soon(lambda: not alive(server) and not alive(supervisor))
    with connect(settings) as store:
        assert store.get("owner") == b"here"


def test_no_orphan_stays_when_the_supervisor_itself_is_killed(
    settings: Settings, owner: tuple[subprocess.Popen[str], int]
) -> None:
    _, server = owner
    os.kill(parent(server), signal.SIGKILL)
    assert soon(lambda: not alive(server))
    with connect(settings) as store:
        assert store.get("owner") == b"here"


def test_a_store_that_dies_is_started_again_with_the_same_data(settings: Settings) -> None:
    with connect(settings) as store:
        store.set("kept", "yes")
        first = store.info("server")["process_id"]
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: not alive(first))
        assert store.get("kept") == b"yes"
        assert store.info("server")["process_id"] != first


def test_who_joined_goes_on_when_the_owner_leaves(settings: Settings, owner: tuple[subprocess.Popen[str], int]) -> None:
    process, server = owner
    with connect(settings) as store:
        assert store.info("server")["process_id"] == server
        process.kill()
        assert soon(lambda: not alive(server))
        assert store.get("owner") == b"here"


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(settings: Settings) -> None:
    with connect(settings) as store:
        for number in range(200):
            store.rpush("list", number)
        os.kill(store.info("server")["process_id"], signal.SIGKILL)
        assert soon(lambda: _length(settings) == 200)


def _length(settings: Settings) -> int:
    with connect(settings) as store:
        length = store.llen("list")
        assert isinstance(length, int)
        return length


def test_eight_processes_starting_at_once_share_one_server(settings: Settings) -> None:
    code = ("import sys; from pathlib import Path; from ingestion.settings import Settings;"
            "from ingestion.store import connect\n"
            "with connect(Settings(data_dir=Path(sys.argv[1]))) as s:\n"
            "    s.rpush('started', s.info('server')['process_id']); s.blpop('go', 20)")
    processes = [subprocess.Popen([sys.executable, "-c", code, str(settings.data_dir)], cwd=ROOT) for _ in range(8)]
    with connect(settings) as store:
        assert soon(lambda: store.llen("started") == 8, 40)
        assert len(set(store.lrange("started", 0, -1))) == 1
        store.rpush("go", *range(8))
        assert [process.wait(20) for process in processes] == [0] * 8


async def test_asynchronous_clients_share_the_store_and_survive_its_death(settings: Settings) -> None:
    async with connect_async(settings) as store:
        await store.set("kept", "yes")
        server = (await store.info("server"))["process_id"]
        os.kill(server, signal.SIGKILL)
        assert await asyncio.to_thread(soon, lambda: not alive(server))
        assert await store.get("kept") == b"yes"


def test_a_command_under_way_when_the_store_dies_says_so_and_is_not_repeated(settings: Settings) -> None:
    with connect(settings) as store:
        server = store.info("server")["process_id"]
        killer = subprocess.Popen(["/bin/sh", "-c", f"sleep 0.3; kill -9 {server}"])
        with pytest.raises(StoreError, match="embedded store of DATA_DIR"):
            store.blpop("never", 10)
        killer.wait(10)


def test_a_server_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(data_dir=tmp_path, redis_url=f"redis://:secret@127.0.0.1:{port}/0")
    with pytest.raises(StoreError, match=rf"REDIS_URL=127.0.0.1:{port}/0 can't be reached") as caught:
        with connect(settings):
            pass
    assert "secret" not in str(caught.value)
    assert caught.value.retry_helps


def test_a_damaged_file_is_named_and_left_as_it_is(settings: Settings) -> None:
    with connect(settings) as store:
        store.set("a", "b")
    file = next((settings.data_dir / "store" / "appendonlydir").glob("*.incr.aof"))
    damaged = b"*2\r\n$broken" + file.read_bytes() + b"\r\nmore"
    file.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"damaged\. Restore"), connect(settings):
        pass
    assert file.read_bytes() == damaged


def test_a_torn_tail_does_not_stop_the_store(settings: Settings) -> None:
    with connect(settings) as store:
        store.set("a", "b")
    file = next((settings.data_dir / "store" / "appendonlydir").glob("*.incr.aof"))
    file.write_bytes(file.read_bytes() + b"*3\r\n$3\r\nSET\r\n$1\r\nc")
    with connect(settings) as store:
        assert store.get("a") == b"b"


def test_a_data_dir_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for data_dir in (Path("/proc/data"), Path("/dev/null/data")):
        with pytest.raises(DiskError, match=f"DATA_DIR={data_dir}"), connect(Settings(data_dir=data_dir)):
            pass
    (tmp_path / "file").touch()
    with pytest.raises(DiskError, match="is a file"), connect(Settings(data_dir=tmp_path / "file")):
        pass


def test_a_deep_data_dir_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    assert len(os.fsencode(place(deep).socket)) <= LONGEST_SOCKET
    with connect(Settings(data_dir=deep)) as store:
        assert store.ping()
        assert (place(deep).socket.parent.stat().st_mode & 0o777) == 0o700
    place(deep).socket.parent.rmdir()


def test_only_the_owner_may_enter_the_data(settings: Settings) -> None:
    with connect(settings) as store:
        assert store.config_get("appendfsync") == {"appendfsync": "always"}
        assert settings.data_dir.stat().st_mode & 0o777 == 0o700
        assert place(settings.data_dir).socket.stat().st_mode & 0o777 == 0o700
        assert not list(settings.data_dir.rglob("*.rdb")) or store.config_get("save") == {"save": ""}


def test_the_store_says_who_holds_it(settings: Settings, owner: tuple[subprocess.Popen[str], int]) -> None:
    who = holder(settings.data_dir / "store.lock")
    assert who is not None
    assert who["pid"] == owner[0].pid


def test_a_second_service_on_the_same_data_dir_says_who_holds_it(tmp_path: Path) -> None:
    with ServiceLock(tmp_path, "chatbot serve"):
        with pytest.raises(HeldError, match=f"process {os.getpid()} \\(chatbot serve\\)"), ServiceLock(tmp_path):
            pass
        assert json.loads((tmp_path / "service.lock").read_text())["pid"] == os.getpid()
    with ServiceLock(tmp_path):
        assert holder(tmp_path / "service.lock") is not None
    assert holder(tmp_path / "service.lock") is None


