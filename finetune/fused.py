"""The same network with fewer passes over memory: LoRA merged for a step, RMS norms in a handful of kernels.

On a processor with fast bfloat16 products, a training step of a small model spends three quarters of its time on
elementwise work (docs/experiments.md). Both replacements compute what they replace, within the number type's rounding;
`fuse` leaves a module alone where it doesn't.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

TOLERANCE = 0.01
"""Mean difference of a fused norm from the module's own, relative to the mean size of the dimension: bfloat16's
rounding (0.004), three times, half of them cancelling."""
SMALL = 1e-3
"""Dimensions smaller than this count as if they were of this size."""
TRIAL = 64
"""Rows of the trial that decides it."""


class _Merged(torch.autograd.Function):
    """y = x Wᵀ with W = base + scale · B A, kept for the whole step. Gradients go to x, A and B alone."""

    @staticmethod
    def forward(ctx: Any, x: Any, merged: Any, a: Any, b: Any, scale: float) -> Any:
        ctx.save_for_backward(x, merged, a, b)
        ctx.scale = scale
        return nn.functional.linear(x, merged)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        x, merged, a, b = ctx.saved_tensors
        out = grads[0].reshape(-1, merged.shape[0])
        rows = x.reshape(-1, merged.shape[1])
        to_x = (out @ merged).view(x.shape) if ctx.needs_input_grad[0] else None
        to_a = ((out @ b).T @ rows) * ctx.scale
        to_b = (out.T @ (rows @ a.T)) * ctx.scale
        return to_x, None, to_a, to_b, None


class _RmsNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, eps: float) -> Any:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
        scale = (length.square() / x.shape[-1] + eps).rsqrt().to(x.dtype)
        ctx.save_for_backward(x, weight, scale)
        return (x * scale).mul_(weight)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        x, weight, scale = ctx.saved_tensors
        grad = grads[0] * weight
        unit = x * scale
        along = torch.linalg.vecdot(grad, unit).unsqueeze(-1) / x.shape[-1]
        return torch.addcmul(grad, unit, along, value=-1).mul_(scale), None, None


_merged_forward: Callable[..., Any] = _Merged.apply
_norm_forward: Callable[..., Any] = _RmsNorm.apply


def fuse(model: Any) -> Callable[[], None]:
    """Replace the forward passes of ``model`` (a peft model whose LoRA has no dropout), in place. Returns what must be
    called after each change of the LoRA weights. A quantised layer keeps its own forward."""
    layers = [module for module in model.modules() if _is_plain_lora(module)]
    for layer in layers:
        layer.forward = _lora(layer)
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm") and (fused := quick_norm(module)) is not None:
            module.forward = fused

    @torch.no_grad()
    def merge() -> None:
        for layer in layers:
            a, b, scale = _parts(layer)
            layer.merged_weight = torch.addmm(layer.base_layer.weight, b, a, alpha=scale)

    merge()
    return merge


def _is_plain_lora(module: Any) -> bool:
    base: Any = getattr(module, "base_layer", None)
    if type(base).__name__ != "Linear" or base.bias is not None or list(module.lora_A) != ["default"]:
        return False
    return isinstance(module.lora_dropout["default"], nn.Identity)


def _parts(layer: Any) -> tuple[Any, Any, float]:
    return layer.lora_A["default"].weight, layer.lora_B["default"].weight, float(layer.scaling["default"])


def _lora(layer: Any) -> Callable[..., Any]:
    def forward(x: Any, *args: Any, **kwargs: Any) -> Any:
        if layer.disable_adapters:
            return layer.base_layer(x)
        a, b, scale = _parts(layer)
        return _merged_forward(x, layer.merged_weight, a, b, scale)

    return forward


def quick_norm(module: Any) -> Callable[[Any], Any] | None:
    """The fused norm where it agrees with the module's own (weight, or one plus weight as Gemma has it), else None."""
    eps = getattr(module, "eps", getattr(module, "variance_epsilon", None))
    if eps is None or module.weight.requires_grad:
        return None
    trial = torch.randn(TRIAL, len(module.weight), generator=torch.Generator().manual_seed(0)).to(module.weight.dtype)
    with torch.no_grad():
        wanted = module(trial).float()
        forms = [module.weight.detach(), (1 + module.weight.detach().float()).to(module.weight.dtype)]
        size = wanted.abs().mean(0).clamp_min(SMALL)
        apart = [
            float(((_norm_forward(trial, kept, float(eps)).float() - wanted).abs() / size).mean()) for kept in forms
        ]
    best = min(range(len(forms)), key=apart.__getitem__)
    if not apart[best] <= TOLERANCE:
        return None
    chosen = forms[best]
    return lambda x: _norm_forward(x, chosen, float(eps))
