"""The in-process network: one prefill reads every choice, then a short frame is written token by token.

Synchronous and not thread-safe: `local` runs it in one bounded executor.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from chatbot.model import phrases
from chatbot.model.bundled import Base
from chatbot.model.encoding import Encoder
from chatbot.model.seam import Action, Task
from chatbot.prompts import Prompt
from ingestion.errors import ModelError

TRIAL = (448, 640, 2048, 24)
"""Rows, inner, columns and repeats of the product that chooses the number type: the MLP at a full prompt."""
FRAMES = "frames.json"
"""Beside an adapter's weights: the frames it was trained on, as tokens; it may write one of them."""
LED = frozenset({Action.QUOTE, Action.ASK})
"""What an adapter must have frames for, so that it writes no words of its own."""

Frames = Mapping[Action, Sequence[Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one prefill says. ``actions``: probabilities. ``marks``: yes − no logit of each sentence, by its mark;
    ``choices``: log-probability of each mark as the first one named after `quote`."""

    actions: dict[Action, float]
    marks: tuple[float, ...]
    choices: tuple[float, ...]


class Network:
    """``model`` is a causal model in evaluation mode, with or without LoRA; `open_network` loads one. ``frames``: for
    each action that has one, the token sequences its frame is one of, each with its end of text (None: any text
    without digits, clause signs and marks)."""

    def __init__(self, model: Any, encoder: Encoder, frames: Frames | None = None) -> None:
        self.model = model
        self.encoder = encoder
        self._frames = {action: phrases.tree(known) for action, known in frames.items()} if frames else {}
        self._words = torch.tensor(sorted(set(range(len(model.lm_head.weight))) - _refused(encoder.tokenizer)))
        self._first = [encoder.actions[action][0] for action in Action]

    @property
    def free(self) -> bool:
        """Whether it may write words of its own: only then can it write what stands in its prompt."""
        return not self._frames.keys() >= LED

    @torch.inference_mode()
    def read(self, task: Task) -> tuple[Reading, Any]:
        """The reading, and a key-value cache of the prompt with `quote` behind it, for `write`.

        The word for `quote` goes through in the same pass: its last token tells which sentence would be named.
        """
        encoded = self.encoder.encode(task)
        quote = self.encoder.actions[Action.QUOTE]
        states, cache = self._forward((*encoded.ids, *quote), None)
        head = self.model.lm_head.weight
        sides = (states[list(encoded.marks)] @ head[[self.encoder.yes, self.encoder.no]].T).float()
        first = (states[len(encoded.ids) - 1] @ head[self._first].T).float().softmax(-1)
        choices = (states[-1] @ head[list(self.encoder.choices[: len(encoded.marks)])].T).float().log_softmax(-1)
        return Reading(
            dict(zip(Action, first.tolist(), strict=True)),
            tuple((sides[:, 0] - sides[:, 1] + torch.tensor(encoded.priors)).tolist()),
            tuple(choices.tolist()),
        ), cache

    def begin(self, task: Task) -> Any:
        """A key-value cache of the prompt alone, for a decision other than `quote`."""
        with torch.inference_mode():
            return self._forward(self.encoder.encode(task).ids, None)[1]

    @torch.inference_mode()
    def write(
        self, cache: Any, action: Action, decision: tuple[int, ...], tokens: int, stopped: Callable[[], bool]
    ) -> str:
        """The frame of ``action`` after ``decision`` (what the cache lacks of it), greedily, at most ``tokens`` long.
        ``stopped`` is asked before each choice; when it says so, all is thrown away (ModelError)."""
        written: list[int] = []
        node = self._frames.get(action)
        pending = list(decision)  # tokens that the cache still lacks
        while len(written) < tokens:
            if node is not None:
                follows, node = phrases.forced(node)
                written += follows
                pending += follows
                if not node:
                    break
            if stopped():
                raise ModelError("The model was stopped before it had finished.")
            states, cache = self._forward(tuple(pending), cache)
            allowed = self._words if node is None else torch.tensor(list(node))
            token = int(allowed[(self.model.lm_head.weight[allowed] @ states[-1]).argmax()])
            if token in (self.encoder.stop, self.encoder.end):
                break
            written.append(token)
            pending = [token]
            node = node[token] if node is not None else None
        return str(self.encoder.tokenizer.decode(written, skip_special_tokens=True))

    def _forward(self, ids: tuple[int, ...], cache: Any) -> tuple[torch.Tensor, Any]:
        out = self.model.model(torch.tensor([ids]), past_key_values=cache, use_cache=True)
        return out.last_hidden_state[0], out.past_key_values


def open_network(base: Base, adapter: Path | None, prompt: Prompt, dtype: torch.dtype | None = None) -> Network:
    """The base model with the adapter of that folder merged into it, in about 3 s. Raises ModelError."""
    model, tokenizer = load(base, dtype or faster_dtype())
    frames = None
    if adapter is not None:
        model = merged(model, adapter)
        frames = read_frames(adapter / FRAMES)
    return Network(model.eval().requires_grad_(False), Encoder(tokenizer, prompt), frames)


def load(base: Base, dtype: torch.dtype) -> tuple[Any, Any]:
    """The bare model and its tokenizer. Raises ModelError naming the model and what to do."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(base.location, dtype=dtype)
        tokenizer = AutoTokenizer.from_pretrained(base.location)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The model {base.name} can't be loaded from {base.location} ({str(error).splitlines()[0]}). "
            "Delete that folder to have it made again, or set BASE_MODEL."
        ) from error
    return model, tokenizer


def faster_dtype() -> torch.dtype:
    """bfloat16 where this processor multiplies it faster than float32 (AMX, AVX512-BF16), by a trial of 0.1 s. Each
    type counts with its best time, the two taking turns, so that other programs' load doesn't decide."""
    rows, inner, columns, repeats = TRIAL
    kinds = (torch.bfloat16, torch.float32)
    pairs = {kind: (torch.ones(rows, inner, dtype=kind), torch.ones(inner, columns, dtype=kind)) for kind in kinds}
    best = dict.fromkeys(kinds, math.inf)
    for _ in range(repeats):
        for kind, (left, right) in pairs.items():
            start = time.perf_counter()
            left @ right
            best[kind] = min(best[kind], time.perf_counter() - start)
    return min(kinds, key=lambda kind: best[kind])


def led(adapter: Path) -> bool:
    """Whether the adapter of that folder only writes frames it was given, and no words of its own."""
    return (read_frames(adapter / FRAMES) or {}).keys() >= LED


def read_frames(path: Path) -> Frames | None:
    """None where there is no such file. Raises ModelError for a damaged one."""
    try:
        return {Action(name): known for name, known in json.loads(path.read_text()).items()} if path.is_file() else None
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{path} is damaged: it must hold lists of tokens by action. Restore the folder.") from error


def merged(model: Any, adapter: Path) -> Any:
    """The model with the adapter of that folder in its own weights. Raises ModelError when it doesn't fit."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, adapter).merge_and_unload()
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"The adapter {adapter} can't be put on this model ({str(error).splitlines()[0]}). "
            "Use the base model its manifest names, or set ADAPTER=none."
        ) from error


def _refused(tokenizer: Any) -> set[int]:
    """Tokens a frame may never hold: digits, in any script, and the signs that stand for a clause or a mark."""
    found = {index for token, index in tokenizer.get_vocab().items() if any(c.isdigit() or c in "§#[]" for c in token)}
    return found - {tokenizer.eos_token_id}
