"""The commands of `python -m ingestion` as others rely on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ingestion.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = "# Regulamin zwrotów\n\n§ 1. Klient może zwrócić towar w ciągu 14 dni.\n\n§ 2. Zwrot jest bezpłatny.\n"


def environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, "DATA_DIR": str(settings.data_dir), "EMBEDDING_CACHE": str(settings.embedding_cache),
            "OMP_NUM_THREADS": "1"}


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ingestion", *words], cwd=ROOT, env=environment(settings), text=True,
                          capture_output=True, timeout=100)


def test_the_commands_speak_the_contract(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "regulamin.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "pusty.md").write_text(" ", encoding="utf-8")
    added = command(settings, "add", str(tmp_path / "regulamin.md"), str(tmp_path / "pusty.md"), "--json")
    rows = json.loads(added.stdout)["documents"]
    assert added.returncode == 1
    assert "pusty.md" in added.stderr
    assert [row["status"] for row in rows] == ["indexed", "failed"]
    assert set(rows[0]) == {"source", "document", "version", "status", "chunks", "reason"}
    found = json.loads(command(settings, "search", "ile dni na zwrot", "--json").stdout)
    assert {"question", "as_of", "took_ms", "passages"} == set(found)
    assert {"document", "version", "clause", "title", "text", "score", "valid_from", "valid_until",
            "source"} <= set(found["passages"][0])
    listed = json.loads(command(settings, "list", "--json").stdout)
    assert [document["document"] for document in listed["documents"]] == ["regulamin"]
    state = json.loads(command(settings, "status", "--json").stdout)
    assert (state["documents"], state["workers"]) == (1, 0)


def test_a_wrong_day_is_named_with_the_right_form(settings: Settings) -> None:
    wrong = command(settings, "add", "a.md", "--valid-from", "31.12.2026")
    assert wrong.returncode == 2
    assert "--valid-from '31.12.2026' is not a day. Write it as YYYY-MM-DD" in wrong.stderr
    assert not settings.data_dir.exists()


def test_a_full_disk_is_named_and_what_was_there_still_answers(settings: Settings, tmp_path: Path) -> None:
    """A limit on file sizes stands for the full disk: it needs no rights."""
    (tmp_path / "regulamin.md").write_text(TEXT, encoding="utf-8")
    assert command(settings, "add", str(tmp_path / "regulamin.md")).returncode == 0
    (tmp_path / "regulamin.md").write_text(TEXT.replace("14", "30"), encoding="utf-8")
    full = subprocess.run(["/bin/sh", "-c", f"ulimit -f 40; {sys.executable} -m ingestion add {tmp_path}/regulamin.md"],
                          cwd=ROOT, env=environment(settings), text=True, capture_output=True, timeout=100)
    assert full.returncode == 1
    assert "can't be written" in full.stderr
    assert "Traceback" not in full.stderr
    found = json.loads(command(settings, "search", "ile dni na zwrot", "--json").stdout)
    assert "14 dni" in found["passages"][0]["text"]


def test_refusing_the_days_that_a_text_names_keeps_the_days_that_were_stated(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "regulamin.md"
    file.write_text(f"{TEXT}\n§ 3. Regulamin obowiązuje od 1 stycznia 2024 r. do 1 marca 2025 r.\n", encoding="utf-8")
    assert command(settings, "add", str(file), "--valid-until", "2030-12-31").returncode == 0
    refused = command(settings, "confirm", "regulamin", "--as-before")
    assert refused.returncode == 0, refused.stderr
    (version,) = json.loads(command(settings, "list", "--json").stdout)["documents"][0]["versions"]
    assert (version["valid_from"], version["valid_until"]) == (None, "2030-12-31")
    assert not version["proposal"]["open"]
