"""From a prompt's text to the tokens of one model, with the places where choices are read. For serving and training.

Choices are read from tokens, so each must have its own: `Encoder` checks that once, for the tokenizer at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.model.seam import Action, Task
from chatbot.prompts import Prompt, Written
from ingestion.errors import ModelError


@dataclass(frozen=True, slots=True)
class Encoded:
    """``marks`` are positions in ``ids``: the token after which a sentence's score is read, one per sentence.
    ``priors`` are added to those scores."""

    ids: tuple[int, ...]
    marks: tuple[int, ...]
    priors: tuple[float, ...]


class Encoder:
    """One tokenizer with one prompt. ``actions`` are whole words' tokens, ``choices`` one token per mark."""

    def __init__(self, tokenizer: Any, prompt: Prompt) -> None:
        self.tokenizer = tokenizer
        self.prompt = prompt
        self.actions: Mapping[Action, tuple[int, ...]] = {
            action: self.plain(word) for action, word in prompt.actions.items()
        }
        self.choices = tuple(self._single(prompt.choice.format(mark=mark)) for mark in prompt.marks)
        self.yes = self._single(prompt.yes)
        self.no = self._single(prompt.no)
        self.end = self._single(prompt.end)
        self.stop: int = tokenizer.eos_token_id
        first = [tokens[0] for tokens in self.actions.values()]
        if len(set(first)) != len(first) or len(set(self.choices)) != len(self.choices):
            raise ModelError(
                f"Prompt {prompt.version} can't be used with this model: two of its choices begin with the same token. "
                "Use the base model the prompt was written for, or write a prompt version for this one."
            )

    def plain(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def encode(self, task: Task) -> Encoded:
        rendered = self.prompt.render(task)
        tokens = self.tokenizer(rendered.text, return_offsets_mapping=True)
        marks, wanted = [], iter(rendered.marks)
        offset = next(wanted, None)
        for position, (start, stop) in enumerate(tokens["offset_mapping"]):
            if offset is not None and start <= offset < stop:
                marks.append(position)
                offset = next(wanted, None)
        return Encoded(tuple(tokens["input_ids"]), tuple(marks), self.prompt.priors(task))

    def completion(self, written: Written) -> tuple[int, ...]:
        """The tokens that training teaches, the end of text included."""
        return (*self.decision(written), *self.plain(self._frame(written)), self.stop)

    def decision(self, written: Written) -> tuple[int, ...]:
        """Action, chosen sentences and the line's end: the part that is chosen, not written."""
        tokens = self.actions[written.action]
        if written.action is Action.QUOTE:
            tokens += tuple(self.choices[index] for index in written.sentences)
        return (*tokens, self.end) if written.action in (Action.QUOTE, Action.ASK) else tokens

    def _frame(self, written: Written) -> str:
        return self.prompt.complete(written).partition(self.prompt.end)[2]

    def _single(self, text: str) -> int:
        tokens = self.plain(text)
        if len(tokens) != 1:
            raise ModelError(
                f"Prompt {self.prompt.version} can't be used with this model: {text!r} is {len(tokens)} tokens to its "
                "tokenizer, and must be one."
            )
        return tokens[0]
