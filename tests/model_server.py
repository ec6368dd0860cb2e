"""A model's server on the loopback that answers as each provider does: for tests of whatever asks a model elsewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

NO_TEXT = ("role", "model", "response_format", "generationConfig", "inferenceConfig")


@dataclass
class Asked:
    """One request. ``text``: all that its messages say, in whatever shape they came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(_texts(self.body))


@dataclass
class ModelServer:
    """``says``: the next answer's text, or what makes it of a request. ``status``, ``wait``: of the next answers. Keys
    other than ``key`` (where there is one) are refused."""

    says: str | Callable[[Asked], str] = ""
    status: int = 200
    key: str | None = None
    wait: threading.Event | None = None
    asked: list[Asked] = field(default_factory=list)
    root: str = ""

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def __enter__(self) -> ModelServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = Asked(unquote(self.path), {name.lower(): value for name, value in self.headers.items()}, body)
                outer.asked.append(asked)
                if outer.wait is not None:
                    outer.wait.wait(10)
                status, answer = outer.answer(asked)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        if self.wait is not None:
            self.wait.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if self.key is not None and asked.headers.get("authorization") != f"Bearer {self.key}":
            return 401, {"error": {"message": "wrong key", "type": "auth", "code": "401"}}
        if self.status != 200:
            return self.status, {"error": {"message": "no such model", "type": "invalid", "code": None}}
        text = self.says if isinstance(self.says, str) else self.says(asked)
        if asked.path.endswith(":generateContent"):
            return 200, {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}}]}
        if asked.path.endswith("/converse"):
            return 200, {"output": {"message": {"role": "assistant", "content": [{"text": text}]}}}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "text": text, "finish_reason": "stop"}
        return 200, {"id": "1", "object": "chat", "created": 1, "model": "m", "choices": [choice]}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, one in value.items() if name not in NO_TEXT for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []
