"""Sets for measuring, read where they lie: never copied, never trained on."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def passages(name: str, most: int) -> list[str]:
    [path] = (SHARED / name).glob("passages.jsonl*")
    return [row["text"] for row in itertools.islice(rows(path), most)]


def questions(most: int) -> list[str]:
    return [row["question"] for row in itertools.islice(rows(SHARED / "support-faq" / "queries.jsonl"), most)]
