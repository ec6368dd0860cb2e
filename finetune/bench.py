"""Our training loop beside TRL's `SFTTrainer` with its defaults: same model, rows, batches, LoRA and learning rate.

Both learn the completion's tokens, each counted alike, from the same batches in the same order; TRL gets the sorted
batches too, so that the ratio shows the loop and not the padding. The first step of each is not timed.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from chatbot import prompts
from chatbot.model import bundled, network
from chatbot.model.bundled import Base
from chatbot.model.encoding import Encoder
from chatbot.prompts import Prompt
from finetune import batches, fused
from finetune.arguments import Arguments, Weights
from finetune.batches import Row
from finetune.errors import ConfigError
from finetune.run import prepare, with_lora
from finetune.train import take_step
from finetune.world import World
from ingestion.settings import Settings

UNTIMED = 1
"""Steps at the start that are not timed: kernels are built, memory is taken."""


@dataclass(frozen=True, slots=True)
class Side:
    """``losses``: one a step, the mean over the completion's tokens."""

    tokens_per_s: float
    losses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """``ratio``: our tokens a second by TRL's. ``apart``: mean difference of the losses, step by step, relative."""

    ours: Side
    trl: Side
    ratio: float
    apart: float
    steps: int
    batch: int
    tokens: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def comparable(arguments: Arguments, settings: Settings, steps: int, say: Callable[[str], None]) -> Compared:
    """`compare` on a config's model and as many of its own written examples as the steps need."""
    data = prepare(arguments.model_copy(update={"cloze": 0, "synthetic": 0}))
    base = bundled.base(settings.model_copy(update={"base_model": arguments.base_model}))
    prompt = prompts.load(arguments.prompt)
    from transformers import AutoTokenizer

    encoder = Encoder(AutoTokenizer.from_pretrained(base.location), prompt)
    wanted = random.Random(arguments.seed).sample(data.train, min(len(data.train), 2 * steps * arguments.batch))
    rows = [row for row in (batches.encode(sample, encoder) for sample in wanted)
            if len(row.ids) <= arguments.max_tokens]  # fmt: skip
    return compare(base, prompt, rows[: steps * arguments.batch], arguments, steps, say)


def compare(
    base: Base, prompt: Prompt, rows: Sequence[Row], arguments: Arguments, steps: int, say: Callable[[str], None]
) -> Compared:
    """Train ``steps`` steps with each, ours first. Raises ConfigError where TRL is not installed."""
    shown = [replace(row, decided=len(row.ids), marks=(), priors=()) for row in rows]
    in_order = list(batches.batches(shown, arguments.batch, random.Random(arguments.seed)))
    groups = [group for group in in_order if len(group) == arguments.batch][:steps]
    plain = arguments.model_copy(update={
        "weights": Weights(marks=0, decision=1, frame=0),
        "lora": arguments.lora.model_copy(update={"dropout": 0.0}),
    })  # fmt: skip
    ours = _ours(base, prompt, groups, plain)
    say(f"ours: {ours.tokens_per_s:.0f} tokens/s, losses {_ends(ours)}")
    trl = _trl(base, groups, plain)
    say(f"TRL: {trl.tokens_per_s:.0f} tokens/s, losses {_ends(trl)}")
    gaps = [abs(a - b) / max(b, 1e-9) for a, b in zip(ours.losses, trl.losses, strict=True)]
    return Compared(
        ours, trl, round(ours.tokens_per_s / trl.tokens_per_s, 2), round(sum(gaps) / len(gaps), 4), len(groups),
        arguments.batch, sum(len(row.ids) for group in groups for row in group),
    )  # fmt: skip


def _ours(base: Base, prompt: Prompt, groups: list[list[Row]], arguments: Arguments) -> Side:
    bare, tokenizer = network.load(base, network.faster_dtype())
    encoder = Encoder(tokenizer, prompt)
    torch.manual_seed(arguments.seed)
    model = with_lora(bare, arguments)
    merge = fused.fuse(model)
    learnt = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    masters = [parameter.detach().float().clone() for _, parameter in learnt]
    optimizer = torch.optim.AdamW(masters, lr=arguments.learning_rate, weight_decay=0.0)
    model.train()
    losses, seconds = [], []
    for index, group in enumerate(groups):
        began = time.monotonic()
        for entry in optimizer.param_groups:
            entry["lr"] = arguments.learning_rate * (1 - index / len(groups))
        losses.append(
            take_step(model.base_model.model, encoder, group, arguments, learnt, masters, optimizer, World())
        )
        merge()
        seconds.append(time.monotonic() - began)
    return Side(_rate(groups, seconds), tuple(round(loss, 4) for loss in losses))


def _trl(base: Base, groups: list[list[Row]], arguments: Arguments) -> Side:
    try:
        from datasets import Dataset
        from peft import LoraConfig
        from transformers import TrainerCallback
        from trl import SFTConfig, SFTTrainer
    except ImportError as error:
        raise ConfigError(f"TRL is not installed ({error.name}). Run: pip install -e '.[train]'") from error
    rows = [row for group in groups for row in group]
    data = Dataset.from_list([
        {"input_ids": list(row.ids), "completion_mask": [int(at >= row.prompt) for at in range(len(row.ids))]}
        for row in rows
    ])  # fmt: skip
    seconds: list[float] = []
    losses: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]
        began = 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.monotonic()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            seconds.append(time.monotonic() - self.began)

        def on_log(self, _args: Any, _state: Any, _control: Any, logs: Any = None, **__: Any) -> None:
            if logs and "loss" in logs:
                losses.append(float(logs["loss"]))

    with tempfile.TemporaryDirectory() as folder:
        settings = SFTConfig(
            output_dir=folder,
            max_steps=len(groups),
            per_device_train_batch_size=arguments.batch,
            learning_rate=arguments.learning_rate,
            completion_only_loss=True,
            train_sampling_strategy="sequential",
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=not torch.cuda.is_available(),
        )
        lora = LoraConfig(
            r=arguments.lora.rank, lora_alpha=arguments.lora.alpha, lora_dropout=0.0, target_modules="all-linear",
            task_type="CAUSAL_LM",
        )  # fmt: skip
        trainer = SFTTrainer(
            model=str(Path(base.location)), args=settings, train_dataset=data, peft_config=lora, callbacks=[Clock()]
        )
        trainer.train()
    return Side(_rate(groups, seconds), tuple(round(loss, 4) for loss in losses))


def _rate(groups: list[list[Row]], seconds: list[float]) -> float:
    tokens = sum(len(row.ids) for group in groups[UNTIMED:] for row in group)
    return round(tokens / max(sum(seconds[UNTIMED:]), 1e-9), 1)


def _ends(side: Side) -> str:
    return f"{side.losses[0]:.3f} → {side.losses[-1]:.3f}"
