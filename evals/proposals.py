"""What a model proposed before, kept between runs by the model and the task, so that a fit takes seconds.

A proposal depends on the base model, the adapter's weights, the prompt and the task alone; all four are in its key.
The time it took is kept too, and counted again when the proposal is read back: a figure of speed stays a measured one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from chatbot import adapter, prompts
from chatbot.model import open_model
from chatbot.model.local import DEFAULT_PROMPT
from chatbot.model.seam import Action, Model, Proposal, Task
from ingestion.settings import Settings

FILE = Path.home() / ".cache" / "for-the-developers" / "proposals.sqlite"
"""Where proposals stay between runs, beside the vectors."""


class Remembered:
    """A `Model` that asks the real one only what it was never asked. The real one is opened when it is first needed.

    ``replayed_ms``: what the proposals read back took when they were made, summed since the start.
    """

    def __init__(
        self, opened: Callable[[], Model], name: str, adapter: str | None, identity: str, path: Path = FILE
    ) -> None:
        self.name, self.adapter = name, adapter
        self.replayed_ms = 0.0
        self.asked = self.kept = 0
        self._opened, self._identity = opened, identity
        self._model: Model | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._store = sqlite3.connect(path, timeout=60, isolation_level=None)
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("CREATE TABLE IF NOT EXISTS proposals (key TEXT PRIMARY KEY, proposal TEXT, ms REAL)")

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        """Raises ModelError as the real one does; failures are not kept."""
        # The canary is another word each time, and no part of what is asked.
        asked = {name: value for name, value in asdict(task).items() if name != "canary"}
        key = hashlib.sha256(f"{self._identity}\n{json.dumps(asked, sort_keys=True)}".encode()).hexdigest()
        row = self._store.execute("SELECT proposal, ms FROM proposals WHERE key = ?", (key,)).fetchone()
        if row is not None:
            self.kept += 1
            self.replayed_ms += row[1]
            return _read(row[0])
        self._model = self._model or self._opened()
        began = time.perf_counter()
        proposal = await self._model.propose(task, seconds=seconds)
        self.asked += 1
        ms = (time.perf_counter() - began) * 1000
        self._store.execute("INSERT OR REPLACE INTO proposals VALUES (?, ?, ?)", (key, _written(proposal), ms))
        return proposal


def remembered(settings: Settings, path: Path = FILE) -> Remembered:
    """The model of these settings, with its memory."""
    folder = adapter.find(settings)
    manifest = adapter.read(folder) if folder else None
    prompt = prompts.load(manifest.prompt.version if manifest else DEFAULT_PROMPT)
    where = f"{settings.llm_url} {settings.llm_model}" if settings.llm_url else settings.base_model
    identity = " ".join((where, manifest.weights_hash if manifest else "bare", prompt.hash, settings.embedding_model))
    name = settings.llm_model or settings.base_model
    return Remembered(lambda: open_model(settings), name, manifest.name if manifest else None, identity, path)


def _written(proposal: Proposal) -> str:
    return json.dumps(asdict(proposal), ensure_ascii=False)


def _read(text: str) -> Proposal:
    raw = json.loads(text)
    return Proposal(
        action=Action(raw["action"]),
        sentences=tuple(raw["sentences"]),
        opening=raw["opening"],
        closing=raw["closing"],
        probabilities={Action(name): share for name, share in raw["probabilities"].items()},
        scores=tuple(raw["scores"]),
    )
