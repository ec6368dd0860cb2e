"""Chunks come back from their file as they were written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ingestion import chunk_files
from ingestion.documents import Chunk, Kind, Validity
from ingestion.registry import Version
from tests.ingestion.library import Library, library

__all__ = ["library"]
ODD = "Regulamin\u2028zwrotów\u2029i\x85reklamacji\x0b\x0c\x1c"
"""What splits lines in Python and nowhere else."""


def test_what_splits_lines_elsewhere_splits_no_chunk(tmp_path: Path) -> None:
    plain = Chunk(document="a", version="1", clause="§ 1", title="A", text="Zwrot.", position=0, kind=Kind.REGULATION,
                  validity=Validity(), source="a.md")
    made = [replace(plain, title=ODD, text=f"Tekst {number} {ODD}.", clause=f"§ {number}", position=number)
            for number in range(3)]
    file = chunk_files.write(tmp_path, made)
    assert chunk_files.read(tmp_path, Version(version="1", upload="", name="", source="a.md", chunks_file=file)) == made


def test_a_title_with_a_line_separator_is_indexed_and_its_texts_are_read(library: Library) -> None:
    outcome = library.add("a.md", "# A\n\n§ 1. Zwrot trwa 14 dni.\n", title=ODD)
    assert outcome.status == "indexed"
    assert library.document(outcome.document).title == ODD
