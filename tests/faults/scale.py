"""How much the fault harness does: a slice in `make test`, the issue's whole numbers in `make faults`."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """``kills``: of the service, of its worker and of the store, each; ``worker_kills``: of a worker at work.
    ``seconds``: how long a kill test may take."""

    messages: int = 300
    kills: int = 2
    worker_kills: int = 2
    searches: int = 200
    cuts: int = 60
    agents: int = 50
    tickets: int = 20
    walks: int = 100
    disconnects: int = 40
    idle_streams: int = 300
    conversations_per_second: int = 20
    load_seconds: float = 2.0
    seconds: float = 110.0


WHOLE = Scale(messages=10_000, kills=20, worker_kills=50, searches=10_000, cuts=1_000, tickets=1_000, walks=10_000,
              disconnects=1_000, idle_streams=1_000, load_seconds=30.0, seconds=1_800.0)
SCALE = WHOLE if os.environ.get("FAULTS") == "whole" else Scale()
