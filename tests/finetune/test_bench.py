"""Our loop and TRL's learn the same thing, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import prompts
from chatbot.model import bundled, network
from chatbot.model.encoding import Encoder
from finetune import batches, bench
from tests.finetune.test_training import arguments, samples
from tests.tiny import tiny_model

pytest.importorskip("trl")


def test_losses_agree_step_by_step_at_the_same_learning_rate(tmp_path: Path) -> None:
    base = bundled.Base("tiny", str(tiny_model(tmp_path)), "")
    _, tokenizer = network.load(base, network.faster_dtype())
    prompt = prompts.load("quote-v1")
    rows = [batches.encode(sample, Encoder(tokenizer, prompt)) for sample in samples()]
    given = arguments(batch=2, learning_rate=0.02, lora={"rank": 4, "dropout": 0.0})
    found = bench.compare(base, prompt, rows, given, 3, lambda _: None)
    assert found.steps == 3
    assert found.apart < 0.03
    assert found.ours.losses[-1] < found.ours.losses[0]
    assert found.ours.tokens_per_s > 0
    assert found.trl.tokens_per_s > 0
