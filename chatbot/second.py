"""The second adapter of a trial, loaded beside the one in service when its first question comes.

Until it is loaded, and when it can't be, the adapter in service answers: an answer counts for the adapter that gave it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import structlog

from chatbot.swapping import reopened
from ingestion.errors import ProductError
from ingestion.settings import Settings

log = structlog.get_logger()


class Second:
    """``parts`` gives what an adapter answers with, or None; it never waits."""

    def __init__(self, settings: Settings, parts: Any) -> None:
        self._settings = settings
        self._first = parts
        self._lock = threading.Lock()
        self._name: str | None = None
        self._parts: Any = None

    def parts(self, name: str | None) -> Any:
        if name is None:
            return None
        with self._lock:
            if name != self._name:
                self._name, self._parts = name, None
                threading.Thread(target=self._load, args=(name,), name="second", daemon=True).start()
            return self._parts

    def _load(self, name: str) -> None:
        from chatbot.model.breaker import Breaker

        settings = self._settings.model_copy(update={"adapter": name})
        try:
            made = reopened(self._first, settings)
            made = replace(made, model=Breaker(made.model))
        except ProductError as error:
            log.warning("trial.not_loaded", adapter=name, error=str(error))
            return
        with self._lock:
            if self._name == name:
                self._parts = made
