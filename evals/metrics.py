"""What a run's outcomes add up to: the contract's figures and the curves behind them. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.answer import Answer, AnswerKind, Citation, Reason
from chatbot.figures import unsupported
from chatbot.quoting import stands
from evals.bench.measure import percentile
from evals.case import Case
from evals.judging import exact_match, f1, judge

POLICY_REASONS = frozenset({Reason.CUSTOMER_ASKED, Reason.TOPIC_POLICY, Reason.MOOD, Reason.INJECTION})
"""A hand-over for one of these is no matter of a score, so it lies on no risk-coverage curve."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case with what came of it: an answer, or the error it crashed with (wrong and crashed are kept apart).
    ``replayed_ms``: what a proposal that was read back took when it was made (`evals.proposals`)."""

    case: Case
    answer: Answer | None
    error: str | None = None
    replayed_ms: float = 0.0

    @property
    def took_ms(self) -> float | None:
        return self.answer.took_ms + self.replayed_ms if self.answer is not None else None

    @property
    def replied(self) -> bool:
        return self.answer is not None and self.answer.kind is AnswerKind.REPLY

    @property
    def right(self) -> bool:
        return self.answer is not None and self.replied and judge(self.answer.text, self.case.answers).right

    @property
    def forced_right(self) -> bool:
        """Whether the reply, or the draft that was held back, is right: accuracy with no handing over."""
        if self.answer is None:
            return False
        return judge(self.answer.text if self.replied else self.answer.draft, self.case.answers).right

    @property
    def as_expected(self) -> bool:
        return self.answer is not None and self.answer.kind.value == self.case.expected

    @property
    def cited(self) -> bool:
        """Whether a cited clause is one of the case's."""
        citations = self.answer.citations if self.answer else ()
        return any(names(citation, self.case.relevant) for citation in citations)

    @property
    def cited_forbidden(self) -> bool:
        """Whether a document is cited, or offered to the agent, that the case forbids."""
        answer = self.answer
        shown = (*answer.citations, *answer.draft_citations) if answer is not None else ()
        return any(citation.document in self.case.must_not_cite for citation in shown)


def names(citation: Citation, wanted: Sequence[str]) -> bool:
    """Whether a cited clause is one of these or a part of one: 'Art. 10 ust. 1–2' of 'Art. 10', 'AFC Ajax 17-2 cz. 1'
    of the passage '17-2'."""
    label = f" {citation.document} {citation.clause} "
    return any(f" {one} " in label for one in wanted)


def grounded(answer: Answer) -> bool:
    """Every quote stands in its clause, and every figure of the reply in what it cites or quotes."""
    texts = tuple(part for c in answer.citations for part in (c.text, c.quote))
    quotes_stand = all(stands(c.quote, c.text) for c in answer.citations)
    return bool(answer.citations) and quotes_stand and not unsupported(answer.text, texts)


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The contract's JSON of `evals answers`, with forced accuracy, AUROC and the share by mode beside it."""
    replies = [o for o in outcomes if o.replied]
    answerable = [o for o in outcomes if o.case.answerable]
    unanswerable = [o for o in outcomes if o.case.expected == "ticket"]
    abstained = [o for o in outcomes if o.answer is not None and o.answer.kind is AnswerKind.TICKET]
    wrong = [o for o in replies if not o.right]
    rightly = [o for o in abstained if o.case.expected == "ticket"]
    times = [ms for o in outcomes if (ms := o.took_ms) is not None]
    modes: dict[str, list[bool]] = {}
    for o in replies:
        if o.answer is not None and o.answer.mode is not None:
            modes.setdefault(o.answer.mode.value, []).append(o.right)
    return {
        "cases": len(outcomes),
        "answered": len(replies),
        "escalated": len(abstained),
        "wrong_sent": len(wrong),
        "risk": share(len(wrong), len(replies)),
        "coverage": share(len(replies), len(outcomes)),
        "right": share(sum(o.right for o in answerable), len(answerable)),
        "f1": _mean([f1(o.answer.text, o.case.answers) for o in replies if o.answer]),
        "em": _mean([exact_match(o.answer.text, o.case.answers) for o in replies if o.answer]),
        "grounded": share(sum(grounded(o.answer) for o in replies if o.answer), len(replies)),
        "abstain_precision": share(len(rightly), len(abstained)),
        "abstain_recall": share(len(rightly), len(unanswerable)),
        "abstain_f1": share(2 * len(rightly), len(abstained) + len(unanswerable)),
        "as_expected": share(sum(o.as_expected for o in outcomes), len(outcomes)),
        "cited": share(sum(o.cited for o in answerable), len(answerable)),
        "cited_forbidden": sum(o.cited_forbidden for o in outcomes),
        "forced_right": share(sum(o.forced_right for o in answerable), len(answerable)),
        "auroc": auroc(scored(outcomes)),
        "right_by_mode": {mode: {"n": len(rights), "right": share(sum(rights), len(rights))}
                          for mode, rights in sorted(modes.items())},
        "crashed": sum(o.error is not None for o in outcomes),
        "ms_p50": round(percentile(times, 0.5), 1) if times else None,
        "ms_p95": round(percentile(times, 0.95), 1) if times else None,
        "curve": risk_coverage(scored(outcomes), len(outcomes)),
    }  # fmt: skip


def scored(outcomes: Sequence[Outcome]) -> list[tuple[float, bool]]:
    """(p_wrong, right when sent) of every case that a score decides."""
    return [
        (o.answer.verdict.p_wrong, o.forced_right)
        for o in outcomes
        if o.answer is not None
        and (o.replied or o.answer.draft)
        and not POLICY_REASONS.intersection(o.answer.verdict.reasons)
    ]


def risk_coverage(points: Sequence[tuple[float, bool]], cases: int) -> list[list[float]]:
    """[coverage, risk] at every threshold on p_wrong, from the strictest."""
    curve, wrong = [], 0
    ordered = sorted(points)
    for sent, (doubt, right) in enumerate(ordered, start=1):
        wrong += not right
        if sent == len(ordered) or ordered[sent][0] != doubt:
            curve.append([round(sent / cases, 4), round(wrong / sent, 4)])
    return curve


def auroc(points: Sequence[tuple[float, bool]]) -> float | None:
    """How often a right answer is doubted less than a wrong one (ties count half); None without both kinds."""
    rights = [doubt for doubt, right in points if right]
    wrongs = [doubt for doubt, right in points if not right]
    if not rights or not wrongs:
        return None
    wins = sum((r < w) + 0.5 * (r == w) for r in rights for w in wrongs)
    return round(wins / (len(rights) * len(wrongs)), 4)


def share(part: int, whole: int) -> float | None:
    """None where there is nothing to take a share of."""
    return round(part / whole, 4) if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None

