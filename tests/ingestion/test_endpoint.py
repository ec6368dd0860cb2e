"""An OpenAI-compatible embedding server on the loopback: waited for while it loads, named when it talks nonsense."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from ingestion.embedders import endpoint
from ingestion.embedders.endpoint import EndpointEmbedder
from ingestion.errors import ModelError

Answer = Callable[[int, list[str]], tuple[int, bytes]]
"""From the number of requests for vectors before it, and its texts."""


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    asked: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, b'{"data": [{"id": "e5"}]}')

        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            asked.append(texts)
            self._say(*answer(len(asked) - 1, texts))

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1"
    finally:
        running.shutdown()
        running.server_close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LIMITS", replace(endpoint.LIMITS, pause=0.01))


def vectors(texts: list[str]) -> tuple[int, bytes]:
    """Each text's length and 1, last first, as a server may order them."""
    rows = [{"index": place, "embedding": [len(text), 1.0]} for place, text in enumerate(texts)]
    return 200, json.dumps({"data": rows[::-1]}).encode()


def test_vectors_come_back_in_the_order_of_the_texts_and_of_length_one() -> None:
    with server(lambda before, texts: vectors(texts)) as url:
        found = EndpointEmbedder(f"{url}#e5").passages(["abcdef", "a"])
    assert found.shape == (2, 2) and np.allclose(np.linalg.norm(found, axis=1), 1)
    assert found[0, 0] > found[1, 0]


def test_a_server_that_is_still_loading_is_asked_again() -> None:
    with server(lambda before, texts: (503, b"loading") if before < 2 else vectors(texts)) as url:
        assert EndpointEmbedder(f"{url}#e5").dim == 2


@pytest.mark.parametrize("said", [b"<html>", b'{"error": "no such model"}', b'{"data": [{"index": 0}]}'])
def test_an_answer_that_is_none_names_the_setting_and_what_to_check(said: bytes) -> None:
    with server(lambda before, texts: (200, said)) as url, pytest.raises(ModelError, match="EMBEDDING_MODEL=http"):
        EndpointEmbedder(f"{url}#e5")


def test_a_refused_key_is_not_tried_again() -> None:
    tries: list[int] = []

    def refused(before: int, texts: list[str]) -> tuple[int, bytes]:
        tries.append(before)
        return 401, b"who are you?"

    with server(refused) as url, pytest.raises(ModelError, match="HTTP 401"):
        EndpointEmbedder(f"{url}#e5")
    assert tries == [0]
