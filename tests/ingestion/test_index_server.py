"""A Qdrant server that is away, or answers as none should, is one clear error; requests to it have a bounded size."""

from __future__ import annotations

import dataclasses
import http.server
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from qdrant_client import QdrantClient

from chatbot.api import problems
from ingestion import jobs
from ingestion.errors import IndexAway
from ingestion.index import server
from ingestion.index.collections import ServerEngine
from ingestion.index.seam import Point, Probe, Scope
from ingestion.index.server import SIZES, ServerBuilder, ServerIndex
from ingestion.jobs import RollbackJob
from ingestion.settings import Settings
from ingestion.store import connect
from ingestion.worker import Times, Worker

TODAY = date(2026, 11, 22)
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect", "ignore:Local mode performs exact")
Answer = tuple[int, bytes]


@pytest.fixture
def broken() -> Iterator[tuple[str, list[Answer]]]:
    """A server that answers everything with the last of the list: a proxy's page while Qdrant restarts, say."""
    answers: list[Answer] = [(200, b'{"result": {"collections": []}, "status": "ok", "time": 0}')]

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answers[-1]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}", answers
    listening.shutdown()
    listening.server_close()


ASKED: tuple[Callable[[ServerIndex], Any], ...] = (
    lambda index: index.search(Probe(np.ones(4, np.float32)), Scope(TODAY), 5),
    lambda index: index.chunks(["6f0b5c0a-4d1e-5c4e-9a53-2f6f8a0f7c11"]),
    lambda index: index.clause("regulamin", "§ 1", TODAY),
    lambda index: index.days(["6f0b5c0a-4d1e-5c4e-9a53-2f6f8a0f7c11"]),
    lambda index: index.count(),
)
WRONG = ((503, b"<html>Service Unavailable</html>"), (500, b'{"status": {"error": "disk"}}'), (404, b"{}"),
         (200, b"<html>Logowanie</html>"), (429, b"{}"))


@pytest.mark.parametrize("answer", WRONG)
def test_whatever_a_server_answers_wrongly_is_one_error_that_a_retry_may_help(
    broken: tuple[str, list[Answer]], answer: Answer
) -> None:
    url, answers = broken
    engine = ServerEngine.at(url, None)
    answers.append(answer)
    for ask in ASKED:
        with pytest.raises(IndexAway, match="Check that Qdrant runs") as caught:
            ask(engine.open("g1"))
        assert caught.value.retry_helps and "\n" not in str(caught.value)
    for ask in (engine.current, engine.kept, engine.clean, engine.rollback, lambda: engine.begin("g2", None, 4)):
        with pytest.raises(IndexAway):
            ask()


async def test_no_server_at_all_is_the_same_error_and_http_says_503() -> None:
    client = QdrantClient(url="http://127.0.0.1:9", check_compatibility=False)
    app = FastAPI()
    problems.install(app)

    @app.get("/search")
    def search() -> int:
        return ServerIndex(client, "chunks-g1", "g1").count()

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as asking:
        answer = await asking.get("/search")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    told = answer.json()
    assert (told["type"], told["retry"]) == ("/problems/index-away", True)
    assert "Wyszukiwarka" in told["detail"] and "127.0.0.1" not in answer.text


def test_a_job_that_finds_the_server_away_is_tried_again(settings: Settings, broken: tuple[str, list[Answer]]) -> None:
    url, answers = broken
    with connect(settings) as store:
        worker = Worker(settings.model_copy(update={"qdrant_url": url}), store, times=Times(wait=0.01, retry=0.01))
        answers.append((503, b""))
        job_id = jobs.submit(store, RollbackJob(generation="g1"))
        thread = threading.Thread(target=worker.run)
        thread.start()
        deadline = time.monotonic() + 30
        while not jobs.read(store, [job_id])[job_id].ended and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.stop()
        thread.join(20)
        state = jobs.read(store, [job_id])[job_id]
    assert (state.state, state.tries) == ("parked", jobs.TRIES)
    assert "Check that Qdrant runs" in str(state.reason)


class Measured(QdrantClient):
    """Qdrant in this process, which notes how many points each request names."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.named: list[int] = []

    def retrieve(self, collection_name: str, ids: Any, **more: Any) -> Any:
        self.named.append(len(ids))
        return super().retrieve(collection_name, ids, **more)

    def set_payload(self, collection_name: str, payload: Any, points: Any, **more: Any) -> Any:
        self.named.append(len(points))
        return super().set_payload(collection_name, payload, points, **more)

    def delete(self, collection_name: str, points_selector: Any, **more: Any) -> Any:
        self.named.append(len(points_selector.points))
        return super().delete(collection_name, points_selector, **more)


def test_requests_name_a_bounded_number_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SIZES", dataclasses.replace(SIZES, ids=10))
    client = Measured()
    ids = [str(uuid.UUID(int=number)) for number in range(25)]
    builder = ServerBuilder(client, "chunks-g1", 4)
    payload = {"since": 0, "until": 9, "field": "text"}
    builder.upsert(Point(one, np.ones(4, np.float32), {}, payload) for one in ids)
    index = ServerIndex(client, "chunks-g1", "g1")
    assert index.days(ids) == dict.fromkeys(ids, (0, 9))
    builder.set_days(dict.fromkeys(ids, (1, 2)))
    assert index.days(ids) == dict.fromkeys(ids, (1, 2))
    builder.delete(ids[:21])
    assert index.days(ids) == dict.fromkeys(ids[21:], (1, 2))
    assert index.days([]) == {} and index.count() == 4
    assert max(client.named) == 10 and sum(client.named) == 4 * 25 + 21
