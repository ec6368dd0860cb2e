"""The service that the fault harness kills: `python -m tests.faults.service DATA_DIR PORT`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from chatbot.serve import fast_loop
from ingestion.settings import Settings
from tests.chatbot.conftest import QUICK
from tests.flows.serving import serving

LIMITS = replace(QUICK, turns_running=4, turn_tries=1_000, wait_seconds=3_600)
"""No turn is given to a human for having died twice or waited long: here each must be answered in the end."""


async def main(data_dir: Path, port: int) -> None:
    async with serving(Settings(data_dir=data_dir), limits=LIMITS, port=port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(main(Path(sys.argv[1]), int(sys.argv[2])))
