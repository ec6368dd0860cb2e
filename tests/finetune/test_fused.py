"""Fewer passes over memory, the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from chatbot import prompts
from chatbot.model import bundled, network
from chatbot.model.encoding import Encoder
from finetune import batches, fused, run
from tests.finetune.test_training import arguments, samples
from tests.tiny import chat_model, tiny_model


def gradients(folder: Path, fuse: bool) -> tuple[float, dict[str, torch.Tensor]]:
    model, tokenizer = network.load(bundled.Base("tiny", str(folder), ""), torch.float32)
    given = arguments(lora={"rank": 4, "dropout": 0.0})
    torch.manual_seed(3)
    tuned = run.with_lora(model, given)
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.1)
    if fuse:
        fused.fuse(tuned)
    encoder = Encoder(tokenizer, prompts.load("quote-v1"))
    rows = [batches.encode(sample, encoder) for sample in samples()]
    loss = batches.total(batches.loss(tuned.base_model.model, rows, encoder), batches.count(rows), given.weights)
    torch.autograd.backward(loss)
    return float(loss.detach()), {n: p.grad for n, p in tuned.named_parameters() if p.grad is not None}


def test_loss_and_gradients_are_those_of_peft_itself(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path)
    plain, wanted = gradients(folder, fuse=False)
    quick, found = gradients(folder, fuse=True)
    assert quick == pytest.approx(plain, rel=1e-4)
    assert set(found) == set(wanted)
    for name, gradient in wanted.items():
        assert torch.allclose(found[name], gradient, rtol=1e-3, atol=1e-5 + 1e-3 * float(gradient.abs().max())), name


@pytest.mark.parametrize("family", ["gemma", "llama", "qwen"])
def test_norms_with_and_without_the_added_one_are_told_apart(family: str, tmp_path: Path) -> None:
    model, _ = network.load(bundled.Base("tiny", str(chat_model(tmp_path, family)), ""), torch.float32)
    model.requires_grad_(False)
    norms: list[Any] = [module for module in model.modules() if type(module).__name__.endswith("RMSNorm")]
    assert norms
    for norm in norms:
        norm.weight.normal_(mean=40.0, std=20.0)
        shown = torch.randn(3, 5, len(norm.weight))
        quick = fused.quick_norm(norm)
        assert quick is not None
        assert torch.allclose(quick(shown), norm(shown), rtol=1e-3, atol=1e-3)


def test_a_norm_that_computes_something_else_is_left_alone() -> None:
    class OddRMSNorm(torch.nn.Module):
        eps = 1e-6

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(8), requires_grad=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x / x.abs().mean(-1, keepdim=True)

    assert fused.quick_norm(OddRMSNorm()) is None


def test_without_the_adapter_the_base_model_answers(tmp_path: Path) -> None:
    model, _ = network.load(bundled.Base("tiny", str(tiny_model(tmp_path)), ""), torch.float32)
    ids = torch.tensor([[2, 10, 11, 12]])
    with torch.no_grad():
        bare = model(ids).logits.clone()
        tuned = run.with_lora(model, arguments(lora={"rank": 4, "dropout": 0.0}))
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.5)
        fused.fuse(tuned)
        changed = tuned(ids).logits
        with tuned.disable_adapter():
            assert torch.allclose(tuned(ids).logits, bare, atol=1e-4)
    assert not torch.allclose(changed, bare, atol=1e-2)
