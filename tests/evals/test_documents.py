"""The trial folder: a slice of it in every run, all of it marked slow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.documents import measure

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "documents"


def files() -> list[Path]:
    return sorted(path for path in FOLDER.rglob("*") if path.is_file())


def test_a_slice_of_the_trial_files_never_crashes_hangs_or_comes_out_empty() -> None:
    outcome = measure(files()[::8])
    assert (outcome.crashed, outcome.hung, outcome.silent_empty) == (0, 0, 0)
    assert outcome.indexed + len(outcome.named) == outcome.files
    assert all(name in reason for name, _, reason in outcome.named)


@pytest.mark.slow
def test_no_trial_file_crashes_hangs_or_comes_out_empty() -> None:
    outcome = measure(files())
    assert (outcome.crashed, outcome.hung, outcome.silent_empty) == (0, 0, 0)
    assert outcome.indexed >= 240


def test_the_command_prints_one_document_with_the_contract_s_fields(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nTermin to 14 dni.", "utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    result = CliRunner().invoke(app, ["documents", str(tmp_path), "--json"])
    told = json.loads(result.stdout)
    assert {"files", "indexed", "failed", "crashed", "silent_empty", "seconds"} <= set(told)
    assert (told["files"], told["indexed"], told["failed"]) == (2, 1, {"is empty": 1})


def test_a_folder_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["documents", str(tmp_path / "brak")]).exit_code == 2
