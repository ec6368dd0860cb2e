"""The arguments of a chat run (`method: sft` or `dpo`), as its YAML file gives them; every field says what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from finetune.arguments import DataSet, Lora


class ChatArguments(BaseModel):
    """Training on whole conversations in the model's own chat template, by TRL: for a model that writes its answers
    itself, behind vLLM say. What ships (`method: quote`) chooses sentences instead, and has `Arguments`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["sft", "dpo"] = Field(description="sft: learn the replies; dpo: prefer them to rejected drafts")
    name: str = Field(description="the adapter's name: its folder's")
    base_model: str = Field(description="a Hugging Face causal model, by name or folder; or gemma3-270m")
    chat_template: Path | None = Field(None, description="a Jinja file, for a model whose tokenizer brings none")
    data: tuple[DataSet, ...] = Field(description="files of records (python -m finetune export, import, review)")
    quantised: bool = Field(False, description="QLoRA: the base model in 4 bits (NF4); needs an NVIDIA GPU")
    held_out: float = Field(0.15, gt=0, lt=0.9, description="share of clauses kept for evaluation")
    lora: Lora = Lora()
    beta: float = Field(0.1, gt=0, description="dpo: how far from the base model it may go; smaller is further")
    learning_rate: float = Field(2e-4, gt=0, description="the highest; dpo wants a tenth of what sft does")
    warmup: float = Field(0.06, ge=0, lt=1, description="share of the steps")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0, description="largest norm of a step's gradient")
    batch: int = Field(16, ge=1, description="records a step, over all processes")
    micro_batch: int = Field(2, ge=1, description="records at once on one device; memory grows with it")
    epochs: float = Field(3, gt=0)
    max_tokens: int = Field(1024, ge=64, description="a longer record is left out, and counted")
    evaluate_every: int = Field(20, ge=1, description="steps between two looks at the held-out loss")
    patience: int = Field(3, ge=1, description="looks without a better held-out loss before it stops")
    seed: int = 1
    number_type: Literal["auto", "bfloat16", "float32"] = Field("auto", description="auto: the faster one here")
