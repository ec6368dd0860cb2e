"""The whole chat service in a thread of the test's process, on a free loopback port, over a real embedded Valkey.

Only the answerer is scripted, so that a test decides what the bot says and when (the real one is met by
`test_newcomer`, over the demo company's documents).
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

import uvicorn

from chatbot.answer import Answer, AnswerKind, Citation, Mode, Question, Reason, Sentence, Verdict
from chatbot.app import create_app
from chatbot.handoff import Clock
from chatbot.limits import Limits
from chatbot.privacy.vault import Vault
from chatbot.service import Service, build, now_ms
from chatbot.staff import Role
from ingestion import company as companies
from ingestion import jobs
from ingestion import keys as ingestion_keys
from ingestion.company import Company, Hours, Span
from ingestion.settings import DEMO_COMPANY, Settings
from ingestion.store import connect_async

START_SECONDS = 60
"""The embedded store starts in a second or two; a busy machine takes longer."""
PASSWORD = "jarzebina-testy-1"
AGENT, AGENT_NAME = "anna", "Anna Kalina"
ADMIN = "admin"

HANDING_OVER = "Tego nie wiem na pewno. Przekazuję rozmowę konsultantowi."
DRAFT = "Na zwrot masz 14 dni. [1]"
"""The bot's reply that was held back, for the agent."""
WITHDRAWAL = Citation(
    document="zasady-zwrotow", version="2", clause="§ 3 ust. 1",
    quote="Jako konsument możesz odstąpić od umowy w terminie 14 dni bez podawania przyczyny.",
    title="Zasady zwrotów i reklamacji",
    text="1. Jako konsument możesz odstąpić od umowy w terminie 14 dni\nbez podawania przyczyny.\n"
         "2. Termin liczymy od dnia, w którym odebrałeś towar.",
    hash="0" * 64, source="zasady-zwrotow.pdf", valid_from=date(2026, 1, 1), valid_until=None)


@dataclass(slots=True)
class Script:
    """What the bot says: sentences by a word of the question, longest word first. ``pace`` is the seconds between two
    sentences; ``held`` keeps every answer back until it is set."""

    sentences: dict[str, tuple[str, ...]] = field(default_factory=dict)
    citations: tuple[Citation, ...] = (WITHDRAWAL,)
    draft: str = DRAFT
    pace: float = 0.05
    held: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.held.set()

    def lines(self, question: str) -> tuple[str, ...] | None:
        words = sorted(self.sentences, key=len, reverse=True)
        return next((self.sentences[word] for word in words if word in question), None)

    async def answer(self, question: Question, vault: Vault) -> AsyncGenerator[Sentence | Answer, None]:
        lines = self.lines(question.text)
        for line in lines or ():
            yield Sentence(line)
            await asyncio.sleep(self.pace)
        while not self.held.is_set():  # noqa: ASYNC110 - set from the test's thread
            await asyncio.sleep(0.02)
        kind = AnswerKind.TICKET if lines is None else AnswerKind.REPLY
        yield Answer(
            kind=kind, text=" ".join(lines) if lines else HANDING_OVER, citations=self.citations if lines else (),
            verdict=Verdict(kind, 0.9 if lines is None else 0.05, () if lines else (Reason.NOTHING_FOUND,)),
            mode=Mode.QUOTED if lines else None, model="script", adapter=None, language="pl", took_ms=1.0,
            first_token_ms=1.0, draft="" if lines else self.draft, draft_citations=() if lines else self.citations)


class Served:
    """``with Served(folder) as served``: ``served.url`` answers until the block ends."""

    def __init__(
        self, data_dir: Path, *, company: Company | None = None, allowed_origins: str = "", clock: Clock = now_ms,
        limits: Limits | None = None,
    ) -> None:
        self.settings = Settings(data_dir=data_dir, demo=True, allowed_origins=allowed_origins)
        self.company = company or always_open(companies.load(DEMO_COMPANY))
        self.clock = clock
        self.limits = limits
        self.script = Script()
        self.url = ""
        self._server: uvicorn.Server | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="served", daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        if not self._started.wait(START_SECONDS) or self._failure is not None:
            raise RuntimeError(f"the service did not start within {START_SECONDS} s") from self._failure
        return self

    def play_with(self, parts: Any) -> None:
        """What the admin's playground answers with from now on."""
        self._service.parts = parts

    @property
    def service(self) -> Service:
        """For what no page can do. Its coroutines are run by `run`."""
        return self._service

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the service's own event loop; its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def state(self) -> dict[str, int]:
        """Every key of the store but budgets and signs of life, with its size; the audit's own is left out."""
        keys = [key.decode() for key in self._read("keys", "*")]
        kept = [key for key in keys if not re.match(r"chat:(budget|present|tries|step|keeper|audit|session)", key)]
        return {key: self._read("memory_usage", key) for key in sorted(kept)}

    def queued(self) -> list[Any]:
        """Ingestion's jobs that the pages asked for; no worker runs here, so they stay."""
        return [jobs.parse(fields)[1] for _, fields in self._read("xrange", ingestion_keys.JOBS)]

    def tickets_waiting(self) -> int:
        return int(self._read("zcard", "chat:queue"))

    def state_of(self, page: Any) -> str:
        """The state of the conversation that this page holds."""
        held = page.evaluate("JSON.parse(Object.values(sessionStorage)[0]).conversation")
        return str(self._read("hget", f"chat:c:{held}", "state").decode())

    def _read(self, command: str, *arguments: str) -> Any:
        async def read() -> Any:
            return await getattr(self._service.redis, command)(*arguments)

        return self.run(read())

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive(), "the service did not stop"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the test that waits for the start
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with connect_async(self.settings) as redis:
            service = self._service = build(self.settings, self.company, redis, self.limits, clock=self.clock)
            await service.staff.add(AGENT, AGENT_NAME, Role.AGENT, PASSWORD)
            await service.staff.add(ADMIN, "Ewa Leszczyna", Role.ADMIN, PASSWORD)
            service.answer_with(self.script.answer)
            self._server = uvicorn.Server(uvicorn.Config(
                create_app(service), host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=2))
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.02)
            if self._server.started:
                port = self._server.servers[0].sockets[0].getsockname()[1]
                self.url = f"http://127.0.0.1:{port}"
                self._started.set()
            stopper = asyncio.create_task(self._end_streams(service))
            await serving
            stopper.cancel()

    async def _end_streams(self, service: Service) -> None:
        """Open event streams would hold the server back: end them as `python -m chatbot serve` does."""
        while self._server is not None and not self._server.should_exit:  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.05)
        await service.ask_to_stop()


def always_open(company: Company) -> Company:
    """The company with humans at work day and night, so that no test depends on the clock."""
    whole: Any = Span(opens=time(0, 0), closes=time(23, 59, 59))
    week: Any = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), whole)
    return company.model_copy(update={"hours": Hours(timezone=company.hours.timezone, week=week)})
