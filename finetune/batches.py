"""Samples as tokens: batches of like length, and the loss on what the model must choose or write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from chatbot.model.encoding import Encoder
from finetune.arguments import Weights
from finetune.samples import Sample

PAD = 32
"""Lengths are padded to multiples of this: the kernels of a new shape are built anew, and few shapes repeat often."""


@dataclass(frozen=True, slots=True)
class Row:
    """``ids`` is prompt and completion; the completion starts at ``prompt``, its chosen part ends at ``decided``."""

    ids: tuple[int, ...]
    prompt: int
    decided: int
    marks: tuple[int, ...]
    priors: tuple[float, ...]
    gold: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """Sums and what they were summed over, so that parts of a batch add up to the whole batch's loss."""

    marks: torch.Tensor
    decision: torch.Tensor
    frame: torch.Tensor


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a whole step: samples with marks, chosen tokens, written tokens."""

    marks: int
    decision: int
    frame: int


def encode(sample: Sample, encoder: Encoder) -> Row:
    prompt = encoder.encode(sample.task)
    decision = encoder.decision(sample.written)
    ids = (*prompt.ids, *(decision if sample.origin == "rule" else encoder.completion(sample.written)))
    decided = len(prompt.ids) + len(decision)
    return Row(ids, len(prompt.ids), decided, prompt.marks, prompt.priors, sample.gold)


def count(rows: list[Row]) -> Counts:
    return Counts(
        sum(bool(row.marks) for row in rows),
        sum(row.decided - row.prompt for row in rows),
        sum(len(row.ids) - row.decided for row in rows),
    )


def batches(rows: list[Row], size: int, rng: random.Random) -> Iterator[list[Row]]:
    """One pass over the rows in batches of like length (little padding), the batches in random order."""
    order = sorted(rng.sample(rows, len(rows)), key=lambda row: len(row.ids) + rng.random() * 24)
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(groups)
    yield from groups


def loss(network: Any, rows: list[Row], encoder: Encoder) -> Loss:
    """The three losses of these rows, summed. The output layer is computed for the completion's tokens alone, and for
    two of its rows (yes, no) at the marks. ``network`` is a causal model, with or without LoRA."""
    longest = -(-max(len(row.ids) for row in rows) // PAD) * PAD
    head = network.lm_head.weight
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row.ids)] = torch.tensor(row.ids)
        mask[index, : len(row.ids)] = 1
    shape = {"input_ids": ids.to(head.device), "attention_mask": mask.to(head.device)}
    states = network.model(**shape, use_cache=False).last_hidden_state
    shown: list[torch.Tensor] = []
    targets: list[int] = []
    decided: list[bool] = []
    for index, row in enumerate(rows):
        shown.append(states[index, row.prompt - 1 : len(row.ids) - 1])
        targets += row.ids[row.prompt :]
        decided += [position < row.decided for position in range(row.prompt, len(row.ids))]
    logits = functional.linear(torch.cat(shown), head).float()
    each = functional.cross_entropy(logits, torch.tensor(targets, device=head.device), reduction="none")
    chosen = torch.tensor(decided, device=head.device)
    marks = states.new_zeros((), dtype=torch.float32)
    for index, row in enumerate(rows):
        if row.marks:
            priors = torch.tensor(row.priors, device=head.device)
            marks = marks + mark_loss(_sides(states[index, list(row.marks)], head, encoder) + priors, row.gold)
    return Loss(marks, each[chosen].sum(), each[~chosen].sum())


def mark_loss(scores: torch.Tensor, gold: tuple[int, ...]) -> torch.Tensor:
    """Cross-entropy of a softmax over the sentences' scores and giving up, whose score is 0 by definition."""
    logits = torch.cat([scores, scores.new_zeros(1)])
    target = torch.zeros_like(logits)
    target[list(gold) or [-1]] = 1 / (len(gold) or 1)
    return -(target * logits.log_softmax(-1)).sum()


def _sides(states: torch.Tensor, head: torch.Tensor, encoder: Encoder) -> torch.Tensor:
    logits = functional.linear(states, head[[encoder.yes, encoder.no]]).float()
    return logits[:, 0] - logits[:, 1]


def total(part: Loss, counts: Counts, weights: Weights) -> torch.Tensor:
    return (
        weights.marks * part.marks / max(counts.marks, 1)
        + weights.decision * part.decision / max(counts.decision, 1)
        + weights.frame * part.frame / max(counts.frame, 1)
    )
