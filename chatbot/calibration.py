"""What a calibration found, as it travels: written by evaluation, carried by an adapter's manifest or kept in DATA_DIR.

A mode's rule is a logistic over the signals of a drafted answer and the limit on it. How sure a model is of itself
depends on the adapter, so the weights belong to one adapter and one embedding model, and are not used with another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chatbot.answer import Mode
from ingestion.errors import SettingError

FILE = "calibration.json"
FORMAT = 1
FLAT = 30.0
"""Log-odds beyond which a probability is 0 or 1 to any use."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Strict):
    """How answers of one mode are judged. ``p_wrong``: sent up to this estimated probability of being wrong, in
    ``topics`` up to the topic's own. ``risk_bound`` is the upper bound of the share of wrong ones among those sent, at
    ``confidence``; ``coverage`` the share of the mode's drafts that are sent; ``n`` drafts chose it. ``refused`` says
    why no stated risk holds; the limit is then 0, or what was shipped."""

    p_wrong: float = Field(ge=0, le=1)
    intercept: float
    weights: dict[str, float]
    topics: dict[str, float] = {}
    risk: float | None = None
    confidence: float | None = None
    risk_bound: float | None = None
    coverage: float | None = None
    n: int = 0
    refused: str | None = None

    def doubt(self, numbers: Mapping[str, float]) -> float:
        """The estimated probability of being wrong, of `chatbot.verdict.Signals.numbers`."""
        score = self.intercept + sum(weight * numbers[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-FLAT, min(FLAT, score))))

    def limit(self, topic: str | None) -> float:
        return self.topics.get(topic, self.p_wrong) if topic else self.p_wrong


class Cases(_Strict):
    """``hash``: sha256 of the file; ``n`` cases of it."""

    name: str
    hash: str
    n: int


class Calibration(_Strict):
    """``weights_hash`` of the adapter (None: the bare model) and ``embedding`` say what it may be used with."""

    format: int = FORMAT
    on: date
    origin: str
    cases: tuple[Cases, ...]
    adapter: str | None
    weights_hash: str | None
    embedding: str
    modes: dict[Mode, Rule]
    reference: tuple[float, ...] = ()
    """Deciles of p_wrong on the cases, for the drift alarm."""

    def fits(self, weights_hash: str | None, embedding: str) -> bool:
        return self.format == FORMAT and (self.weights_hash, self.embedding) == (weights_hash, embedding)


def read(data_dir: Path) -> Calibration | None:
    """The one kept in DATA_DIR, if any. Raises SettingError naming the file when it isn't one of ours."""
    path = data_dir / FILE
    if not path.is_file():
        return None
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its text"
        raise SettingError(
            f"{path} is no calibration ({where}: {first['msg']}). Calibrate again, or delete it."
        ) from error


def write(calibration: Calibration, data_dir: Path) -> Path:
    """Whole or not at all; returns its path."""
    path = data_dir / FILE
    partial = path.with_suffix(".tmp")
    partial.write_text(calibration.model_dump_json(indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
    return path
