"""The commands of `python -m finetune`, put on the app by `cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from finetune import arguments as arguments_of_file
from finetune.run import run
from finetune.train import Step
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated

Config = Annotated[Path, typer.Option("--config", help="The run's arguments (YAML), see finetune/configs.")]
Output = Annotated[Path | None, typer.Option("--output", help="The adapter's folder. Default: DATA_DIR/adapters/NAME.")]
DEMO = arguments_of_file.REPOSITORY / "finetune" / "configs" / "demo.yaml"


@translated
def train(config: Config = DEMO, output: Output = None, as_json: Json = False) -> None:
    """Train an adapter. Killed, it goes on from its last look at the held-out loss when it is started again."""
    arguments = arguments_of_file.load(config)
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

        trained, figures = run(arguments, settings, folder, progress, err.print)
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
