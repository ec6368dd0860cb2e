"""Every number that decides whether an answer is sent, with its unit and where it came from, in one table.

The same table feeds the verdict, the admin page and the evaluation. The rules that judge an answer (weights and limits)
come from a calibration: the company's own (``DATA_DIR/calibration.json``, written by `python -m evals calibrate`), else
the one its adapter's manifest carries, else the shipped ones, which say of themselves that they state no risk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import structlog

from chatbot import calibration
from chatbot.answer import Mode
from chatbot.calibration import Calibration, Rule

log = structlog.get_logger()

SHIPPED_QUOTED = Rule(
    p_wrong=0.35,
    intercept=2.85,
    weights={"support": -1.35, "p_sentence": -1.08, "closeness": -1.86, "margin": -2.34, "kind": -0.36,
             "gave_up": 0.77},
    refused="fitted on evals/cases/demo-more.jsonl, 2026-11-22, for no one adapter: 11% of those sent are wrong",
)
SHIPPED_CURATED = Rule(
    p_wrong=0.05,
    intercept=26.6,
    weights={"dense": -31.5, "support": -0.8, "margin": -0.4, "agreement": -0.9},
    refused="set by hand where the demo's FAQ matched without a miss, 2026-11-22: a cosine of 0.9 and shared words",
)


EARNED = frozenset({Mode.GENERATED})
"""Modes that a model must earn (`python -m evals approve`): without the right in its manifest, none of their answers
is sent, whatever a calibration says."""


def _shipped() -> dict[Mode, Rule]:
    return {Mode.CURATED: SHIPPED_CURATED, Mode.QUOTED: SHIPPED_QUOTED}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """``origin`` says how the rules were found; a mode without a rule is never sent. Cosines are those of e5-support,
    which lie between about 0.5 and 1."""

    origin: str = "shipped; no stated risk"
    modes: Mapping[Mode, Rule] = field(default_factory=_shipped)
    curated_floor: float = 0.745
    """An FAQ's question or paraphrase less close than this is no match whatever else speaks for it."""
    dense_floor: float = 0.57
    """Best passage below this cosine, and no shared word: nothing was found."""
    decline: float = 0.6
    """The model's probability of "off topic" from which a question is politely refused, if support is weak too."""
    ask: float = 0.5
    """The model's probability of "too vague" from which the bot asks back."""
    weak_support: float = 0.34
    """Share of the question's content lemmas in the quoted clause below which support is weak."""

    def rule(self, mode: Mode) -> Rule | None:
        return self.modes.get(mode)

    @property
    def p_wrong(self) -> float:
        """The limit on quoted answers, which most questions come down to."""
        rule = self.rule(Mode.QUOTED)
        return rule.p_wrong if rule else 0.0

    @property
    def risk(self) -> float | None:
        """The stated risk, if every mode in use has one: the highest."""
        risks = [rule.risk for rule in self.modes.values()]
        return max((risk for risk in risks if risk is not None), default=None) if None not in risks else None


def shown(table: Thresholds) -> dict[str, Any]:
    """The table as plain data: the numbers by name, and each mode's rule under ``modes``."""
    numbers = {one.name: getattr(table, one.name) for one in fields(table) if one.name not in ("origin", "modes")}
    modes = {mode.value: rule.model_dump(mode="json") for mode, rule in table.modes.items()}
    return {"origin": table.origin, "risk": table.risk, "p_wrong": table.p_wrong, **numbers, "modes": modes}


def with_limit(table: Thresholds, limit: float, mode: Mode = Mode.QUOTED) -> Thresholds:
    """The table with another limit for one mode and its topics; the rule then states no risk."""
    rule = table.rule(mode)
    if rule is None:
        return table
    changed = rule.model_copy(update={"p_wrong": limit, "topics": {}, "risk": None, "risk_bound": None,
                                      "coverage": None, "refused": "limit set by hand"})
    return replace(table, modes={**table.modes, mode: changed})


def of(found: Calibration, table: Thresholds | None = None) -> Thresholds:
    """The table with a calibration's rules; a mode it says nothing of keeps the shipped one."""
    table = table or Thresholds()
    return replace(table, origin=found.origin, modes={**_shipped(), **found.modes})


def within(table: Thresholds, rights: Iterable[Mode]) -> Thresholds:
    """The table without the rules of modes that must be earned and aren't among ``rights``."""
    allowed = {mode: rule for mode, rule in table.modes.items() if mode not in EARNED or mode in rights}
    return replace(table, modes=allowed)


def load(data_dir: Path, carried: Calibration | None = None, weights_hash: str | None = None,
         embedding: str | None = None) -> Thresholds:
    """The company's calibration if it was made with this adapter and embedding model, else the one that the adapter
    carries, else the shipped table. Raises SettingError naming a file that is damaged."""
    own = calibration.read(data_dir)
    if own is not None:
        if embedding is None or own.fits(weights_hash, embedding):
            return of(own)
        log.warning("calibration.of_another", file=str(data_dir / calibration.FILE), adapter=own.adapter,
                    embedding=own.embedding, do="python -m evals calibrate --cases C --write")
    if carried is not None and (embedding is None or carried.fits(weights_hash, embedding)):
        return of(carried)
    return Thresholds()
