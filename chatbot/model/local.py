"""The model in this process: transformers with a LoRA adapter, one question at a time, bounded and cancellable."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from chatbot import adapter, prompts
from chatbot.model import bundled, hints
from chatbot.model.admission import Admission
from chatbot.model.bundled import Progress, silent
from chatbot.model.choosing import Chosen, choose
from chatbot.model.network import Network, open_network
from chatbot.model.seam import Action, Proposal, Task
from chatbot.prompts import Written
from ingestion.errors import ModelError
from ingestion.settings import Settings

DEFAULT_PROMPT = "quote-v1"


@dataclass(frozen=True, slots=True)
class Limits:
    """``frame`` and ``question``: tokens written at most (30 ms each on two cores). ``waiting``: questions that may
    wait for the network; each takes about a second, so a further one would miss its deadline anyway."""

    frame: int = 40
    question: int = 48
    waiting: int = 8


LIMITS = Limits()


class LocalModel:
    """`propose` runs in one worker thread; a cancelled or late one stops before its next token. ``adapter``: its name,
    None for the bare base model. Another adapter is another `LocalModel`, loaded beside this one (`chatbot.swapping`).
    """

    def __init__(self, settings: Settings, progress: Progress = silent) -> None:
        self._base = bundled.base(settings, progress)
        self._network, self.adapter = self._load(settings)
        self._embedder = hints.open_hints(settings)
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self._admission = Admission(LIMITS.waiting + 1)
        self.name = self._base.name

    async def propose(self, task: Task, *, seconds: float) -> Proposal:
        """Raises ModelError when ``seconds`` pass or too many wait already; cancelling stops the work soon."""
        with self._admission:
            stop = threading.Event()
            deadline = time.monotonic() + seconds
            future = asyncio.get_running_loop().run_in_executor(
                self._executor, self._propose, task, stop, deadline
            )
            try:
                return await asyncio.wait_for(future, seconds)
            except TimeoutError as error:
                raise ModelError(f"The model {self.name} didn't answer within {seconds:g} s. Try again.") from error
            finally:
                stop.set()

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _load(self, settings: Settings) -> tuple[Network, str | None]:
        folder = adapter.find(settings)
        if folder is None:
            return open_network(self._base, None, prompts.load(DEFAULT_PROMPT)), None
        manifest = adapter.check(folder, self._base.name, self._base.hash)
        return open_network(self._base, folder, prompts.load(manifest.prompt.version)), manifest.name

    def _propose(self, task: Task, stop: threading.Event, deadline: float) -> Proposal:
        def stopped() -> bool:
            return stop.is_set() or time.monotonic() > deadline

        if stopped():
            raise ModelError("The model was stopped before it began.")
        network = self._network
        task = hints.with_hints(task, self._embedder)
        if not network.free:  # led along whole sentences people wrote: it needs no canary, and never learned with one
            task = replace(task, canary="")
        reading, cache = network.read(task)
        chosen = choose(reading.actions, reading.marks, reading.choices)
        opening, closing = _frame(network, task, chosen, cache, stopped)
        return Proposal(chosen.action, chosen.sentences, opening, closing, chosen.probabilities, chosen.scores)


def _frame(network: Network, task: Task, chosen: Chosen, cache: Any, stopped: Callable[[], bool]) -> tuple[str, str]:
    encoder = network.encoder
    decision = encoder.decision(Written(chosen.action, chosen.sentences))
    if chosen.action is Action.QUOTE:
        rest = decision[len(encoder.actions[Action.QUOTE]) :]
        return encoder.prompt.frame(network.write(cache, Action.QUOTE, rest, LIMITS.frame, stopped))
    if chosen.action is Action.ASK:
        return network.write(network.begin(task), Action.ASK, decision, LIMITS.question, stopped).strip(), ""
    return "", ""
