"""`python -m chatbot serve`: one process that listens, with the embedded store and the ingestion workers under it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import os
import secrets
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from chatbot import doors, durable, swapping, texts
from chatbot import log as logging_setup
from chatbot.answer import Answer, AnswerKind, Question, Reason, Sentence, Verdict
from chatbot.app import create_app
from chatbot.errors import PortTaken
from chatbot.privacy.vault import Vault
from chatbot.second import Second
from chatbot.service import Readiness, Service, build
from chatbot.staff import Role
from chatbot.swapping import Mark
from chatbot.workers import workers
from ingestion import company as companies
from ingestion import settings as settings_module
from ingestion.command import err, translated
from ingestion.errors import ProductError
from ingestion.lock import ServiceLock
from ingestion.settings import Origin, Settings
from ingestion.store import connect_async

log = structlog.get_logger()

BACKLOG = 1024
KEEP_ALIVE_SECONDS = 75
"""Longer than a usual proxy's, so that the proxy closes first."""
CLOSE_SECONDS = 5
"""For the last answers to be sent, after turns and streams have ended."""
WARM_SECONDS = 5.0
"""The bundled model's first proposal takes about 2 s on two cores."""
REHEARSED = "Ile mam dni na zwrot?"
DEMO_ACCOUNTS = "demo-accounts.txt"


@translated
def serve() -> None:
    """Serve the chat, its console and its API until told to stop (Ctrl-C or SIGTERM)."""
    settings, origins = settings_module.load()
    logging_setup.configure(settings.log_level)
    show(origins)
    doors.check(settings, origins)
    company = companies.load(settings.company)
    listening = listen(settings.host, settings.port)
    with ServiceLock(settings.data_dir), listening:
        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            runner.run(_serve(settings, company, listening))


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's event loop where there is one (not on Windows): a quarter less work a message (docs/experiments.md)."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: Settings, company: companies.Company, listening: socket.socket) -> None:
    async with connect_async(settings) as redis:
        if settings.redis_url and (doubt := await durable.doubt(redis)):
            log.warning("store.not_durable", why=doubt)
            err.print(doubt, style="yellow", markup=False, highlight=False)
        service = build(settings, company, redis)
        if settings.demo:
            await demo_accounts(service)
        server = Server(service, uvicorn.Config(
            create_app(service), log_config=None, access_log=False, backlog=BACKLOG, server_header=False,
            proxy_headers=False,  # chatbot.app trusts those of TRUSTED_PROXIES
            timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=CLOSE_SECONDS, lifespan="on"))
        async with workers(settings.workers):
            loading = asyncio.create_task(load(service), name="loading")
            err.print(f"Listening on http://{settings.host}:{settings.port} – loading model and index…")
            try:
                await server.serve(sockets=[listening])
            finally:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the workers and the store are ended in order, once
                loading.cancel()
                await asyncio.gather(loading, return_exceptions=True)


async def load(service: Service) -> None:
    """Load what answers need, in a thread. While that takes long, or when it fails, questions go to a human."""
    service.readiness = Readiness(stage="searching")
    opening = in_daemon(open_answerer, service.settings)
    await asyncio.wait({opening}, timeout=service.limits.wait_seconds)
    if not opening.done():
        service.runner.answerer = without_model
    try:
        answerer, parts = await opening
    except Exception as error:
        service.runner.answerer = without_model
        service.readiness = Readiness.without(error)
        log.exception("service.not_ready", error=str(error))
        err.print(f"Questions go to a human until this is mended: {error}", markup=False)
        return
    await learn_pace(answerer)
    await rehearse(answerer.parts)
    service.answer_with(answerer, parts)
    err.print("Ready.")
    await swapping.follow(service, answerer.mark, functools.partial(reload, service))


async def reload(service: Service) -> None:
    """Answer with what is to answer now; questions that have begun end with what they began with. Raises ProductError,
    and then nothing has changed."""
    answerer = await in_daemon(reopen_answerer, service.settings, service.parts)
    await learn_pace(answerer)
    await rehearse(answerer.parts)
    service.answer_with(answerer, answerer.parts)


