"""The loop itself, on a tiny model: it learns, it repeats, it goes on after a kill."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from chatbot import prompts
from chatbot.model import bundled, network
from chatbot.model.encoding import Encoder
from chatbot.model.seam import Action, Task
from chatbot.prompts import Written
from finetune import batches, measure, run
from finetune.arguments import Arguments
from finetune.forgetting import PLAIN, forgetting, perplexity, worries
from finetune.samples import Sample
from finetune.train import Step, schedule, train
from tests.tiny import tiny_model

WORDS = ("zwrot", "dostawa", "karta", "hasło", "reklamacja", "punkty")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny"))


def samples() -> list[Sample]:
    made = []
    for index, word in enumerate(WORDS):
        task = Task(word, (f"Tu {WORDS[index - 1]}.", f"Tu {word}."), ("§ 1", "§ 2"))
        made.append(Sample(word, word, task, Written(Action.QUOTE, (1,), "Oto:", ""), (1,)))
    return made


def arguments(**values: Any) -> Arguments:
    given = {"name": "t", "data": [], "corpus": [], "batch": 3, "micro_batch": 3, "epochs": 8, "learning_rate": 0.01,
             "evaluate_every": 4, "patience": 99, "lora": {"rank": 4, "dropout": 0.1}}  # fmt: skip
    return Arguments.model_validate(given | values)


def trained(folder: Path, out: Path, given: Arguments, stop_after: int | None = None) -> tuple[Any, Any]:
    model, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    encoder = Encoder(tokenizer, prompts.load("quote-v1"))
    torch.manual_seed(given.seed)
    tuned = run.with_lora(model, given)
    rows = [batches.encode(sample, encoder) for sample in samples()]

    def progress(step: Step) -> None:
        if stop_after is not None and step.step >= stop_after:
            raise KeyboardInterrupt

    out.mkdir(exist_ok=True)
    result = train(tuned, encoder, rows, rows, given, out, progress, "same", [])
    return result, {name: value.clone() for name, value in tuned.named_parameters() if value.requires_grad}


def test_the_held_out_loss_falls(folder: Path, tmp_path: Path) -> None:
    result, _ = trained(folder, tmp_path / "run", arguments(epochs=16, learning_rate=0.03))
    losses = [look["eval_loss"] for look in result.history]
    assert losses[-1] < 0.9 * losses[0]
    assert result.eval_loss == min(losses)


def test_a_run_repeats_and_one_that_was_killed_ends_as_one_that_was_not(folder: Path, tmp_path: Path) -> None:
    whole, weights = trained(folder, tmp_path / "whole", arguments())
    with pytest.raises(KeyboardInterrupt):
        trained(folder, tmp_path / "killed", arguments(), stop_after=8)
    resumed, same = trained(folder, tmp_path / "killed", arguments())
    assert resumed.eval_loss == pytest.approx(whole.eval_loss, rel=1e-6)
    assert all(torch.allclose(weights[name], same[name], atol=1e-6) for name in weights)


def test_it_stops_early_and_keeps_the_best_weights(folder: Path, tmp_path: Path) -> None:
    result, _ = trained(folder, tmp_path / "run", arguments(learning_rate=2.0, epochs=40, patience=2, evaluate_every=1))
    assert result.stopped_early
    assert result.eval_loss == min(look["eval_loss"] for look in result.history)


def test_the_loss_of_a_batch_is_that_of_its_parts(folder: Path) -> None:
    model, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    encoder = Encoder(tokenizer, prompts.load("quote-v1"))
    rows = [batches.encode(sample, encoder) for sample in samples()]
    counts, weights = batches.count(rows), arguments().weights
    with torch.no_grad():
        whole = batches.total(batches.loss(model, rows, encoder), counts, weights)
        parts = sum(batches.total(batches.loss(model, [row], encoder), counts, weights) for row in rows)
    assert float(whole) == pytest.approx(float(parts), rel=1e-5)


def test_only_the_completion_is_learnt(folder: Path) -> None:
    """The loss of what is chosen and written equals that of the whole output layer, taken at the same tokens."""
    model, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    row = batches.encode(samples()[0], Encoder(tokenizer, prompts.load("quote-v1")))
    with torch.no_grad():
        part = batches.loss(model, [row], Encoder(tokenizer, prompts.load("quote-v1")))
        logits = model(torch.tensor([row.ids])).logits[0, :-1].float()
    each = torch.nn.functional.cross_entropy(logits, torch.tensor(row.ids[1:]), reduction="none")
    assert float(part.decision + part.frame) == pytest.approx(float(each[row.prompt - 1 :].sum()), rel=1e-4)


def test_giving_up_is_a_choice_among_the_sentences() -> None:
    scores = torch.tensor([0.0, 0.0, 0.0])
    assert float(batches.mark_loss(scores, ())) == pytest.approx(math.log(4))
    assert float(batches.mark_loss(torch.tensor([-20.0, -20.0]), ())) == pytest.approx(0, abs=1e-6)
    assert float(batches.mark_loss(torch.tensor([20.0, -20.0]), (0,))) == pytest.approx(0, abs=1e-6)


def test_the_learning_rate_warms_up_and_ends_at_a_tenth() -> None:
    assert schedule(0.0, 0.1) < 0.02
    assert schedule(0.1, 0.1) == pytest.approx(1)
    assert schedule(1.0, 0.1) == pytest.approx(0.1)


def test_forgetting_is_the_loss_of_plain_language_before_and_after(folder: Path) -> None:
    model, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    tuned = run.with_lora(model, arguments()).eval()
    assert forgetting(tuned, tokenizer)["ratio"] == pytest.approx(1.0)
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=3.0)
    found, lines = forgetting(tuned, tokenizer), PLAIN.read_text(encoding="utf-8").splitlines()
    assert found["after"] == pytest.approx(perplexity(tuned, tokenizer, lines), abs=0.01)
    assert found["after"] != found["before"]


def test_how_well_giving_up_is_told_needs_no_cut_off() -> None:
    assert measure.auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert measure.auroc([0.1], [0.9]) == 0.0
    assert measure.auroc([0.5], [0.5]) == 0.5


def test_overfitting_and_forgetting_are_said() -> None:
    fine = {"trained_on": {"right": 0.7}, "adapter": {"right": 0.65}, "plain_language": {"ratio": 1.1}}
    assert worries(fine) == []
    bad = fine | {"trained_on": {"right": 0.95}, "plain_language": {"ratio": 3.0}}
    assert [worry.rpartition(": it ")[2].split(".")[0] for worry in worries(bad)] == ["overfits", "forgets"]
