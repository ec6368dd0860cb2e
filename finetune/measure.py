"""What a model chooses on held-out samples, in figures; the same for the adapter, the bare base model and no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.model.seam import Action
from finetune.samples import Sample


@dataclass(frozen=True, slots=True)
class Choice:
    """``sentence``: the best candidate, whatever the action (None: there is no candidate). ``answers``: how sure it is
    that there is an answer, on any scale (None where nothing tells)."""

    action: Action
    sentence: int | None
    answers: float | None = None


def figures(samples: Sequence[Sample], choose: Callable[[Sample], Choice]) -> dict[str, float]:
    """Shares from 0 to 1. ``sentence_top1``: of samples with an answer, the best candidate is one that answers.
    ``right``: action right, and for a quote the sentence too. Precision and recall are of giving up (hand over);
    ``giving_up_auroc``: how well ``answers`` parts samples with an answer from those to hand over, at any cut-off."""
    choices = [(sample, choose(sample)) for sample in samples]
    quoting = [(s, c) for s, c in choices if s.gold]
    giving = [s for s, c in choices if c.action is Action.HAND_OVER]
    due = [(s, c) for s, c in choices if s.written.action is Action.HAND_OVER]
    caught = sum(c.action is Action.HAND_OVER for _, c in due)
    return {
        "samples": len(choices),
        "with_answer": len(quoting),
        "sentence_top1": _share(sum(c.sentence in s.gold for s, c in quoting), len(quoting)),
        "action": _share(sum(c.action is s.written.action for s, c in choices), len(choices)),
        "right": _share(sum(_right(s, c) for s, c in choices), len(choices)),
        "hand_over_precision": _share(caught, len(giving)),
        "hand_over_recall": _share(caught, len(due)),
        "giving_up_auroc": auroc(_told(quoting), _told(due)),
    }


def _told(choices: Sequence[tuple[Sample, Choice]]) -> list[float]:
    return [choice.answers for _, choice in choices if choice.answers is not None]


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The share of pairs in order, ties counted half; 0.5 where a side is empty."""
    if not higher or not lower:
        return 0.5
    order = sum((a > b) + 0.5 * (a == b) for a in higher for b in lower)
    return round(order / (len(higher) * len(lower)), 4)


def _right(sample: Sample, choice: Choice) -> bool:
    if choice.action is not sample.written.action:
        return False
    return choice.action is not Action.QUOTE or choice.sentence in sample.gold


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
