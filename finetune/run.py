"""A training run as one sentence: examples → samples → gate → tokens → weights → figures → the adapter's folder."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from chatbot import adapter, prompts
from chatbot.adapter import DataOf
from chatbot.model import bundled, network
from chatbot.model.bundled import Base
from chatbot.model.choosing import choose
from chatbot.model.encoding import Encoder
from chatbot.model.network import Network
from chatbot.model.seam import Action
from chatbot.prompts import Prompt
from chatbot.routing import save as save_routing
from chatbot.subjects import OF_ADAPTER
from finetune import (
    batches,
    checked,
    cloze,
    corpora,
    gate,
    hints,
    measure,
    routing,
    samples,
    split,
    synthetic,
    teaching,
    terms,
)
from finetune.arguments import Arguments, located
from finetune.errors import ConfigError, GateError
from finetune.forgetting import forgetting, worries
from finetune.samples import Mix, Sample
from finetune.train import Step, Trained, train
from finetune.world import World
from ingestion import polish
from ingestion.embedding import Embedder
from ingestion.settings import BUNDLED_MODEL, Settings

OVERFITTING_ON = 120
"""Samples of the training set that are measured too."""
MEASURED_ON = 320
"""Held-out samples that each way of choosing is measured on at most: a share of one half is known to 5 points either
way, in some four minutes for all of them together."""


@dataclass(frozen=True, slots=True)
class Data:
    """What a run trains and measures on, the split made by source clause."""

    train: tuple[Sample, ...]
    held_out: tuple[Sample, ...]
    warm_up: tuple[Sample, ...]
    sets: tuple[DataOf, ...]
    corpus: tuple[DataOf, ...]
    left_out: int


def prepare(arguments: Arguments) -> Data:
    """Read examples and passages, and compose the samples. Raises ExamplesError."""
    corpus, found = corpora.load(arguments.corpus)
    mix = Mix(removed=arguments.removed)
    kept: list[Sample] = []
    sets, left_out = [], 0
    for data in arguments.data:
        path = located(data.path)
        read, untaught = teaching.read(path)
        drawn = [example for example in read if split.drawn(f"share:{example.id}", data.share)]
        usable = [example for example in drawn if corpus.has(example.source)]
        left_out += len(drawn) - len(usable) + len(untaught)
        beside = corpus.joined((example.source for example in usable), data.name)
        for turn in range(data.repeat):
            made = samples.build(usable, beside, mix, arguments.seed + turn)
            kept += made if turn == 0 else [s for s in made if not split.held_out(s.key, arguments.held_out)]
        sets.append(DataOf(name=data.name, licence=data.licence, hash=adapter.file_hash(path), examples=len(usable)))
    by_rule = random.Random(arguments.seed)
    warm_up = synthetic.samples(corpus, arguments.synthetic, by_rule) + cloze.samples(corpus, arguments.cloze, by_rule)
    sides = split.split(kept, lambda s: (s.key,), lambda s: s.subjects, arguments.held_out)
    return Data(
        sides.train,
        sides.held_out,
        tuple(s for s in warm_up if not split.held_out(s.key, arguments.held_out)),
        tuple(sets),
        found,
        left_out + len(sides.left_out),
    )


def hinted(data: Data, embedder: Embedder, arguments: Arguments) -> Data:
    """The samples with the embedding's opinion, as serving gives it; a share of those to train on goes without. Those
    made by rule go without: their sentences are many, and the model must learn to judge by itself too."""
    dropped, seed = arguments.hints_dropped, arguments.seed
    return replace(
        data,
        train=hints.hinted(data.train, embedder, dropped, seed),
        held_out=hints.hinted(data.held_out, embedder, 0.0, seed),
    )


def run(
    arguments: Arguments,
    settings: Settings,
    folder: Path,
    progress: Callable[[Step], None],
    say: Callable[[str], None],
    world: World = World(),
) -> tuple[Trained, dict[str, Any]]:
    """Train, measure and write the adapter to ``folder``; in a ``world`` of several processes the first one measures
    and writes. Raises GateError, ExamplesError, ModelError."""
    data = prepare(arguments)
    if refused := gate.refusals(checked.of_run(data, arguments, settings)):
        raise GateError(f"The data is refused: {'; '.join(map(str, refused))}. See python -m finetune check.")
    say(f"{len(data.train)} samples to train on, {len(data.held_out)} held out, {len(data.warm_up)} by rule, "
        f"{data.left_out} examples left out for want of their source")  # fmt: skip
    embedder = hints.open_hints(settings)
    data = hinted(data, embedder, arguments)
    base = bundled.base(settings.model_copy(update={"base_model": arguments.base_model}))
    prompt = prompts.load(arguments.prompt)
    dtype = {"auto": None, "bfloat16": torch.bfloat16, "float32": torch.float32}[arguments.number_type]
    bare, tokenizer = network.load(base, dtype or network.faster_dtype())
    if world.device == "cpu":  # its backward pass is a fifth quicker there than the fused one's (docs/experiments.md)
        bare.set_attn_implementation("eager")
    encoder = Encoder(tokenizer, prompt)
    torch.manual_seed(arguments.seed)
    model = with_lora(bare, arguments)
    if arguments.start is not None:
        go_on_from(model, located(arguments.start))
    rows = _rows(data.train, encoder, arguments)
    looked_at = random.Random(arguments.seed).sample(data.held_out, min(arguments.evaluate_on, len(data.held_out)))
    held_out = _rows(tuple(looked_at), encoder, arguments)
    first = _rows(data.warm_up, encoder, arguments)
    folder.mkdir(parents=True, exist_ok=True)
    identity = _identity(arguments, data, base)
    model.to(world.device)
    trained = train(model, encoder, rows, held_out, arguments, folder, progress, identity, first, world)
    if not world.leads:
        return trained, {}
    if arguments.routing is not None:
        examples = routing.read(located(arguments.routing.path))
        save_routing(folder, routing.learn(examples, embedder))
        data = replace(data, sets=(*data.sets, routing.described(arguments.routing, examples)))
    write(folder, model, encoder, arguments, base, data, trained, {})
    tuned = chooser(Network(model.base_model.model, encoder))
    measured = _at_most(data.held_out, MEASURED_ON, arguments.seed)
    figures = {"adapter": measure.figures(measured, tuned)}
    figures["words_alone"] = measure.figures(measured, no_model)
    figures["embedding_alone"] = measure.figures(measured, by_embedding(prompt))
    figures["adapter_without_embedding"] = measure.figures(list(map(without_hints, measured)), tuned)
    with model.disable_adapter():
        figures["bare_model"] = measure.figures(list(map(without_hints, measured)), tuned)
    of_training = min(len(measured), OVERFITTING_ON)
    figures["trained_on"] = measure.figures(_at_most(data.train, of_training, arguments.seed), tuned)
    figures["plain_language"] = forgetting(model, encoder.tokenizer)
    for name, found in figures.items():
        say(f"{name}: {found}")
    for worry in worries(figures):
        say(f"Beware: {worry}.")
    write(folder, model, encoder, arguments, base, data, trained, figures)
    return trained, figures


def _at_most(made: tuple[Sample, ...], count: int, seed: int) -> list[Sample]:
    return random.Random(seed).sample(made, min(len(made), count))


def with_lora(model: Any, arguments: Arguments) -> Any:
    """The model with fresh LoRA updates on every linear layer, in the model's own number type."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=arguments.lora.rank,
        lora_alpha=arguments.lora.alpha,
        lora_dropout=arguments.lora.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model.requires_grad_(False), config, autocast_adapter_dtype=False)


