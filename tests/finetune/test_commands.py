"""`python -m finetune` from a configuration to an adapter's folder, on a tiny base model."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chatbot import adapter
from finetune.cli import app
from tests.tiny import tiny_model

SYLLABLES = ("ba", "ce", "dzi", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ty", "wo", "zu")
TEXT = "Zwrot {n} jest darmowy. Sklep działa od rana. Paczka idzie dwa dni."
RUNNER = CliRunner()


def thing(n: int) -> str:
    """A made-up name, like no other: questions about different things are different questions."""
    rng = random.Random(n)
    return " ".join("".join(rng.choices(SYLLABLES, k=4)) for _ in range(3))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = []
    for n in range(210):
        clause = n % 40
        source = {"text": TEXT.format(n=clause), "label": f"§ {clause}"}
        quote = {"id": f"q{n}", "question": f"Czy {thing(n)} jest za darmo?", "language": "pl", "source": source}
        hand = {"id": f"h{n}", "question": f"Kto jest prezesem {thing(-n - 1)}?", "language": "pl", "source": source}
        lines.append(quote | {"action": "quote", "quote": [f"Zwrot {clause} jest"], "opening": "Oto odpowiedź:"})
        lines += [hand | {"action": "hand_over"}] if n % 3 == 0 else []
    (tmp_path / "e.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    path = tmp_path / "c.yaml"
    path.write_text(json.dumps({
        "name": "próba", "base_model": str(tiny_model(tmp_path / "tiny")), "corpus": [], "removed": 0, "held_out": 0.25,
        "data": [{"name": "own", "path": str(tmp_path / "e.jsonl"), "licence": "Apache-2.0"}],
        "lora": {"rank": 2}, "epochs": 0.05, "batch": 8, "evaluate_every": 2, "evaluate_on": 8, "max_tokens": 4000,
    }))  # fmt: skip
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return path


def test_training_ends_with_the_contracts_document_and_a_folder_that_can_be_served(config: Path) -> None:
    done = RUNNER.invoke(app, ["train", "--config", str(config), "--json"])
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert result.keys() == {"adapter", "train_loss", "eval_loss", "tokens_per_s", "steps"}
    manifest = adapter.read(Path(result["adapter"]))
    assert adapter.check(Path(result["adapter"]), manifest.base.name, manifest.base.hash) == manifest
    figures = manifest.evaluation["held_out_by_clause"]
    assert {"adapter", "bare_model", "embedding_alone", "words_alone"} <= figures.keys()
    assert manifest.approval is None


def test_check_says_what_would_be_trained_on(config: Path) -> None:
    done = RUNNER.invoke(app, ["check", "--config", str(config), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["refused"] == []


def test_refused_data_ends_with_exit_one_and_the_reasons(config: Path) -> None:
    examples = config.parent / "e.jsonl"
    examples.write_text(examples.read_text().replace("Oto odpowiedź:", "Masz 14 dni:"))
    done = RUNNER.invoke(app, ["check", "--config", str(config), "--json"])
    assert done.exit_code == 1
    assert any(reason.startswith("facts") for reason in json.loads(done.stdout)["refused"])


def test_split_never_has_a_clause_on_both_sides(config: Path) -> None:
    done = RUNNER.invoke(app, ["split", "--config", str(config), "--json"])
    sides = json.loads(done.stdout)
    assert sides["train"] and sides["held_out"] and not set(sides["train"]) & set(sides["held_out"])


def test_a_config_that_is_not_there_is_wrong_usage() -> None:
    assert RUNNER.invoke(app, ["train", "--config", "nowhere.yaml"]).exit_code == 2
