"""Another adapter, or other rules, without a restart: what an approval, a rollback or a calibration wrote is seen
within seconds and loaded beside what answers; then the next question goes to it. What can't be loaded changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from chatbot import adapter, calibration
from chatbot.audit import SERVICE
from chatbot.trial import Trials
from ingestion.errors import ProductError
from ingestion.settings import Settings

log = structlog.get_logger()

LOOK_SECONDS = 2.0
"""Between two looks at what is to answer: two small files are read."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What answers are given with. ``adapter``: its folder's name ('none' without one). ``state``: a hash of its
    manifest and of the company's own calibration."""

    adapter: str
    state: str


@dataclass(slots=True)
class Swapping:
    """How far a swap is. ``adapter``: what is being loaded, None: nothing. ``error``: why the last one failed."""

    adapter: str | None = None
    error: str | None = None


def mark(settings: Settings) -> Mark:
    """Raises ModelError or SettingError where what is to answer can't be told."""
    folder = adapter.find(settings)
    parts = (folder / adapter.MANIFEST if folder else None, settings.data_dir / calibration.FILE)
    state = hashlib.sha256(b"\n".join(path.read_bytes() if path and path.is_file() else b"" for path in parts))
    return Mark(folder.name if folder else adapter.NONE, state.hexdigest())


def reopened(parts: Any, settings: Settings) -> Any:
    """The parts with the adapter of these settings: its model, its routing, its rules. Blocks for seconds."""
    from chatbot.answering import thresholds_of
    from chatbot.model import open_model
    from chatbot.model.hints import open_hints
    from chatbot.routing import open_router

    return replace(parts, model=open_model(settings), thresholds=thresholds_of(settings),
                   router=open_router(adapter.find(settings), parts.company, open_hints(settings)))


async def follow(service: Any, held: Mark, load: Callable[[], Awaitable[None]], seconds: float = LOOK_SECONDS) -> None:
    """For ever: where something else than ``held`` is to answer, ``load`` it. A failure is told once, and tried again
    when the files have changed again."""
    while True:
        await asyncio.sleep(seconds)
        try:
            wanted = await asyncio.to_thread(mark, service.settings)
        except ProductError as error:
            if (told := " ".join(str(error).split())) != service.swapping.error:
                log.warning("adapter.unknown", error=told)
            service.swapping.error = told
            continue
        if wanted != held:
            before, held = held, wanted
            await _swap(service, before, wanted, load)


async def _swap(service: Any, before: Mark, wanted: Mark, load: Callable[[], Awaitable[None]]) -> None:
    service.swapping.adapter, service.swapping.error = wanted.adapter, None
    try:
        await load()
    except Exception as error:
        # Whatever broke while loading, what answers now goes on; it is told on the admin page and in the audit.
        log.exception("adapter.not_swapped", adapter=wanted.adapter)
        service.swapping.error = " ".join(str(error).split())
        await service.audit.note(SERVICE, "adapter.swap_failed", wanted.adapter)
        return
    finally:
        service.swapping.adapter = None
    log.info("adapter.swapped", before=before.adapter, now=wanted.adapter)
    if before.adapter != wanted.adapter:  # what the trial compared with answers nobody any more
        await Trials(service.redis, service.keeper.clock).stop(SERVICE, service.audit, "adapter swapped")
    await service.audit.note(SERVICE, "adapter.swap", wanted.adapter)