def go_on_from(model: Any, folder: Path) -> None:
    """Begin with the weights of another adapter of the same rank. Raises ConfigError where there are none."""
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    weights = folder / adapter.WEIGHTS
    if not weights.is_file():
        raise ConfigError(f"start: {folder} has no {adapter.WEIGHTS}. Name an adapter's folder, or leave start out.")
    set_peft_model_state_dict(model, load_file(weights))


def chooser(net: Network) -> Callable[[Sample], measure.Choice]:
    """The choice that serving would make of a sample's task."""

    def chosen(sample: Sample) -> measure.Choice:
        reading, _ = net.read(sample.task)
        made = choose(reading.actions, reading.marks, reading.choices)
        return measure.Choice(made.action, made.best, made.probabilities[Action.QUOTE])

    return chosen


def no_model(sample: Sample) -> measure.Choice:
    """The sentence that shares most lemmas with the question, weighted by their rarity among the candidates; quotes
    always. What serving without a model would do."""
    asked = set(polish.lemmas(sample.task.question))
    shown = [set(polish.lemmas(sentence)) for sentence in sample.task.sentences]
    if not shown:
        return measure.Choice(Action.HAND_OVER, None)

    def overlap(words: set[str]) -> float:
        return sum(1 / sum(word in other for other in shown) for word in asked & words)

    return measure.Choice(Action.QUOTE, max(range(len(shown)), key=lambda index: overlap(shown[index])))


