"""Every adapter there is, as the admin page tells of it: what it was measured at, what it learnt from, what is wrong
with it, and which one was put into service when."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from chatbot import adapter, appointed
from chatbot.adapter import Manifest
from chatbot.subjects import FLAG
from ingestion.errors import ModelError
from ingestion.settings import SHIPPED_ADAPTER, Settings


class Worry(StrEnum):
    """What somebody must know of an adapter before it answers anybody."""

    ERASED = "erased"
    """It learnt from words of people who were erased or took their consent back: train it again."""
    DAMAGED = "damaged"
    """Its manifest can't be read."""
    OTHER_BASE = "other_base"
    OTHER_PROMPT = "other_prompt"
    UNMEASURED = "unmeasured"
    """No figure says how good it is."""
    UNAPPROVED = "unapproved"
    """It was never set beside the adapter in service (`python -m evals approve`)."""


UNFIT = frozenset({Worry.ERASED, Worry.DAMAGED, Worry.OTHER_BASE, Worry.OTHER_PROMPT})
"""With one of these it is given no conversation."""


@dataclass(frozen=True, slots=True)
class Known:
    """``measured``: figures by name, with ``by`` telling what they are from (approval: through the whole service,
    beside the adapter of then; held_out: what it chose on clauses it never saw); {} without any. ``sets``: what it
    learnt from, each with its licence and number of examples. ``people``: how many erased people's words it learnt."""

    name: str
    worries: tuple[Worry, ...]
    created: str = ""
    base: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    sets: tuple[dict[str, Any], ...] = ()
    approval: dict[str, Any] | None = None
    people: int = 0
    trouble: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def fit(self) -> bool:
        return not UNFIT.intersection(self.worries)


def known(settings: Settings) -> tuple[Known, ...]:
    """Those of DATA_DIR and the shipped ones, by name. One whose manifest is damaged is among them, and says so."""
    found: dict[str, Known] = {}
    for root in (settings.data_dir / "adapters", adapter.SHIPPED):
        for path in sorted(root.glob(f"*/{adapter.MANIFEST}")):
            one = of(path.parent, settings)
            found.setdefault(one.name, one)  # DATA_DIR's own comes first, as in adapter.find
    return tuple(found[name] for name in sorted(found))


def of(folder: Path, settings: Settings) -> Known:
    people = erased(folder)
    worries = [Worry.ERASED] if people else []
    try:
        manifest = adapter.read(folder)
    except ModelError as error:
        return Known(folder.name, (*worries, Worry.DAMAGED), people=people, trouble=str(error))
    figures = measured(manifest)
    if manifest.base.name != settings.base_model:
        worries.append(Worry.OTHER_BASE)
    if not _same_prompt(manifest):
        worries.append(Worry.OTHER_PROMPT)
    if not figures:
        worries.append(Worry.UNMEASURED)
    if manifest.approval is None:
        worries.append(Worry.UNAPPROVED)
    return Known(
        name=folder.name, worries=tuple(worries), created=manifest.created.isoformat(), base=manifest.base.name,
        measured=figures, sets=tuple(one.model_dump(include={"name", "licence", "examples"}) for one in manifest.data),
        approval=manifest.approval.model_dump(mode="json") if manifest.approval else None, people=people,
        manifest=manifest.model_dump(mode="json"),
    )  # fmt: skip


def measured(manifest: Manifest) -> dict[str, Any]:
    """The figures that say most: of its approval, else of the clauses that training held out."""
    if approved := manifest.evaluation.get("approval"):
        return {"by": "approval", **{name: approved.get(name) for name in (
            "cases", "right", "risk", "coverage", "grounded", "abstain_f1")}}
    held_out = manifest.evaluation.get("held_out_by_clause") or {}
    if own := held_out.get("adapter"):
        bare = held_out.get("bare_model") or held_out.get("bare") or {}
        return {"by": "held_out", **{name: own.get(name) for name in (
            "samples", "right", "sentence_top1", "hand_over_precision", "hand_over_recall")},
            "bare_right": bare.get("right")}
    return {}


def erased(folder: Path) -> int:
    """How many people whose words it learnt were erased since (`chatbot.subjects`)."""
    flag = folder / FLAG
    return len(json.loads(flag.read_text(encoding="utf-8"))["people"]) if flag.is_file() else 0


def in_service(settings: Settings) -> dict[str, Any]:
    """Who put what into service, newest first; ``before`` is what a rollback brings back (None: nothing); ``fixed``:
    the ADAPTER that the settings name, which wins over every appointment (None: they leave it open)."""
    history = appointed.read(settings.data_dir)
    fixed = settings.adapter if settings.adapter != SHIPPED_ADAPTER else None
    return {"appointed": history.adapter, "before": None if fixed else history.before, "fixed": fixed,
            "history": [one.model_dump(mode="json") for one in reversed(history.appointed)]}


def _same_prompt(manifest: Manifest) -> bool:
    try:
        adapter.check_prompt(manifest)
    except ModelError:
        return False
    return True
