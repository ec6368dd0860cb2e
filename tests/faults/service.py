"""The service that the fault harness kills and overloads: `python -m tests.faults.service DATA_DIR PORT [PLAN]`.

Plans: ``talk`` answers at once, with an ingestion worker beside it; ``pace`` the same alone, so that its cost can be
seen; ``capacity`` takes a fixed time over each answer, so that it has a known capacity.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from chatbot import workers
from chatbot.answer import Answer, AnswerKind, Question, Sentence
from chatbot.privacy.vault import Vault
from chatbot.serve import fast_loop
from ingestion.settings import Settings
from tests.chatbot.answerers import echo, finished
from tests.chatbot.conftest import QUICK
from tests.flows.serving import serving

PATIENT = replace(QUICK, turns_running=4, turn_tries=1_000, wait_seconds=3_600, turn_seconds=600)
"""No turn is given to a human for having died twice, waited long, or met a store that was away: here each must be
answered in the end."""
ANSWER_SECONDS = 0.1
RUNNING = 2
CAPACITY = RUNNING / ANSWER_SECONDS
"""Answers a second that the ``capacity`` plan can give at most."""
BOUNDED = replace(QUICK, turns_running=RUNNING, turns_waiting=20, wait_seconds=60, stop_seconds=20.0)
RESTART_SECONDS = 2.0
"""Longest pause before a killed worker is started again here; a service waits up to a minute for one that keeps
dying."""


async def timed(question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
    await asyncio.sleep(ANSWER_SECONDS)
    yield Sentence("Odpowiedź.")
    yield finished(AnswerKind.REPLY, "Odpowiedź.")


async def main(data_dir: Path, port: int, plan: str) -> None:
    os.environ["DATA_DIR"] = str(data_dir)  # for the worker
    workers.LONGEST_PAUSE_SECONDS = RESTART_SECONDS
    answerer, limits = (timed, BOUNDED) if plan == "capacity" else (echo, PATIENT)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(
            serving(Settings(data_dir=data_dir), answerer=answerer, limits=limits, port=port))
        if plan == "talk":
            await stack.enter_async_context(workers.workers(1))
        await stop.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "pace"))
