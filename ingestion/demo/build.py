"""The demo documents as a company would have them: DOCX, PDF, Markdown and a FAQ, made from the sources here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from ingestion.demo.manifest import HERE, DemoVersion, versions

STAMP = "built-from.txt"
"""In the target folder: the hash of what the files were made from."""


@dataclass(frozen=True, slots=True)
class BuiltDocument:
    """A file ready to be added, with what the command line would say about it."""

    path: Path
    version: DemoVersion


def build(target: Path) -> list[BuiltDocument]:
    """Make every version of every document in ``target``; nothing is written when the sources are those of last time.

    The same sources give the same bytes. Raises OSError when the folder can't be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    built = [BuiltDocument(target / version.file, version) for version in versions()]
    stamp, fingerprint = target / STAMP, _fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint and all(one.path.is_file() for one in built):
        return built
    for one in built:
        one.path.write_bytes(content(one.version))
    stamp.write_text(fingerprint)
    return built


def content(version: DemoVersion) -> bytes:
    """The file's bytes."""
    if version.format in ("markdown", "faq"):
        return version.text().encode()
    from ingestion.demo.pdf import pdf_bytes
    from ingestion.demo.regulation import parse
    from ingestion.demo.word import docx_bytes

    assert version.validity.since is not None, f"{version.file} has no first day"
    made = datetime.combine(version.validity.since, time(8), UTC)
    write = {"docx": docx_bytes, "pdf": pdf_bytes}[version.format]
    return write(parse(version.text()), made)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted((*HERE.glob("*.py"), *HERE.glob("*.yaml"), *HERE.glob("documents/*.md"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
