"""What the tests of ingestion share: a data folder of their own, and one cache of vectors for the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    vectors = tmp_path_factory.getbasetemp() / "vectors.sqlite"
    return Settings(data_dir=tmp_path / "data", embedding_cache=vectors)
