"""In which of the company's documents an erased person is named: an admin's files are never rewritten, but listed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chatbot.privacy.entities import Entity
from chatbot.privacy.lexicon import lexicon
from chatbot.privacy.vault import Vault
from ingestion.index.engine import open_engine
from ingestion.settings import Settings

SHORTEST = 6
"""Characters of a value that tells a person by itself; a house number does not."""
_STRONG = frozenset({
    Entity.PHONE, Entity.EMAIL, Entity.PESEL, Entity.NIP, Entity.ID_CARD, Entity.PASSPORT, Entity.BANK_ACCOUNT,
    Entity.CARD, Entity.LAND_REGISTER, Entity.COMPANY_NUMBER,
})
_NOT_SIGNS = re.compile(r"[\W_]+")


def told_by(vaults: Iterable[Vault]) -> frozenset[tuple[str, ...]]:
    """What tells the person: a strong identifier alone, or a given name with a surname. Bare, lower-case."""
    names = lexicon().placeholders
    strong = {names[kind] for kind in _STRONG}
    found: set[tuple[str, ...]] = set()
    for vault in vaults:
        given: list[str] = []
        last: list[str] = []
        for placeholder, value in vault:
            kind, bare = placeholder.strip("[]").rpartition("_")[0], _bare(value)
            if kind in strong and len(bare) >= SHORTEST:
                found.add((bare,))
            elif kind == names[Entity.GIVEN_NAME]:
                given.append(bare)
            elif kind == names[Entity.SURNAME]:
                last.append(bare)
        found |= {(first, second) for first in given for second in last}
    return frozenset(found)


def documents(settings: Settings, told: frozenset[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Document, version and clause of each passage in the index that names the person. Reads every passage."""
    engine = open_engine(settings)
    snapshot = engine.snapshot(engine.current()) if told else None
    found = []
    for document, version in snapshot.documents.indexed() if snapshot else ():
        path = settings.data_dir / "chunks" / version.chunks_file
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            chunk = json.loads(line)
            bare = _bare(chunk["text"])
            if any(all(part in bare for part in parts) for parts in told):
                found.append({"document": document.document, "version": version.version,
                              "clause": chunk.get("clause", ""), "file": _shown(version.source)})
    return found


def _bare(text: str) -> str:
    return _NOT_SIGNS.sub("", text).lower()


def _shown(source: str) -> str:
    return source if "://" in source else Path(source).name
