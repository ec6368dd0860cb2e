"""SFT and DPO on canonical records by TRL, for any causal model with a chat template, as LoRA or QLoRA.

Refused before anything is loaded: 4 bits without a GPU, a model without a template, records the gate refuses. A killed
run goes on from its last checkpoint.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from chatbot import adapter
from chatbot.adapter import DataOf
from chatbot.model import bundled, network
from chatbot.model.bundled import Base
from finetune import checked, gate, records, split
from finetune.arguments import located
from finetune.chat_arguments import ChatArguments
from finetune.errors import ConfigError, GateError
from finetune.gating.limits import Aim
from finetune.record import Record, Role, Use
from finetune.train import Step, Trained
from finetune.world import World
from ingestion.settings import Settings

RENDERING = "chat: the base model's own template"
CHECKPOINTS = "checkpoints"
IDENTITY = "run.sha256"


@dataclass(frozen=True, slots=True)
class Rows:
    """What TRL is given: conversational prompt and completion, or prompt, chosen and rejected."""

    train: tuple[dict[str, Any], ...]
    held_out: tuple[dict[str, Any], ...]
    sets: tuple[DataOf, ...]
    left_out: int


def refuse(arguments: ChatArguments) -> None:
    """Raises ConfigError for what this machine can't do, before anything is loaded."""
    if not arguments.quantised:
        return
    if not torch.cuda.is_available():
        raise ConfigError(
            "quantised: true needs an NVIDIA GPU (4-bit weights of bitsandbytes), and there is none here. "
            "Set quantised: false, or run this config on a machine with one."
        )
    try:
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise ConfigError("quantised: true needs bitsandbytes. Run: pip install -e '.[gpu]'") from error


def prepare(arguments: ChatArguments, settings: Settings) -> Rows:
    """Read the records, put them to the gates and render none: TRL does. Raises ExamplesError, GateError."""
    found: list[Record] = []
    sets = []
    for data in arguments.data:
        path = located(data.path)
        own = [one for one in records.read(path) if one.use is Use.TRAIN]
        usable = [one for one in own if arguments.method == "sft" or one.rejected is not None]
        sets.append(DataOf(name=data.name, licence=data.licence, hash=adapter.file_hash(path), examples=len(usable)))
        found += usable
    aim = Aim.PREFERENCES if arguments.method == "dpo" else Aim.TONE
    if refused := gate.refusals(checked.of_records(found, aim, settings)):
        raise GateError(f"The data is refused: {'; '.join(map(str, refused))}. See python -m finetune check FILES.")
    sides = split.split(found, lambda one: one.clauses or (one.id,), lambda one: one.subjects, arguments.held_out)
    as_row = pair if arguments.method == "dpo" else dialogue
    return Rows(tuple(map(as_row, sides.train)), tuple(map(as_row, sides.held_out)), tuple(sets), len(sides.left_out))


def dialogue(record: Record) -> dict[str, Any]:
    """A record for SFT: all turns but the last are the prompt, the last is learnt."""
    return {"prompt": _turns(record), "completion": [_said("assistant", record.answer)]}


def pair(record: Record) -> dict[str, Any]:
    """A record for DPO: the reply chosen, the draft rejected."""
    return {
        "prompt": _turns(record),
        "chosen": [_said("assistant", record.answer)],
        "rejected": [_said("assistant", record.rejected or "")],
    }


def run(
    arguments: ChatArguments,
    settings: Settings,
    folder: Path,
    progress: Callable[[Step], None],
    say: Callable[[str], None],
    world: World = World(),
) -> tuple[Trained, dict[str, Any]]:
    """Train and write the adapter to ``folder``. Raises ConfigError, GateError, ExamplesError, ModelError."""
    refuse(arguments)
    _trl()
    rows = prepare(arguments, settings)
    base = bundled.base(settings.model_copy(update={"base_model": arguments.base_model}))
    return fit(arguments, rows, base, folder, progress, say, world)


