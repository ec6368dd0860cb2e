"""A sitemap, or an index of them, plain or gzipped, as the protocol at sitemaps.org has it.

Run it in `ingestion.sandbox`: it comes from the web.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]

from ingestion.errors import DocumentError

_GZIP = b"\x1f\x8b"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """``index``: the addresses are of further sitemaps. In the file's order, each once."""

    index: bool
    addresses: tuple[str, ...]


def read(data: bytes, name: str, largest: int) -> Sitemap | None:
    """None for a file that is no sitemap. ``largest``: bytes unpacked. Raises DocumentError for a bomb."""
    if data.startswith(_GZIP):
        data = _unpacked(data, name, largest)
    if b"<urlset" not in data[:4096] and b"<sitemapindex" not in data[:4096]:
        return None
    root = etree.fromstring(data, _PARSER)
    if root is None or not isinstance(root.tag, str):
        raise DocumentError(f"{name} begins like a sitemap and is no XML. Mend it at the site.")
    kind = etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        return None
    found = (
        (child.text or "").strip()
        for entry in root if isinstance(entry.tag, str)
        for child in entry if isinstance(child.tag, str) and etree.QName(child).localname == "loc"
    )  # fmt: skip
    return Sitemap(kind == "sitemapindex", tuple(dict.fromkeys(address for address in found if address)))


def _unpacked(data: bytes, name: str, largest: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            found = file.read(largest + 1)
    except (OSError, EOFError) as error:
        raise DocumentError(f"{name} is damaged: it can't be unpacked ({error}).") from error
    if len(found) > largest:
        raise DocumentError(f"{name} unpacks to more than {largest // 2**20} MB. Split it at the site.")
    return found
