"""The processes of one run: one by itself, or several started by torchrun or accelerate, each with its share of a step.

Their number comes from the environment those launchers set (WORLD_SIZE, RANK, LOCAL_RANK); the run's code is the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed

LONGEST_WAIT = timedelta(minutes=30)
"""For another process: one may be measuring while the others wait."""


@dataclass(frozen=True, slots=True)
class World:
    """``rank`` of ``size`` processes; rank 0 alone writes files and speaks."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def add(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(tensor)
        return tensor


@contextmanager
def open_world() -> Iterator[World]:
    """The world this process was started in, left again at the end."""
    size, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    gpu = torch.cuda.is_available()
    device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if gpu else "cpu"
    if size == 1:
        yield World(device=device)
        return
    distributed.init_process_group("nccl" if gpu else "gloo", timeout=LONGEST_WAIT)
    try:
        yield World(rank, size, device)
    finally:
        distributed.destroy_process_group()
