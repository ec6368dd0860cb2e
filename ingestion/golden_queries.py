"""The company's own trials of an index: a question, and the document or clause that must be among what it finds.

They come from the company's profile and from DATA_DIR/golden.json, which the admin page writes. Each new generation is
tried on them before it is taken into use; one that no longer finds what the generation before found is refused.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.company import Golden, load
from ingestion.embedders.cache import VectorCache
from ingestion.embedding import Embedder, Progress, Vectors, clean
from ingestion.errors import SearchIndexError
from ingestion.registry import Register
from ingestion.settings import Settings

MOST = 200
"""Of one company; each costs a search at every change."""


class Tried(BaseModel):
    """``rank`` from 1; None: not among them. ``applies``: the document is there and in force on the day asked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    golden: Golden
    rank: int | None = None
    applies: bool = True

    @property
    def passed(self) -> bool:
        return self.rank is not None and self.rank <= self.golden.among


class Own(BaseModel):
    """The admin's file."""

    model_config = ConfigDict(extra="forbid")

    golden: tuple[Golden, ...] = Field((), max_length=MOST)


def file(data_dir: Path) -> Path:
    return data_dir / "golden.json"


def own(data_dir: Path) -> tuple[Golden, ...]:
    """What the admin wrote. Raises SearchIndexError when the file is damaged."""
    path = file(data_dir)
    try:
        return Own.model_validate_json(path.read_bytes()).golden
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise SearchIndexError(f"The golden queries in {path} can't be read ({error}). Mend or remove it.") from error


def write(data_dir: Path, golden: Sequence[Golden]) -> None:
    """Replaced whole, so that a reader sees the old ones or the new ones."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file(data_dir).with_name(f".golden-{secrets.token_hex(4)}")
    temporary.write_text(Own(golden=tuple(golden)).model_dump_json(indent=1), encoding="utf-8")
    temporary.rename(file(data_dir))


def every(settings: Settings) -> tuple[Golden, ...]:
    """The profile's, then the admin's; each once."""
    return tuple(dict.fromkeys((*load(settings.company).golden, *own(settings.data_dir))))


def applies(golden: Golden, register: Register, today: date) -> bool:
    document = register.documents.get(golden.document)
    day = golden.as_of or today
    return document is not None and any(
        not one.replaced and one.validity.covers(day) for one in document.versions)


def refused(tried: Sequence[Tried], before: Sequence[Tried]) -> str | None:
    """What to say of a generation that fails where the one before passed; None where there is nothing to say. One that
    failed before already, or was never tried, is the admin's to look at, and stops nothing."""
    passed = {json.dumps(one.golden.model_dump(mode="json"), sort_keys=True) for one in before if one.passed}
    for one in tried:
        key = json.dumps(one.golden.model_dump(mode="json"), sort_keys=True)
        if one.applies and not one.passed and key in passed:
            wanted = " ".join(part for part in (one.golden.document, one.golden.clause) if part)
            return (f"the golden query '{one.golden.question}' no longer finds {wanted} among the first "
                    f"{one.golden.among}. Mend the document, or change the golden query.")
    return None


class Remembering:
    """An embedder whose questions come from the file of vectors; the model is loaded for those it lacks."""

    def __init__(self, cache: VectorCache, name: str, dim: int, load_model: Callable[[], Embedder]) -> None:
        self._cache, self._load = cache, load_model
        self.name, self.dim = name, dim

    def queries(self, texts: Sequence[str]) -> Vectors:
        cleaned = [clean(text) for text in texts]
        known = self._cache.get(cleaned, as_query=True)
        if missing := [text for text in dict.fromkeys(cleaned) if text not in known]:
            made = self._load().queries(missing)
            self._cache.put(missing, made, as_query=True)
            known |= dict(zip(missing, made, strict=True))
        return np.stack([known[text] for text in cleaned])

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return self._load().passages(texts, progress)