def fit(
    arguments: ChatArguments,
    rows: Rows,
    base: Base,
    folder: Path,
    progress: Callable[[Step], None],
    say: Callable[[str], None],
    world: World = World(),
) -> tuple[Trained, dict[str, Any]]:
    """The training itself, on rows that passed the gates."""
    model, tokenizer = _load(arguments, base)
    kept = [tuple(row for row in side if _tokens(row, tokenizer) <= arguments.max_tokens)
            for side in (rows.train, rows.held_out)]  # fmt: skip
    if not all(kept):
        raise ConfigError(f"max_tokens: {arguments.max_tokens} leaves no record on one side of the split. Raise it.")
    long = len(rows.train) + len(rows.held_out) - sum(map(len, kept))
    say(f"{len(kept[0])} records to train on, {len(kept[1])} held out, {rows.left_out} left out by the split, "
        f"{long} longer than {arguments.max_tokens} tokens")  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    identity = hashlib.sha256("\n".join([arguments.model_dump_json(), base.hash, *(one.hash for one in rows.sets)])
                              .encode()).hexdigest()  # fmt: skip
    clock = _clock(progress, sum(_tokens(row, tokenizer) for row in kept[0]) / len(kept[0]) * arguments.batch)
    trainer = _trainer(arguments, model, tokenizer, kept, folder, clock, world)
    trainer.train(resume_from_checkpoint=_last(folder, identity))
    trained = _told(trainer, clock)
    if world.leads:
        _write(folder, trainer.model, tokenizer, arguments, base, rows, trained)
    return trained, {"adapter": {"eval_loss": round(trained.eval_loss, 4)}}


def _trl() -> Any:
    try:
        import trl
    except ImportError as error:
        raise ConfigError("method: sft and dpo need TRL. Run: pip install -e '.[train]'") from error
    return trl


