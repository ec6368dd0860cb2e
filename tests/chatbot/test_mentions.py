"""A document that names an erased person is listed; nobody else's is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import mentions
from chatbot.privacy.masking import Masker
from chatbot.privacy.vault import Vault
from ingestion.settings import Settings


def told(*texts: str) -> frozenset[tuple[str, ...]]:
    vault, masker = Vault(), Masker()
    for text in texts:
        masker.mask(text, vault)
    return mentions.told_by([vault])


def test_a_person_is_told_by_a_number_or_by_both_names_never_by_one() -> None:
    found = told("Nazywam się Zofia Wąsacz, PESEL 60210112345, mieszkam w Radomiu.")
    assert found == {("60210112345",), ("zofia", "wąsacz")}
    assert told("Mam na imię Zofia.") == frozenset()


@pytest.mark.parametrize(("text", "named"), [
    ("Reklamację złożyła Zofia Wąsacz z Radomia.", True), ("Klient: WĄSACZ ZOFIA", True),
    ("PESEL 602101-12345", True), ("Zofia Nowak podpisuje umowy.", False), ("Na zwrot jest 14 dni.", False),
])
def test_the_passages_that_name_the_person_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, named: bool
) -> None:
    import json
    from types import SimpleNamespace as Made

    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks" / "c.jsonl").write_text(json.dumps({"text": text, "clause": "§ 1"}) + "\n")
    version = Made(chunks_file="c.jsonl", version="2026", source="/tajne/sciezki/protokol.docx")
    register = Made(indexed=lambda: [(Made(document="protokol"), version)])
    engine = Made(current=lambda: "g", snapshot=lambda _: Made(documents=register))
    monkeypatch.setattr(mentions, "open_engine", lambda _: engine)
    found = mentions.documents(Settings(data_dir=tmp_path), told("Nazywam się Zofia Wąsacz, PESEL 60210112345."))
    listed = [{"document": "protokol", "version": "2026", "clause": "§ 1", "file": "protokol.docx"}]
    assert found == (listed if named else [])
    assert json.loads((tmp_path / "chunks" / "c.jsonl").read_text())["text"] == text, "and never rewritten"
