"""An adapter's manifest: what stands beside the weights and says what they are for, where they come from, how good.

Training writes it, evaluation adds to it, and serving refuses an adapter whose manifest doesn't fit: another base
model, another prompt, weights that changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot import appointed, prompts
from chatbot.answer import Mode
from chatbot.calibration import Calibration
from ingestion.errors import ModelError
from ingestion.settings import SHIPPED_ADAPTER, Settings

MANIFEST = "manifest.json"
WEIGHTS = "adapter_model.safetensors"
FORMAT = 1
SHIPPED = Path(__file__).parent.parent / "finetune" / "adapters"
RENDERING = "completion: one text, begin-of-text token first, no chat template"
NONE = "none"
REMEDY = "Use what it was trained for, train it again (python -m finetune train), or set ADAPTER=none."


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseModelOf(_Strict):
    name: str
    hash: str


class PromptOf(_Strict):
    version: str
    hash: str
    rendering: str = RENDERING


class DataOf(_Strict):
    """``hash``: sha256 of the file. ``examples``: how many were used of it."""

    name: str
    licence: str
    hash: str
    examples: int


class Approval(_Strict):
    """Who let it into service and on what grounds; written by evaluation only."""

    by: str
    on: date
    grounds: str


class Right(_Strict):
    """Whether a mode may be used with this adapter, as measured; ``why`` has the figures."""

    earned: bool
    on: date
    why: str


class Manifest(_Strict):
    """``evaluation`` holds held-out figures by what was measured (adapter, bare model, no model); ``calibration`` the
    rules that judge this adapter's answers, where the company has none of its own. ``rights`` name the modes that
    must be earned: without one, nothing is generated."""

    format: int = FORMAT
    name: str
    created: date
    base: BaseModelOf
    prompt: PromptOf
    weights_hash: str
    data: tuple[DataOf, ...]
    corpus: tuple[DataOf, ...] = ()
    arguments: dict[str, Any]
    training: dict[str, Any]
    evaluation: dict[str, Any] = {}
    calibration: Calibration | None = None
    rights: dict[Mode, Right] = {}
    approval: Approval | None = None
    terms: str = ""


def find(settings: Settings) -> Path | None:
    """The adapter's folder, or None for ADAPTER=none: a path, a folder in DATA_DIR/adapters, or a shipped one. Where
    ADAPTER is left at its default, the adapter that was approved last."""
    name = settings.adapter
    if name == SHIPPED_ADAPTER:
        name = appointed.read(settings.data_dir).adapter
    if name == NONE:
        return None
    places = [settings.data_dir / "adapters" / name, SHIPPED / name]
    if os.sep in name:
        places.insert(0, Path(name).expanduser().absolute())
    for place in places:
        if (place / MANIFEST).is_file():
            return place
    known = {path.parent.name for root in (places[-2].parent, SHIPPED) for path in root.glob(f"*/{MANIFEST}")}
    raise ModelError(
        f"ADAPTER={name!r} is not there: no {MANIFEST} in {' or '.join(map(str, places))}. "
        f"Set it to one of {', '.join(sorted(known)) or NONE}, to an adapter's folder, or to {NONE!r}."
    )


def read(folder: Path) -> Manifest:
    """Raises ModelError naming the file and what is wrong with it."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"The adapter's manifest {path} can't be read ({error.strerror}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its text"
        raise ModelError(f"The adapter's manifest {path} is damaged: {where}: {first['msg']}.") from error
    if manifest.format != FORMAT:
        raise ModelError(f"The adapter's manifest {path} has format {manifest.format}; this version reads {FORMAT}.")
    return manifest


def check(folder: Path, base_name: str, base_hash: str) -> Manifest:
    """The manifest, if this adapter fits this base model and the prompts as they are here.

    Raises ModelError saying which of base model, prompt and weights doesn't fit, and what to do.
    """
    manifest = read(folder)
    if manifest.base.hash != base_hash:
        raise ModelError(
            f"The adapter {manifest.name} was trained for {manifest.base.name} ({manifest.base.hash[:28]}…), "
            f"not for {base_name} ({base_hash[:28]}…). {REMEDY}"
        )
    check_prompt(manifest)
    weights = folder / WEIGHTS
    if not weights.is_file() or file_hash(weights) != manifest.weights_hash:
        raise ModelError(
            f"The weights {weights} are not those its manifest names. Restore the adapter's folder as it was "
            "published, or train it again."
        )
    return manifest


def check_prompt(manifest: Manifest) -> None:
    """Raises ModelError unless the prompt is, to the letter, the one this adapter was trained with."""
    prompt = prompts.load(manifest.prompt.version)
    if (prompt.hash, RENDERING) != (manifest.prompt.hash, manifest.prompt.rendering):
        raise ModelError(
            f"The adapter {manifest.name} was trained with prompt {prompt.version} as it was "
            f"({manifest.prompt.hash[:12]}…), which has changed since ({prompt.hash[:12]}…). {REMEDY}"
        )


def write(folder: Path, manifest: Manifest) -> None:
    """Replaces the manifest as a whole."""
    part = folder / f"{MANIFEST}.part"
    part.write_text(json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(folder / MANIFEST)


def add_set(folder: Path, found: DataOf) -> None:
    """Name a further set that this adapter learnt from; one of that name is replaced. Raises ModelError."""
    manifest = read(folder)
    others = tuple(one for one in manifest.data if one.name != found.name)
    write(folder, manifest.model_copy(update={"data": (*others, found)}))


def file_hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
