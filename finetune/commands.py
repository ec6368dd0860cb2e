"""The commands of `python -m finetune`, put on the app by `cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chatbot.adapter import add_set, find
from chatbot.model.hints import open_hints
from chatbot.routing import save as save_routing
from finetune import arguments as arguments_of_file
from finetune import chat, routing
from finetune.arguments import Arguments
from finetune.bench import comparable
from finetune.chat_arguments import ChatArguments
from finetune.errors import ConfigError
from finetune.run import run
from finetune.train import Step
from finetune.world import open_world
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated

Config = Annotated[Path, typer.Option("--config", help="The run's arguments (YAML), see finetune/configs.")]
Output = Annotated[Path | None, typer.Option("--output", help="The adapter's folder. Default: DATA_DIR/adapters/NAME.")]
DEMO = arguments_of_file.REPOSITORY / "finetune" / "configs" / "demo.yaml"


@translated
def train(config: Config = DEMO, output: Output = None, as_json: Json = False) -> None:
    """Train an adapter. Killed, it goes on from its last look at the held-out loss when it is started again."""
    arguments = read_arguments(config)
    settings, _ = settings_of.load()
    folder = output or settings.data_dir / "adapters" / arguments.name
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        shown = bar.add_task("training", total=None)

        def progress(step: Step) -> None:
            bar.update(shown, completed=step.step, total=step.steps,
                       description=f"loss {step.train_loss:.3f}, {step.tokens_per_s:.0f} tokens/s")  # fmt: skip
            if step.eval_loss is not None:
                left = f"{step.seconds_left / 60:.0f} min left"
                err.print(f"step {step.step}/{step.steps}: held-out loss {step.eval_loss:.4f}, {left}")

        with open_world() as world:
            seen = progress if world.leads else _silent
            say = err.print if world.leads else _silent
            if isinstance(arguments, ChatArguments):
                trained, figures = chat.run(arguments, settings, folder, seen, say, world)
            else:
                trained, figures = run(arguments, settings, folder, seen, say, world)
    if not world.leads:
        return
    result = {
        "adapter": str(folder),
        "train_loss": round(trained.train_loss, 4),
        "eval_loss": round(trained.eval_loss, 4),
        "tokens_per_s": round(trained.tokens_per_s, 1),
        "steps": trained.steps,
    }
    if as_json:
        print_json(result)
    else:
        out.print(f"The adapter is in {folder}. Held out: {figures['adapter']}")
        out.print(f"Use it with ADAPTER={arguments.name}.")


@translated
def bench(
    config: Config = DEMO,
    steps: Annotated[int, typer.Option(min=2, help="Steps of each; the first is not timed.")] = 12,
    batch: Annotated[int | None, typer.Option(min=1, help="Samples a step. Default: the config's.")] = None,
    as_json: Json = False,
) -> None:
    """Our loop beside TRL's SFTTrainer with its defaults: same model, data, batches, LoRA and learning rate."""
    arguments = arguments_of_file.load(config)
    settings, _ = settings_of.load()
    if batch is not None:
        arguments = arguments.model_copy(update={"batch": batch})
    found = comparable(arguments, settings, steps, err.print)
    if as_json:
        print_json(found.as_json())
        return
    table = Table("step", "ours", "TRL")
    for step, losses in enumerate(zip(found.ours.losses, found.trl.losses, strict=True), start=1):
        table.add_row(str(step), *(f"{loss:.4f}" for loss in losses))
    out.print(table)
    out.print(f"tokens/s: ours {found.ours.tokens_per_s}, TRL {found.trl.tokens_per_s}: {found.ratio} times; "
              f"losses {found.apart:.1%} apart")  # fmt: skip


@translated
def route(
    config: Config = DEMO,
    output: Annotated[Path | None, typer.Option(help="An adapter's folder. Default: that of ADAPTER.")] = None,
    as_json: Json = False,
) -> None:
    """Learn which category and team a conversation goes to (seconds), and put it beside an adapter's weights."""
    arguments = arguments_of_file.load(config)
    settings, _ = settings_of.load()
    folder = output or find(settings)
    if arguments.routing is None:
        raise ConfigError(f"--config {config} has no `routing`. Name a file of conversations with their category.")
    if folder is None or not folder.is_dir():
        raise ConfigError("There is no adapter's folder to put it in. Set ADAPTER, or name one with --output.")
    examples = routing.read(arguments_of_file.located(arguments.routing.path))
    weights = routing.learn(examples, open_hints(settings))
    save_routing(folder, weights)
    add_set(folder, routing.described(arguments.routing, examples))
    result = {"adapter": str(folder), "examples": len(examples), "categories": list(weights.categories)}
    if as_json:
        print_json(result)
    else:
        out.print(f"{len(examples)} examples, {len(weights.categories)} categories, in {folder}.")


def read_arguments(config: Path) -> Arguments | ChatArguments:
    """The arguments of either kind, as `method` says. Raises ConfigError."""
    values = arguments_of_file.read(config)
    method = values.get("method", "quote") if isinstance(values, dict) else "quote"
    if method in ("sft", "dpo"):
        return arguments_of_file.validated(config, ChatArguments, values)
    return arguments_of_file.validated(config, Arguments, values)


def _silent(*_: object) -> None:
    """What the other processes of a run say."""
