"""`python -m finetune train` as people start it: by itself, killed and started again, in two processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from finetune.arguments import REPOSITORY
from tests.tiny import tiny_model

CONFIG = {
    "name": "tiny", "number_type": "float32", "epochs": 0.12, "batch": 4, "micro_batch": 2, "learning_rate": 0.01,
    "max_tokens": 4096, "evaluate_every": 4, "evaluate_on": 8, "patience": 99, "lora": {"rank": 2}, "removed": 0.3,
    "data": [{"name": "general", "path": "finetune/data/general.jsonl", "licence": "Apache-2.0"}],
    "corpus": [{"path": "ingestion/demo", "licence": "Apache-2.0"}],
}  # fmt: skip
TRAIN = ("-m", "finetune", "train", "--json")
LONGEST = 900


def started(folder: Path, config: Path, name: str, *launcher: str) -> subprocess.Popen[str]:
    settings = os.environ | {"DATA_DIR": str(folder / "data"), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, *launcher, *TRAIN, "--config", str(config), "--output", str(folder / name)],
        cwd=REPOSITORY, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, complained = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, complained[-2000:]
    return dict(json.loads(said))


@pytest.mark.slow
@pytest.mark.timeout(3 * LONGEST)
def test_killed_and_over_two_processes_it_ends_as_one_run_does(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "model")
    config = tmp_path / "tiny.yaml"
    config.write_text(yaml.safe_dump(CONFIG | {"base_model": str(model)}))
    whole = result(started(tmp_path, config, "whole"))
    assert set(whole) == {"adapter", "train_loss", "eval_loss", "tokens_per_s", "steps"}
    figures = json.loads((tmp_path / "whole" / "manifest.json").read_text())["evaluation"]["held_out_by_clause"]
    assert {"adapter", "bare_model", "words_alone", "embedding_alone", "trained_on", "plain_language"} <= set(figures)

    killed = started(tmp_path, config, "killed")
    assert killed.stderr is not None
    for line in killed.stderr:
        if "held-out loss" in line:
            break
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert not (tmp_path / "killed" / "manifest.json").exists()
    assert result(started(tmp_path, config, "killed"))["eval_loss"] == pytest.approx(whole["eval_loss"], abs=1e-4)

    two = ("-m", "accelerate.commands.launch", "--config_file", "finetune/configs/accelerate/cpu-2.yaml")
    both = result(started(tmp_path, config, "both", *two))
    assert both["eval_loss"] == pytest.approx(whole["eval_loss"], rel=2e-3)
    assert both["steps"] == whole["steps"]