def in_daemon(function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
    """Run ``function`` in a thread that doesn't hold up the end of the process, as an executor's would."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(set_: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            set_(value)

    def run() -> None:
        try:
            result = function(*arguments)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
            outcome: tuple[Callable[[Any], None], Any] = (future.set_exception, error)
        else:
            outcome = (future.set_result, result)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name=function.__name__, daemon=True).start()
    return future


@dataclass(frozen=True, slots=True)
class Guarded:
    """The answerer of `chatbot.answering` with a breaker round its model. ``parts`` has the model itself; ``mark``
    says what it was opened from."""

    parts: Any
    breaker: Any
    second: Second
    mark: Mark

    def __call__(self, question: Question, vault: Vault) -> AsyncIterator[Sentence | Answer]:
        from chatbot.answering import answer

        other = self.second.parts(question.adapter)
        return answer(question, other or replace(self.parts, model=self.breaker), vault)


def open_answerer(settings: Settings) -> tuple[Guarded, Any]:
    """The answerer and its parts. Blocks for seconds (torch and its friends are imported here), once for minutes."""
    from chatbot.answering import open_parts
    from chatbot.model.breaker import Breaker

    mark = swapping.mark(settings)
    parts = open_parts(settings)
    return Guarded(parts, Breaker(parts.model), Second(settings, parts), mark), parts


def reopen_answerer(settings: Settings, parts: Any) -> Guarded:
    """The same with another adapter or other rules; search, masking and documents stay."""
    from chatbot.model.breaker import Breaker

    mark = swapping.mark(settings)
    made = swapping.reopened(parts, settings)
    return Guarded(made, Breaker(made.model), Second(settings, made), mark)


async def learn_pace(answerer: Guarded) -> None:
    """Let the breaker see how long the model takes here. A model that doesn't answer doesn't hold up the start."""
    warming = asyncio.create_task(answerer.breaker.warm(), name="warming")
    await asyncio.wait({warming}, timeout=WARM_SECONDS)


async def rehearse(parts: Any) -> None:
    """A question that nobody asked, with a model that only points: what is read at its first use (words, texts, the
    index) is not waited for by the first customer, who has 3 s when the model is down."""
    from chatbot.answering import answer
    from chatbot.model.fake import FakeModel

    question = Question(REHEARSED, datetime.now(UTC).date(), language="pl")
    try:
        async for _ in answer(question, replace(parts, model=FakeModel()), Vault()):
            pass
    except ProductError as error:
        log.warning("service.rehearsal", error=str(error))  # each question then says the same


async def without_model(question: Question, vault: Vault) -> AsyncIterator[Sentence | Answer]:
    """Every question to a human, labelled so."""
    text = texts.say(question.language, f"answering.ticket.{Reason.MODEL_DOWN.value}")
    yield Sentence(text)
    yield Answer(kind=AnswerKind.TICKET, text=text, citations=(),
                 verdict=Verdict(AnswerKind.TICKET, 1.0, (Reason.MODEL_DOWN,)), mode=None, model="none", adapter=None,
                 language=question.language or "pl", took_ms=0.0, first_token_ms=None)


class Server(uvicorn.Server):
    """Uvicorn that first lets the service finish, and leaves what comes after its end to us."""

    def __init__(self, service: Service, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._service.ask_to_stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Uvicorn would raise the signal again when it is done, before the store and the workers are stopped."""
        before = {sig: signal.signal(sig, self.handle_exit) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises PortTaken with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"PORT={port} on {host} is taken by another program: stop it, or set another "
                            "PORT.") from error
        if error.errno == errno.EACCES:
            raise PortTaken(f"PORT={port} needs more rights than we have: set PORT to 1024 or above.") from error
        raise PortTaken(f"HOST={host} PORT={port} can't be listened on ({error.strerror}): set another.") from error
    listening.listen(BACKLOG)
    return listening


def show(origins: tuple[Origin, ...]) -> None:
    """Which setting has which value, and where it came from."""
    width = max(len(origin.name) for origin in origins)
    for origin in origins:
        style = "dim" if origin.source.startswith("default") else None
        err.print(f"{origin.name:{width}}  {origin.shown or '-'} ({origin.source})", style=style, markup=False,
                  highlight=False, soft_wrap=True)


async def demo_accounts(service: Service) -> None:
    """An agent and an admin with random passwords, made once; shown then, and kept in a file only the owner reads."""
    path = service.settings.data_dir / DEMO_ACCOUNTS
    if path.exists() and await service.staff.accounts():
        err.print(f"Accounts of the demo: {path}")
        return
    lines = []
    for user, name, role in (("agent", "Ola Konsultantka", Role.AGENT), ("admin", "Adam Administrator", Role.ADMIN)):
        password = secrets.token_urlsafe(9)
        await service.staff.add(user, name, role, password)
        lines.append(f"{user} {password}")
    _write_private(path, "\n".join(lines) + "\n")
    err.print("Accounts of the demo (shown once, kept in " + str(path) + "):\n  " + "\n  ".join(lines), markup=False)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
