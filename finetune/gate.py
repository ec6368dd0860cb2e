"""The gates before training or export, in one table. Each is a pure function of a `Sheet`: rows in, refusals out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from finetune.arguments import Arguments
from finetune.gating import counts, facts, leakage, likeness, rights, tokens
from finetune.gating.limits import LIMITS, Limits
from finetune.gating.refusal import Refusal
from finetune.gating.row import Sheet, of_sample
from finetune.samples import Sample


@dataclass(frozen=True, slots=True)
class Gate:
    """``limit`` says where its number stands (finetune.gating.limits); "0": not one row may fail it."""

    name: str
    refuses: str
    limit: str
    checks: tuple[Callable[[Sheet], Iterator[Refusal]], ...]


GATES = (
    Gate("template", "text that serving would write otherwise: another prompt, a second begin-of-text token, a "
         "completion that serving can't read back, another system message", "0", (tokens.template,)),
    Gate("trained_tokens", "rows without loss, or a share of tokens with loss that no right labelling gives",
         "Limits.trained_tokens", (tokens.trained_tokens,)),
    Gate("truncation", "rows that lose their end or their answering sentence", "Limits.truncated",
         (tokens.truncation,)),
    Gate("too_few", "too few rows for the aim, or too few to judge by", "FEWEST, FEWEST_HELD_OUT", (counts.too_few,)),
    Gate("duplicates", "the same row again", "Limits.duplicates", (likeness.duplicates,)),
    Gate("near_duplicates", "nearly the same question to the same end", "Limits.near_duplicates, near",
         (likeness.near_duplicates,)),
    Gate("contradictions", "one question over the same passages, answered in two ways", "0",
         (likeness.contradictions,)),
    Gate("leakage", "a source clause, a customer, or a question (also nearly) on both sides of the split", "0",
         (leakage.clauses, leakage.customers, leakage.questions)),
    Gate("giving_up", "a share of hand-overs or refusals that teaches too little or too much giving up",
         "Limits.giving_up, declining", (counts.giving_up,)),
    Gate("facts", "amounts, dates and periods that would be learnt: in a frame, or in no passage shown", "0",
         (facts.facts,)),
    Gate("pii", "personal data left, or texts that were never masked", "0", (rights.personal,)),
    Gate("consent", "customers' words without the customer's consent", "0", (rights.consent,)),
    Gate("licence", "licences that forbid training, or forbid passing the adapter on when it ships", "TRAINABLE",
         (rights.licence,)),
    Gate("review", "what nobody wrote for training and no person has accepted", "0", (rights.reviewed,)),
    Gate("erased", "words of people who were erased or took their consent back", "0", (rights.erased,)),
    Gate("measure_only", "sets kept for measuring, and questions that results are judged on", "0",
         (leakage.measured,)),
)


def refusals(sheet: Sheet) -> list[Refusal]:
    """Why this data may not be used; empty: it may."""
    return [refusal for gate in GATES for check in gate.checks for refusal in check(sheet)]


def reasons(
    train: Sequence[Sample], held_out: Sequence[Sample], arguments: Arguments, limits: Limits = LIMITS
) -> list[str]:
    """The same over composed samples alone, as one line each: what can be told without a tokenizer or a masker."""
    return [str(one) for one in refusals(sheet(train, held_out, limits))]


def sheet(train: Sequence[Sample], held_out: Sequence[Sample], limits: Limits = LIMITS) -> Sheet:
    return Sheet(tuple(map(of_sample, train)), tuple(map(of_sample, held_out)), limits=limits)

