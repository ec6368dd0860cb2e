"""The embedder learns from pairs, and what it learnt can be named by EMBEDDING_MODEL."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from finetune import embedder
from finetune.arguments import REPOSITORY
from finetune.cli import app
from finetune.embedder import Recipe
from finetune.errors import ExamplesError
from finetune.pairs import QUOTED, Pair, load
from ingestion.embedding import open_embedder
from ingestion.settings import BUNDLED_EMBEDDINGS, Settings

DATA = REPOSITORY / "finetune" / "data"
PAIRS = [Pair(f"Czy {word} można oddać?", (f"Od umowy o {word} odstępuje się w 14 dni.",), word)
         for word in ("buty", "kurtkę", "lampę", "stół", "fotel", "obraz")]


def test_every_pair_is_of_our_own_and_an_article_that_is_not_there_leaves_its_questions_out() -> None:
    found = load(DATA, None, support=3)
    assert len(found) > 1_500
    assert all(pair.question and all(pair.answers) for pair in found)
    assert sum(pair.group.startswith(("sp-", "hc-")) for pair in found) == 3 * (414 + 1_000)


def test_a_folder_without_examples_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExamplesError, match=r"demo\.jsonl can't be read"):
        load(tmp_path, None, 1)


def test_a_batch_has_no_two_pairs_of_one_group() -> None:
    twice = [*PAIRS, *(Pair(f"{pair.question} Proszę", pair.answers, pair.group) for pair in PAIRS)]
    told: list[float] = []
    embedder.train(twice, Recipe(steps=1, batch=32, rank=2), lambda step, loss: told.append(loss))
    assert len(told) == 1  # six groups make a batch of six
    assert told[0] < np.log(6)


def test_training_brings_questions_nearer_to_their_answers_and_the_folder_is_an_embedding_model(tmp_path: Path) -> None:
    losses: list[float] = []
    recipe = Recipe(steps=4, batch=6, rank=2, rate=3e-3, warm_up=1, cut=0, folded=0, strength=1)
    lora = embedder.train(PAIRS, recipe, lambda step, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    embedder.save_to(tmp_path, lora, recipe, [])
    margins = []
    for model in (str(tmp_path), BUNDLED_EMBEDDINGS):
        tuned = open_embedder(Settings(embedding_model=model), threads=1)
        cosines = tuned.queries([p.question for p in PAIRS]) @ tuned.passages([p.answers[0] for p in PAIRS]).T
        margins.append(float(np.diag(cosines).mean() - cosines.mean()))
    assert margins[0] > margins[1]


def test_the_command_says_what_it_trained_on(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["embedder", "--steps", "1", "--output", str(tmp_path), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["pairs"] > 1_500
    manifest = json.loads((tmp_path / "support.json").read_text(encoding="utf-8"))
    examples = {f"{name}.jsonl" for name in (*QUOTED, "support")}
    assert {one["name"] for one in manifest["data"]} == examples | {"faq.yaml"}
    assert manifest["recipe"]["steps"] == 1
