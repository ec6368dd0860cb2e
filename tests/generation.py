"""An index as the worker leaves it, but for the vectors: what the admin's pages read of documents, versions, days,
suspended answers and documents that disagree."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from ingestion import chunk_files, registry
from ingestion.chunking import chunks
from ingestion.documents import Clause, FaqEntry, Text, Validity
from ingestion.index.engine import Snapshot
from ingestion.index.points import pack
from ingestion.registry import Document, Register, Version
from ingestion.validity import Proposal

OLD, NEW = "Zwrot towaru przez klienta trwa 14 dni.", "Zwrot towaru przez klienta trwa 30 dni."


def generation(data_dir: Path, name: str = "g1", created: str = "2026-11-22T10:00:00+00:00") -> Register:
    """A regulation whose second version names its own day, and an FAQ answer that this version suspends."""
    texts = {
        "regulamin 1": Text("Regulamin", (Clause(("§ 1",), (), OLD),)),
        "regulamin 2": Text("Regulamin", (Clause(("§ 1",), (), NEW),)),
        "faq 1": Text("FAQ", faq=(FaqEntry("Ile trwa zwrot?", "14 dni.", (), ("regulamin § 1",)),)),
    }
    folder = chunk_files.folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    register = Register()
    for file, text in texts.items():
        document, number = file.split()
        made = chunks(text, document=document, version="", validity=Validity(), source=file)
        (folder / file).write_text("".join(json.dumps(pack(chunk)) + "\n" for chunk in made), encoding="utf-8")
        since = date(2026, 1, 1) if number == "2" else None
        proposal = Proposal(valid_from=since, evidence=("Obowiązuje od 1 stycznia 2026 r.",)) if since else None
        version = Version(version=number, upload=file, name=file, source=file, valid_from=since, chunks_file=file,
                          added=number, proposal=proposal, curated=document == "faq",
                          stands=(registry.Stand(question="Ile trwa zwrot?", until=date(2025, 12, 31)),)
                          if document == "faq" else ())
        register = registry.added(register, Document(document=document, title=text.title), version)
    snapshot = Snapshot(generation=name, created=created, model="m", dim=2, points=3, measured=3, mean={},
                        documents=register)
    index = data_dir / "index"
    (index / name / "shard").mkdir(parents=True)
    (index / name / "snapshot.json").write_text(snapshot.model_dump_json(), encoding="utf-8")
    (index / "current").write_text(name)
    return register
