"""Whole frames as a tree of tokens: a model led along it writes one of them and nothing else.

A small model that may combine words freely writes broken Polish now and then; one that chooses among sentences people
wrote doesn't. Where only one continuation is left, nothing need be computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Node = dict[int, Any]
"""Token → the node behind it."""


def tree(frames: Iterable[Sequence[int]]) -> Node:
    """The tree of these token sequences; each ends with the end of text."""
    root: Node = {}
    for frame in frames:
        node = root
        for token in frame:
            node = node.setdefault(token, {})
    return root


def forced(node: Node) -> tuple[list[int], Node]:
    """The tokens that must follow from here, and the node where there is a choice again (empty at an end)."""
    tokens: list[int] = []
    while len(node) == 1:
        token, node = next(iter(node.items()))
        tokens.append(token)
    return tokens, node
