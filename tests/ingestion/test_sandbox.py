"""Whatever a file does to its parser, the caller gets a Text or a reason, in time, and nothing is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from ingestion import sandbox
from ingestion.errors import DocumentError, NeedsOcr
from ingestion.sandbox import parse


@pytest.fixture
def regulation(tmp_path: Path) -> Path:
    path = tmp_path / "regulamin.md"
    path.write_text("# Regulamin\n\n## § 1. Zwroty\n\n1. Termin to 14 dni.\n", "utf-8")
    return path


@pytest.fixture
def heavy(tmp_path: Path) -> Path:
    """Seconds of parsing and hundreds of megabytes: 400,000 paragraphs."""
    path = tmp_path / "wielki.html"
    path.write_text("<html><body>" + "<p>Akapit o zwrotach.</p>" * 400_000, "utf-8")
    return path


def children(parent: int) -> list[int]:
    """Of a process, from /proc."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def server() -> int:
    assert sandbox._server._process is not None
    return sandbox._server._process.pid


def test_a_document_comes_back_as_the_reader_made_it(regulation: Path) -> None:
    text = parse(regulation, "Regulamin.md")
    assert [(clause.label, clause.text, clause.headings) for clause in text.clauses] == [
        ("§ 1 ust. 1", "Termin to 14 dni.", ("Zwroty",)),
    ]


def test_the_reader_s_own_reason_comes_back(tmp_path: Path) -> None:
    (tmp_path / "skan.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(NeedsOcr, match=r"skan\.png is a picture"):
        parse(tmp_path / "skan.png")


def test_a_file_that_takes_too_long_is_given_up_in_time(heavy: Path) -> None:
    parse_once(heavy.parent)
    began = time.monotonic()
    with pytest.raises(DocumentError, match=r"wielki.html takes more than 0.5 s to read"):
        parse(heavy, wall_seconds=0.5)
    assert time.monotonic() - began < 5
    deadline = time.monotonic() + 2
    while children(server()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert children(server()) == []


def test_a_file_that_takes_too_much_memory_is_given_up(heavy: Path) -> None:
    with pytest.raises(DocumentError, match="memory"):
        parse(heavy, memory_bytes=450 * 2**20)


def test_a_file_that_takes_too_much_processor_time_is_given_up(heavy: Path) -> None:
    with pytest.raises(DocumentError, match="takes more than 1 s of processor time"):
        parse(heavy, cpu_seconds=1)


def test_a_crashed_parser_is_named_and_the_next_file_is_read(heavy: Path, regulation: Path) -> None:
    parse_once(heavy.parent)
    crash = threading.Timer(0.7, _crash_parser)
    crash.start()
    with pytest.raises(DocumentError, match=r"wielki.html crashed its parser \(SIGSEGV\)"):
        parse(heavy)
    crash.join()
    assert parse(regulation).clauses


def test_a_server_that_died_is_started_again(regulation: Path) -> None:
    parse(regulation)
    os.kill(server(), signal.SIGKILL)
    assert parse(regulation).clauses


def test_threads_parse_side_by_side(regulation: Path) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(parse(regulation).clauses))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [1] * 8


def test_the_parser_sees_no_secret_of_ours(tmp_path: Path, regulation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "tajny")
    sandbox._server.close()
    parse(regulation)
    environment = Path(f"/proc/{server()}/environ").read_bytes()
    assert b"tajny" not in environment


def test_nothing_is_left_when_the_owner_is_killed(heavy: Path) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from ingestion.sandbox import _server, parse
        import threading, time
        threading.Thread(target=parse, args=(Path({str(heavy)!r}),), daemon=True).start()
        while _server._process is None:
            time.sleep(0.05)
        time.sleep(1.5)
        print(_server._process.pid, flush=True)
        time.sleep(60)
    """)
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    orphan = Path(f"/proc/{int(owner.stdout.readline())}")
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 5
    while orphan.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not orphan.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"nie-ma\.pdf can't be read"):
        parse(tmp_path / "nie-ma.pdf")


def test_a_thousand_small_files_would_take_a_minute(regulation: Path) -> None:
    parse(regulation)
    began = time.monotonic()
    for _ in range(20):
        parse(regulation)
    assert (time.monotonic() - began) / 20 < 0.5  # usually 0.02 s; the machine is shared


def parse_once(folder: Path) -> None:
    """Have the server running, so that a short deadline is the file's own."""
    path = folder / "jeden.json"
    path.write_text(json.dumps([{"question": "Ile?", "answer": "14 dni."}]), "utf-8")
    assert parse(path).faq


def _crash_parser() -> None:
    (outer,) = children(server())
    (parser,) = children(outer)
    os.kill(parser, signal.SIGSEGV)
