"""What a busy machine adds to a wait, measured beside it: how late this process wakes from short naps.

On two idle cores it is 1 to 3 ms. `make faults` wants an idle machine and takes nothing off; in `make test` other
programs may have the cores, and what they add is taken off, so that the bars can be the issue's own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from tests.faults.scale import SCALE, WHOLE

NAP_SECONDS = 0.005
TRIES = 1 if SCALE is WHOLE else 3
"""What is really too slow is so each time."""


class Naps:
    def __init__(self) -> None:
        self.late: list[float] = []

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Nap while the block runs."""
        napping = asyncio.create_task(self._nap())
        try:
            yield
        finally:
            napping.cancel()

    async def _nap(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await asyncio.sleep(NAP_SECONDS)
            self.late.append(loop.time() - began - NAP_SECONDS)

    def off(self, waits: Sequence[float], share: float, wakes: int) -> float:
        """The ``share`` quantile of the waits, less what the machine added to one in which ``wakes`` processes had to
        wake one after the other (s)."""
        return quantile(waits, share) - (0 if SCALE is WHOLE else wakes * quantile(self.late, share))


def quantile(values: Sequence[float], share: float) -> float:
    """Of no values: 0."""
    return sorted(values)[int(len(values) * share)] if values else 0.0
