"""The ingestion workers that the service starts: watched, started again when they die, and gone when the service is."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator

import structlog

log = structlog.get_logger()

COMMAND = (sys.executable, "-m", "ingestion", "worker")
PR_SET_PDEATHSIG = 1
STOP_SECONDS = 5.0
"""A worker asked to stop leaves its job to the stream; then it is killed."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
"""Between restarts of a worker that dies at once, doubling."""


@contextlib.asynccontextmanager
async def workers(count: int, command: tuple[str, ...] = COMMAND) -> AsyncIterator[None]:
    """Keep ``count`` workers running inside the block."""
    tasks = [asyncio.create_task(_keep(command, number), name=f"worker {number}") for number in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(command: tuple[str, ...], number: int) -> None:
    pause = FIRST_PAUSE_SECONDS
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, preexec_fn=tie(os.getpid()))
        try:
            code = await process.wait()
        finally:
            await _stop(process)
        pause = FIRST_PAUSE_SECONDS if loop.time() - began > LONGEST_PAUSE_SECONDS else pause
        log.warning("worker.died", number=number, exit=code, restart_s=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def tie(parent: int):  # type: ignore[no-untyped-def]
    """For the child, between fork and exec: out of the terminal's group, so that Ctrl-C is ours to pass on, and dead
    with its parent even when that is killed (Linux; elsewhere a killed service leaves its workers)."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def tied() -> None:
        os.setpgid(0, 0)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return tied
