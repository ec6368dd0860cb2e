"""What the demo company's documents are: each version with its validity and the values that fill its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ingestion.documents import Kind, Validity

HERE = Path(__file__).parent
MANIFEST = HERE / "documents.yaml"
_SLOT = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class DemoVersion:
    """One version of one document. ``format``: docx, pdf, markdown or faq; ``letter``: A for the older, B for the
    newer. Both are added under one ``name``, so that the newer is the next version of the same document."""

    document: str
    title: str
    kind: Kind
    format: str
    source: Path
    collection: str
    letter: str
    file: str
    validity: Validity
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """What the file is called when it is added: the document's id follows from it."""
        return self.document + Path(self.file).suffix

    def text(self) -> str:
        """The source with this version's values in it. Raises KeyError for a slot without a value."""
        return _SLOT.sub(lambda match: self.values[match[1]], self.source.read_text(encoding="utf-8"))


def versions() -> tuple[DemoVersion, ...]:
    """Every version in the manifest's order, the older before the newer."""
    raw = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return tuple(_version(entry, version) for entry in raw["documents"] for version in entry["versions"])


def version(document: str, letter: str | None = None) -> DemoVersion:
    """The version by its letter; without one, the newest. Raises LookupError when there is none."""
    found = [one for one in versions() if one.document == document and letter in (None, one.letter)]
    if not found:
        raise LookupError(f"The demo has no document {document!r} in version {letter!r}.")
    return found[-1]


def _version(entry: Mapping[str, Any], version: Mapping[str, Any]) -> DemoVersion:
    since: date | None = version.get("valid_from")
    return DemoVersion(
        document=entry["document"],
        title=entry["title"],
        kind=Kind(entry["kind"]),
        format=entry["format"],
        source=HERE / entry["source"],
        collection=entry["collection"],
        letter=version["letter"],
        file=version["file"],
        validity=Validity(since=since, until=version.get("valid_until")),
        values=version.get("values", {}),
    )