def by_embedding(prompt: Prompt) -> Callable[[Sample], measure.Choice]:
    """The choice of the embedding's hints alone, with the prompt's own cut-off for giving up."""

    def chosen(sample: Sample) -> measure.Choice:
        priors = prompt.priors(sample.task)
        best = max(range(len(priors)), key=lambda index: priors[index], default=None)
        give_up = best is None or priors[best] < 0
        sure = None if best is None else priors[best]
        return measure.Choice(Action.HAND_OVER if give_up else Action.QUOTE, best, sure)

    return chosen


def without_hints(sample: Sample) -> Sample:
    return replace(sample, task=replace(sample.task, hints=()))


def frames(made: Sequence[Sample], encoder: Encoder, before: Path | None = None) -> dict[str, list[list[int]]]:
    """By action, every opening with its closing or question back, as tokens: what this adapter may write. Those of the
    adapter ``before``, whose weights it went on from, are among them."""
    known_before = network.read_frames(before / network.FRAMES) if before is not None else None
    found = {action.value: set(map(tuple, known)) for action, known in (known_before or {}).items()}
    for written in {sample.written for sample in made}:
        if written.opening:
            tail = encoder.completion(written)[len(encoder.decision(written)) :]
            found.setdefault(written.action.value, set()).add(tail)
    return {action: sorted(map(list, known)) for action, known in sorted(found.items())}


def write(
    folder: Path,
    model: Any,
    encoder: Encoder,
    arguments: Arguments,
    base: Base,
    data: Data,
    trained: Trained,
    figures: dict[str, Any],
) -> None:
    """Weights in bfloat16, peft's own configuration, the manifest and the notice of the base model's terms."""
    from peft import get_peft_model_state_dict
    from safetensors.torch import save_file

    weights = {name: value.to(torch.bfloat16).contiguous() for name, value in get_peft_model_state_dict(model).items()}
    save_file(weights, folder / adapter.WEIGHTS)
    config = model.peft_config["default"].to_dict() | {"base_model_name_or_path": base.name, "inference_mode": True}
    config["target_modules"] = sorted(config["target_modules"])
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True, default=str) + "\n")
    people = sorted({one for sample in (*data.train, *data.held_out) for one in sample.subjects})
    (folder / OF_ADAPTER).write_text("".join(f"{one}\n" for one in people), encoding="utf-8")
    before = located(arguments.start) if arguments.start is not None else None
    may_write = frames((*data.train, *data.held_out), encoder, before)
    (folder / network.FRAMES).write_text(json.dumps(may_write) + "\n")
    prompt = encoder.prompt
    adapter.write(folder, adapter.Manifest(
        name=arguments.name,
        created=datetime.now(UTC).date(),
        base=adapter.BaseModelOf(name=base.name, hash=base.hash),
        prompt=adapter.PromptOf(version=prompt.version, hash=prompt.hash),
        weights_hash=adapter.file_hash(folder / adapter.WEIGHTS),
        data=data.sets,
        corpus=data.corpus,
        arguments=arguments.model_dump(mode="json"),
        training=asdict(trained) | {"samples": len(data.train), "by_rule": len(data.warm_up)},
        evaluation={"held_out_by_clause": figures},
        terms=terms.NOTICE_LINE if base.name == BUNDLED_MODEL else "",
    ))  # fmt: skip
    if base.name == BUNDLED_MODEL:
        terms.write(folder)


def _rows(made: tuple[Sample, ...], encoder: Encoder, arguments: Arguments) -> list[batches.Row]:
    rows = [batches.encode(sample, encoder) for sample in made]
    return [row for row in rows if len(row.ids) <= arguments.max_tokens]


def _identity(arguments: Arguments, data: Data, base: Base) -> str:
    parts = [arguments.model_dump_json(), base.hash, prompts.load(arguments.prompt).hash]
    parts += [one.hash for one in (*data.sets, *data.corpus)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
