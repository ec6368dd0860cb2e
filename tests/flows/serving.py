"""A service on a real port with an answerer that needs no model, for journeys over HTTP and for trying the pages:

    python -m tests.flows.serving DATA_DIR PORT

signs in with agent / admin and the password of `tests.chatbot.cast`.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from chatbot import log as logging_setup
from chatbot.app import create_app
from chatbot.limits import Limits
from chatbot.runner import Answerer
from chatbot.serve import KEEP_ALIVE_SECONDS, Server, listen
from chatbot.service import Service, build
from chatbot.staff import Role
from ingestion.company import Company
from ingestion.settings import Settings
from ingestion.store import connect_async
from tests.chatbot.answerers import echo
from tests.chatbot.cast import PASSWORD
from tests.chatbot.conftest import COMPANY, QUICK

CAST = (("agent", "Ola", Role.AGENT), ("second", "Jan", Role.AGENT), ("admin", "Ada", Role.ADMIN))


@dataclass
class Served:
    service: Service
    url: str
    server: Server


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, *, answerer: Answerer | None = echo, limits: Limits = QUICK, company: Company = COMPANY,
    port: int = 0,
) -> AsyncIterator[Served]:
    """The application behind uvicorn in this process; stopped gracefully at the end."""
    logging_setup.configure("warning")
    listening = listen("127.0.0.1", port)
    async with connect_async(settings) as redis:
        service = build(settings, company, redis, limits)
        for user, name, role in CAST:
            await service.staff.add(user, name, role, PASSWORD)
        if answerer is not None:
            service.answer_with(answerer)
        config = uvicorn.Config(create_app(service), log_config=None, access_log=False, timeout_graceful_shutdown=2,
                                timeout_keep_alive=KEEP_ALIVE_SECONDS)
        server = Server(service, config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:
                assert not task.done(), "the server did not start"
                await asyncio.sleep(0.01)
            await asyncio.wait_for(service.hub.ready.wait(), 5)
            yield Served(service, f"http://127.0.0.1:{listening.getsockname()[1]}", server)
        finally:
            server.should_exit = True
            await asyncio.wait_for(task, 15)


async def main(data_dir: Path, port: int) -> None:
    async with serving(Settings(data_dir=data_dir), limits=Limits(), port=port) as served:
        sys.stdout.write(served.url + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(Path(sys.argv[1]).absolute(), int(sys.argv[2])))
