"""`python -m finetune embedder`: train the embedder's LoRA on questions and the texts that answer them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chatbot.adapter import file_hash
from finetune import embedder as training
from finetune import pairs as pairs_of
from finetune.arguments import REPOSITORY
from finetune.embedder import Recipe
from ingestion import settings as settings_of
from ingestion.command import Json, err, out, print_json, translated
from ingestion.demo import manifest

RECIPE = Recipe()


@translated
def embedder(
    data: Annotated[Path, typer.Option(help="Folder of the examples and of support.jsonl.")] = (
        REPOSITORY / "finetune" / "data"),
    statutes: Annotated[Path | None, typer.Option(help="Passages that the questions to statutes name (.jsonl.gz). "
                                                       "Without them those questions are left out.")] = None,
    output: Annotated[Path | None, typer.Option(help="Default: DATA_DIR/embedders/e5-support.")] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches; the rate falls as for 110.")] = RECIPE.steps,
    strength: Annotated[float, typer.Option(min=0.01, max=1, help="Of the LoRA when it is merged.")] = RECIPE.strength,
    as_json: Json = False,
) -> None:
    """Train the LoRA that EMBEDDING_MODEL=FOLDER merges into the bundled e5. Some ten minutes on two idle cores."""
    settings, _ = settings_of.load()
    folder = output or settings.data_dir / "embedders" / "e5-support"
    recipe = Recipe(steps=steps, strength=strength)
    found = pairs_of.load(data, statutes, recipe.support)
    losses: list[float] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        shown = bar.add_task("training", total=steps)

        def progress(step: int, loss: float) -> None:
            losses.append(loss)
            bar.update(shown, completed=step, description=f"loss {loss:.3f}")

        lora = training.train(found, recipe, progress)
    files = [*(data / f"{name}.jsonl" for name in (*pairs_of.QUOTED, "support")), manifest.HERE / "faq.yaml",
             *([statutes] if statutes else [])]
    training.save_to(folder, lora, recipe, [{"name": file.name, "sha256": file_hash(file)} for file in files])
    result = {"embedder": str(folder), "pairs": len(found), "steps": steps, "train_loss": round(losses[-1], 4)}
    if as_json:
        print_json(result)
    else:
        out.print(f"{len(found)} pairs, loss {losses[-1]:.3f}. Use it with EMBEDDING_MODEL={folder}, then "
                  "'python -m ingestion reindex' and 'python -m evals calibrate'.")
