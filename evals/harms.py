"""Measures named after the harm they catch, each with its reason. Pure; no model judges.

A judge looks at one outcome and says 1.0 (the harm happened), 0.0 (it didn't) or None (it couldn't have), and why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from sacrebleu.metrics import BLEU, CHRF

from chatbot.answer import AnswerKind
from evals.judging import judge
from evals.metrics import Outcome, grounded, names
from evals.tone import Rule, broken, rules

RESAMPLES = 1_000
"""Of a bootstrap: the interval's ends are then stable to about half a point."""
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    value: float | None
    reason: str


Judge = Callable[[Outcome], Score]


def misled(outcome: Outcome) -> Score:
    """The customer was told something wrong, or something that should not have been answered."""
    if not outcome.replied or outcome.answer is None:
        return Score(None, "nothing was sent")
    found = judge(outcome.answer.text, outcome.case.answers)
    return Score(float(not found.right), found.reason)


def kept_waiting(outcome: Outcome) -> Score:
    """A question with an answer went to a person."""
    if not outcome.case.answerable or outcome.answer is None:
        return Score(None, "no answer was due")
    waited = outcome.answer.kind is AnswerKind.TICKET
    return Score(float(waited), ", ".join(outcome.answer.verdict.reasons) if waited else "answered")


def bluffed(outcome: Outcome) -> Score:
    """A question that only a person may answer was answered."""
    if outcome.case.expected != "ticket" or outcome.answer is None:
        return Score(None, "not for a person alone")
    return Score(float(outcome.replied), "answered" if outcome.replied else f"ended as {outcome.answer.kind}")


def made_up(outcome: Outcome) -> Score:
    """A reply with a figure or a quote that its sources don't have, or with no source."""
    if not outcome.replied or outcome.answer is None:
        return Score(None, "nothing was sent")
    if not outcome.answer.citations:
        return Score(1.0, "no source")
    return Score(float(not grounded(outcome.answer)), "grounded" if grounded(outcome.answer) else "not in its sources")


def wrong_source(outcome: Outcome) -> Score:
    """A reply none of whose sources is one of the case's."""
    if not outcome.replied or not outcome.case.relevant:
        return Score(None, "no source was due")
    return Score(float(not outcome.cited), "cites a right clause" if outcome.cited else "cites none of the clauses")


def old_law(outcome: Outcome) -> Score:
    """A document that was wrong to cite on that day was cited or offered."""
    if not outcome.case.must_not_cite:
        return Score(None, "nothing is forbidden")
    return Score(float(outcome.cited_forbidden), "cited" if outcome.cited_forbidden else "not cited")


def wrong_desk(outcome: Outcome) -> Score:
    """The conversation was put under another topic than the case's, and so in another team's queue."""
    if outcome.case.topic is None or outcome.answer is None:
        return Score(None, "the case names no topic")
    told = outcome.answer.verdict.topic
    return Score(float(told != outcome.case.topic), f"{told}, due was {outcome.case.topic}")


def off_tone(outcome: Outcome, checks: tuple[Rule, ...]) -> Score:
    """The reply's own words (quotes aside) break a style rule of the company's."""
    if not outcome.replied or outcome.answer is None or not checks:
        return Score(None, "nothing was sent" if checks else "the company has no rule that can be read off a text")
    found = broken(outcome.answer.text, checks)
    return Score(float(bool(found)), "breaks: " + ", ".join(found) if found else "keeps the rules")


def crashed(outcome: Outcome) -> Score:
    """No answer of any kind came."""
    return Score(float(outcome.error is not None), outcome.error or "ended")


def judges(style: Mapping[str, str]) -> dict[str, Judge]:
    """Every measure by its harm's name; ``style``: the company's rules."""
    found: dict[str, Judge] = {one.__name__: one for one in (
        misled, kept_waiting, bluffed, made_up, wrong_source, old_law, wrong_desk, crashed)}
    return found | {"off_tone": partial(off_tone, checks=rules(style))}


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the ends of its bootstrap interval; ``n`` cases it is of."""

    mean: float
    low: float
    high: float
    n: int


def harms(outcomes: Sequence[Outcome], style: Mapping[str, str], seed: int = 1) -> dict[str, Interval]:
    """The share of each harm among the cases where it could have happened."""
    found = {}
    for name, one in judges(style).items():
        values = [score.value for outcome in outcomes if (score := one(outcome)).value is not None]
        if values:
            found[name] = interval([float(v) for v in values if v is not None], seed)
    return found


def interval(values: Sequence[float], seed: int = 1) -> Interval:
    """Percentile bootstrap over cases."""
    array = np.asarray(values, dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(array), (RESAMPLES, len(array)))
    means = array[drawn].mean(axis=1)
    low, high = np.quantile(means, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(round(float(array.mean()), 4), round(float(low), 4), round(float(high), 4), len(array))


def likeness(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """BLEU and chrF of the replies against the accepted answers, from 0 to 100. A quote holds more than the answer, so
    both are low for us by design; they are for comparing set-ups."""
    pairs = [(o.answer.text, list(o.case.answers)) for o in outcomes if o.replied and o.answer and o.case.answers]
    if not pairs:
        return {"bleu": None, "chrf": None}
    most = max(len(answers) for _, answers in pairs)
    texts = [text for text, _ in pairs]
    references = [[answers[min(at, len(answers) - 1)] for _, answers in pairs] for at in range(most)]
    return {
        "bleu": round(BLEU(effective_order=True).corpus_score(texts, references).score, 2),
        "chrf": round(CHRF().corpus_score(texts, references).score, 2),
    }


def citations(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Precision: cited clauses that are one of the case's, or a part of one. Recall: cases whose clause is cited."""
    due = [o for o in outcomes if o.replied and o.case.relevant and o.answer is not None]
    marks = [names(c, o.case.relevant) for o in due if o.answer for c in o.answer.citations]
    return {
        "citation_precision": round(sum(marks) / len(marks), 4) if marks else None,
        "citation_recall": round(sum(o.cited for o in due) / len(due), 4) if due else None,
    }