def _load(arguments: ChatArguments, base: Base) -> tuple[Any, Any]:
    dtype = {"auto": None, "bfloat16": torch.bfloat16, "float32": torch.float32}[arguments.number_type]
    if arguments.quantised:
        from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

        four_bits = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )  # fmt: skip
        model = AutoModelForCausalLM.from_pretrained(base.location, quantization_config=four_bits)
        tokenizer = AutoTokenizer.from_pretrained(base.location)
    else:
        faster = torch.bfloat16 if torch.cuda.is_available() else network.faster_dtype()
        model, tokenizer = network.load(base, dtype or faster)
    if arguments.chat_template is not None:
        tokenizer.chat_template = located(arguments.chat_template).read_text(encoding="utf-8")
    if not tokenizer.chat_template:
        raise ConfigError(
            f"base_model: {base.name} brings no chat template, so nothing says how its turns are written. Name an "
            "instruction-tuned model, or set chat_template: finetune/configs/plain.jinja."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def _trainer(
    arguments: ChatArguments, model: Any, tokenizer: Any, kept: list[tuple[dict[str, Any], ...]], folder: Path,
    clock: Any, world: World,
) -> Any:  # fmt: skip
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import EarlyStoppingCallback

    trl = _trl()
    steps = math.ceil(len(kept[0]) / arguments.batch) * arguments.epochs
    shared = {
        "output_dir": str(folder / CHECKPOINTS),
        "num_train_epochs": arguments.epochs,
        "per_device_train_batch_size": arguments.micro_batch,
        "per_device_eval_batch_size": arguments.micro_batch,
        "gradient_accumulation_steps": max(1, arguments.batch // (arguments.micro_batch * world.size)),
        "learning_rate": arguments.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": math.ceil(arguments.warmup * steps),
        "weight_decay": arguments.weight_decay,
        "max_grad_norm": arguments.clip,
        "eval_strategy": "steps",
        "eval_steps": arguments.evaluate_every,
        "save_strategy": "steps",
        "save_steps": arguments.evaluate_every,
        "save_total_limit": 2,
        "load_best_model_at_end": True,
        "metric_for_best_model": "eval_loss",
        "greater_is_better": False,
        "logging_steps": 1,
        "max_length": arguments.max_tokens,
        "gradient_checkpointing": torch.cuda.is_available(),
        "bf16": False,
        "seed": arguments.seed,
        "report_to": "none",
        "disable_tqdm": True,
        "use_cpu": not torch.cuda.is_available(),
    }
    lora = LoraConfig(
        r=arguments.lora.rank, lora_alpha=arguments.lora.alpha, lora_dropout=arguments.lora.dropout,
        target_modules="all-linear", task_type="CAUSAL_LM",
    )  # fmt: skip
    parts = {
        "model": model,
        "processing_class": tokenizer,
        "train_dataset": Dataset.from_list(list(kept[0])),
        "eval_dataset": Dataset.from_list(list(kept[1])),
        "peft_config": lora,
        "callbacks": [EarlyStoppingCallback(arguments.patience), clock],
    }
    if arguments.method == "dpo":
        return trl.DPOTrainer(args=trl.DPOConfig(beta=arguments.beta, **shared), **parts)
    return trl.SFTTrainer(args=trl.SFTConfig(completion_only_loss=True, **shared), **parts)


def _clock(progress: Callable[[Step], None], tokens_a_step: float) -> Any:
    from transformers import TrainerCallback

    class Clock(TrainerCallback):  # type: ignore[misc]
        """Times the steps and passes on what the trainer logs."""

        def __init__(self) -> None:
            self.began, self.seconds, self.steps, self.loss = 0.0, 0.0, 0, 0.0

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.began = datetime.now(UTC).timestamp()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            self.seconds += datetime.now(UTC).timestamp() - self.began
            self.steps += 1

        @property
        def rate(self) -> float:
            return self.steps * tokens_a_step / max(self.seconds, 1e-9)

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **__: Any) -> None:
            self.loss = float((logs or {}).get("loss", self.loss))
            left = (state.max_steps - state.global_step) * self.seconds / max(self.steps, 1)
            held_out = (logs or {}).get("eval_loss")
            progress(Step(state.global_step, state.max_steps, self.loss, held_out, self.rate, left))

    return Clock()


def _last(folder: Path, identity: str) -> str | None:
    """The last checkpoint of a run with these arguments and this data; one of another run is not gone on from."""
    mark = folder / IDENTITY
    known = mark.is_file() and mark.read_text() == identity
    mark.write_text(identity)
    made = sorted((folder / CHECKPOINTS).glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    return str(made[-1]) if known and made else None


def _told(trainer: Any, clock: Any) -> Trained:
    looks = [entry for entry in trainer.state.log_history if "eval_loss" in entry]
    if not looks:
        looks = [{"step": trainer.state.global_step, **trainer.evaluate()}]
    best = min(looks, key=lambda entry: entry["eval_loss"])
    history = tuple({"step": float(one["step"]), "eval_loss": float(one["eval_loss"])} for one in looks)
    early = trainer.state.global_step < trainer.state.max_steps
    return Trained(clock.loss, float(best["eval_loss"]), clock.rate, int(best["step"]), early, history)


def _write(
    folder: Path, model: Any, tokenizer: Any, arguments: ChatArguments, base: Base, rows: Rows, trained: Trained
) -> None:
    model.save_pretrained(folder)
    template = str(tokenizer.chat_template)
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    digest = hashlib.sha256(template.encode()).hexdigest()
    adapter.write(folder, adapter.Manifest(
        name=arguments.name,
        created=datetime.now(UTC).date(),
        base=adapter.BaseModelOf(name=base.name, hash=base.hash),
        prompt=adapter.PromptOf(version=f"chat-{arguments.method}", hash=digest, rendering=RENDERING),
        weights_hash=adapter.file_hash(folder / adapter.WEIGHTS),
        data=rows.sets,
        arguments=arguments.model_dump(mode="json"),
        training={"train_loss": trained.train_loss, "eval_loss": trained.eval_loss, "steps": trained.steps,
                  "tokens_per_s": trained.tokens_per_s, "stopped_early": trained.stopped_early,
                  "history": list(trained.history), "processes": int(os.environ.get("WORLD_SIZE", "1"))},
    ))  # fmt: skip


def _turns(record: Record) -> list[dict[str, str]]:
    return [_said(one.role.value, one.content) for one in record.messages[:-1]]


def _said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _tokens(row: dict[str, Any], tokenizer: Any) -> int:
    """The longer of its conversations."""
    ends = [row[name] for name in ("completion", "chosen", "rejected") if name in row]
    return max(len(tokenizer.apply_chat_template(row["prompt"] + end, tokenize=True, return_dict=False))
               for end in ends)  # fmt: skip


__all__ = ["ChatArguments", "Role", "Rows", "dialogue", "fit", "pair", "prepare", "refuse", "run"]
