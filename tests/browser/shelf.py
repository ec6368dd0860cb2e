"""Adapters on the admin's shelf: folders in DATA_DIR with manifests as training, approval and erasure leave them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatbot import adapter
from chatbot.appointed import Appointed, appoint
from chatbot.subjects import FLAG

APPROVED = {"cases": 72, "right": 0.436, "risk": 0.042, "coverage": 0.383, "forced_right": 0.82, "auroc": 0.83,
            "grounded": 1.0, "abstain_f1": 0.61, "threshold": 0.1, "harms": {}}  # fmt: skip
HELD_OUT = {"adapter": {"samples": 258, "right": 0.71, "sentence_top1": 0.83, "hand_over_precision": 0.66,
                        "hand_over_recall": 0.58}, "bare_model": {"right": 0.22}}  # fmt: skip


def place(data_dir: Path, name: str, **changes: Any) -> Path:
    """A folder with the shipped manifest under another name, not approved, and ``changes``. No weights: the page reads
    none."""
    folder = data_dir / "adapters" / name
    folder.mkdir(parents=True)
    manifest = json.loads((adapter.SHIPPED / "demo" / adapter.MANIFEST).read_text(encoding="utf-8"))
    changed = manifest | {"name": name, "approval": None} | changes
    (folder / adapter.MANIFEST).write_text(json.dumps(changed), encoding="utf-8")
    return folder


def shelf(data_dir: Path) -> None:
    """One approved and in service, one trained but not approved, one that learnt erased words, a damaged one."""
    place(data_dir, "jesien", evaluation={"approval": APPROVED},
          approval={"by": "ewa", "on": "2026-11-20", "grounds": "right: +0.25"})  # fmt: skip
    place(data_dir, "zima", evaluation={"held_out_by_clause": HELD_OUT})
    flagged = place(data_dir, "lato", evaluation={"held_out_by_clause": HELD_OUT})
    (flagged / FLAG).write_text(json.dumps({"people": ["a" * 32, "b" * 32], "at": 1, "why": "erased"}))
    (place(data_dir, "wiosna") / adapter.MANIFEST).write_text("{")
    appoint(data_dir, Appointed(adapter="jesien", since=datetime(2026, 11, 20, 9, tzinfo=UTC), by="ewa",
                                why="approved"))  # fmt: skip
