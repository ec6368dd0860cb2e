"""An OpenAI-compatible embedding server (vLLM, TEI, Ollama, OpenAI): EMBEDDING_MODEL=https://host/v1#model-name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

import httpx
import numpy as np

from ingestion.embedding import Progress, Vectors, batches, clean, normalised, prefixes
from ingestion.errors import ModelError


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, tries, texts a request. A server that is loading its model answers 503 for a while; ``pause`` grows with
    each try."""

    connect: float = 5.0
    answer: float = 60.0
    tries: int = 3
    pause: float = 0.5
    batch: int = 64


LIMITS = Limits()


class EndpointEmbedder:
    """Without ``#model-name`` the server's first model is used. Thread-safe: httpx's client is."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self._url, named = urldefrag(url)
        self._url = self._url.rstrip("/")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=httpx.Timeout(LIMITS.answer, connect=LIMITS.connect))
        self._model = named or str(self._get("/models")["data"][0]["id"])
        self._prefixes = prefixes(self._model)
        self.name = f"{self._model}@{self._url}"
        self.dim = int(self._embed(["a"]).shape[1])

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._all([self._prefixes.query + clean(text) for text in texts], None)

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._all([self._prefixes.passage + clean(text) for text in texts], progress)

    def _all(self, texts: Sequence[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dim), np.float32)
        for batch in batches(texts, LIMITS.batch):
            vectors[batch] = self._embed([texts[position] for position in batch])
            if progress is not None:
                progress(len(batch))
        return vectors

    def _embed(self, texts: Sequence[str]) -> Vectors:
        body: dict[str, object] = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        reply = self._asked("POST", "/embeddings", body)
        try:
            ordered = sorted(reply["data"], key=lambda row: int(row["index"]))
            vectors = np.asarray([row["embedding"] for row in ordered], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"EMBEDDING_MODEL={self._url} doesn't answer as an embeddings endpoint does "
                             f"({type(error).__name__}: {error}). Check the URL and the model's name.") from error
        if len(ordered) != len(texts):
            raise ModelError(f"EMBEDDING_MODEL={self._url} gave {len(ordered)} vectors for {len(texts)} texts.")
        return normalised(vectors)

    def _get(self, path: str) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = self._asked("GET", path, None)
        return found

    def _asked(self, method: str, path: str, body: dict[str, object] | None) -> dict[str, list[dict[str, str]]]:
        reason = ""
        for attempt in range(LIMITS.tries):
            if attempt:
                time.sleep(LIMITS.pause * attempt)
            try:
                reply = self._client.request(method, self._url + path, json=body)
                if reply.is_success:
                    found: dict[str, list[dict[str, str]]] = reply.json()
                    return found
            except (httpx.HTTPError, ValueError) as error:
                reason = str(error) or type(error).__name__
                continue
            reason = f"HTTP {reply.status_code}: {reply.text[:200]}"
            if reply.status_code < 500 and reply.status_code != 429:
                break
        raise ModelError(f"EMBEDDING_MODEL={self._url} doesn't answer ({reason}). Check the URL, EMBEDDING_API_KEY and "
                         "that the server runs.")
