"""A training run's arguments, as its YAML file gives them; every field says what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from finetune.errors import ConfigError

M = TypeVar("M", bound=BaseModel)
REPOSITORY = Path(__file__).parent.parent


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataSet(_Strict):
    """Examples with the licence they are under; the manifest names both."""

    name: str
    path: Path = Field(description="examples, JSON Lines; relative to the repository")
    licence: str = Field(description="SPDX name or words: under what these examples may be used")
    repeat: int = Field(1, ge=1, le=20, description="tasks composed of each example, with other neighbours each time")
    share: float = Field(1, gt=0, le=1, description="of the examples, drawn by their ids: what time allows")


class Passages(_Strict):
    """Where the examples' sources are looked up."""

    path: Path = Field(description="a file of passages (.jsonl, .jsonl.gz), or a folder of documents")
    licence: str
    optional: bool = Field(False, description="examples of a source that is not there are left out, and counted")


class Lora(_Strict):
    rank: int = Field(16, ge=1, le=256, description="inner dimension of each update; size grows with it")
    alpha: float = Field(32, gt=0, description="the update's scale is alpha / rank")
    dropout: float = Field(0, ge=0, lt=1, description="share of inputs dropped on the way into an update; slower")


class Weights(_Strict):
    """What each part of the loss counts."""

    marks: float = Field(1.0, ge=0, description="choosing the sentence by its mark, or none: a softmax over all")
    decision: float = Field(1.0, ge=0, description="the written decision: action and the letters of sentences")
    frame: float = Field(0.5, ge=0, description="the written opening and closing")


class Arguments(_Strict):
    """Training on examples of questions over passages: which sentences answer, when to ask back or hand over."""

    method: Literal["quote"] = Field("quote", description="sft and dpo have arguments of their own (chat_arguments.py)")
    name: str = Field(description="the adapter's name: its folder's, shown with each answer")
    prompt: str = Field("quote-v1", description="version of the prompt (chatbot/prompts)")
    base_model: str = Field("gemma3-270m", description="the bundled model, or a Hugging Face causal model")
    data: tuple[DataSet, ...]
    corpus: tuple[Passages, ...]
    routing: DataSet | None = Field(None, description="conversations with their category, learnt too")
    removed: float = Field(0.45, ge=0, le=1, description="share of quoting examples also shown without their passage")
    synthetic: int = Field(0, ge=0, description="tasks made by rule from the corpus's own sentences, for warming up")
    cloze: int = Field(0, ge=0, description="questions made by rule from statutes' sentences, some of them impossible")
    held_out: float = Field(0.15, gt=0, lt=0.9, description="share of source clauses kept for evaluation")
    hints_dropped: float = Field(0.2, ge=0, le=1, description="share of samples trained without the embedding's hint")
    start: Path | None = Field(None, description="an adapter's folder whose weights this run begins with; same rank")
    lora: Lora = Lora()
    weights: Weights = Weights()
    learning_rate: float = Field(4e-4, gt=0, description="the highest, after warm-up; then a cosine to a tenth")
    warmup: float = Field(0.06, ge=0, lt=1, description="share of the steps")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0, description="largest norm of a step's gradient")
    batch: int = Field(16, ge=1, description="samples a step")
    micro_batch: int = Field(4, ge=1, description="samples at once; memory grows with it, the result doesn't change")
    epochs: float = Field(3, gt=0)
    max_tokens: int = Field(640, ge=64, description="a longer sample is left out, and counted")
    evaluate_every: int = Field(40, ge=1, description="steps between two looks at the held-out loss")
    evaluate_on: int = Field(96, ge=8, description="held-out samples looked at; all of them are measured at the end")
    patience: int = Field(3, ge=1, description="looks without a better held-out loss before it stops")
    seed: int = 1
    fused: bool = Field(True, description="fewer passes over memory where that changes nothing (finetune/fused.py)")
    number_type: Literal["auto", "bfloat16", "float32"] = Field("auto", description="auto: the faster one here")


def load(path: Path) -> Arguments:
    """The arguments of a run that teaches to choose sentences (``method: quote``, which needn't be said).

    Raises ConfigError naming the file, the field and what is wrong with it."""
    return validated(path, Arguments, read(path))


def read(path: Path) -> Any:
    """What the YAML file holds. Raises ConfigError naming the file."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"--config {path} can't be read ({error.strerror}). Name a YAML file.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"--config {path} is not valid YAML: {' '.join(str(error).split())}") from error


def validated(path: Path, kind: type[M], values: Any) -> M:
    """Raises ConfigError naming the file, the field and what is wrong with it."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"--config {path}: {where}: {first['msg']}.") from error


def located(path: Path) -> Path:
    """A path of a config: as it is, or relative to the repository."""
    return path if path.is_absolute() else REPOSITORY / path
