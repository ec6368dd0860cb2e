"""Whether training made the model forget plain language: its perplexity on a small general set, before and after."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

PLAIN = Path(__file__).parent / "data" / "plain.txt"
"""Sentences of no trade, Polish and English, written for this; never trained on."""
WORST = 2.0
"""A perplexity that grew by more than this factor is reported as forgetting. The adapter writes frames that people
wrote, so it can bear much; twice as bad means that weights were moved far more than the task needs."""

OVERFITTED = 0.15
"""A larger share right among samples trained on than among those held out, by more than this, is reported as
overfitting; with 120 and some 260 samples, chance alone gives up to 0.11 (two standard errors)."""


@torch.no_grad()
def perplexity(model: Any, tokenizer: Any, lines: list[str]) -> float:
    """exp of the mean loss per token over these lines."""
    total, tokens = 0.0, 0
    for line in lines:
        ids = torch.tensor([tokenizer(line)["input_ids"]], device=next(model.parameters()).device)
        logits = model(ids).logits[0, :-1].float()
        total += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum"))
        tokens += ids.shape[1] - 1
    return math.exp(total / max(tokens, 1))


def forgetting(model: Any, tokenizer: Any) -> dict[str, float]:
    """``model``: a peft model in evaluation mode; before is without its adapter. ``ratio`` is after by before."""
    lines = PLAIN.read_text(encoding="utf-8").splitlines()
    with model.disable_adapter():
        before = perplexity(model, tokenizer, lines)
    after = perplexity(model, tokenizer, lines)
    return {"before": round(before, 2), "after": round(after, 2), "ratio": round(after / before, 3)}


def worries(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What in a run's figures speaks of overfitting or forgetting, each as one sentence. Pure."""
    found = []
    gap = figures["trained_on"]["right"] - figures["adapter"]["right"]
    if gap > OVERFITTED:
        found.append(f"right on {gap:.0%} more of what it was trained on than of what was held out: it overfits. Train "
                     "fewer epochs, lower lora.rank, or add examples")  # fmt: skip
    ratio = figures["plain_language"]["ratio"]
    if ratio > WORST:
        found.append(f"plain sentences are {ratio:.1f} times as surprising as before: it forgets. Lower learning_rate")
    return found
