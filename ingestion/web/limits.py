"""Numbers that decide how the web is read, with their units and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

AGENT = "ForTheDevelopers/1.0 (regulations for customer support; asks robots.txt as ForTheDevelopers)"
ROBOT = "ForTheDevelopers"
"""Our name in a site's robots.txt."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Set by us, but where said otherwise.

    ``connect``, ``read``: seconds of one step; ``page``: seconds for a whole page, so that a server which sends a byte
    a second ends. ``resolve``: seconds for a name. ``bytes``: of a page; the largest regulation seen has 5 MB.
    ``redirects``: browsers allow 20. ``ports``: where web servers for the public listen.
    ``pause``: seconds between two requests to one site; a site may ask for up to ``longest_pause`` (Crawl-delay).
    ``pages``: of one site. ``sitemaps``, ``depth``: of an index of sitemaps. ``sitemap_bytes``: unpacked; the
    protocol's own limit. ``batch``: pages taken into one generation. ``every``: hours between two looks at a page.
    """

    connect: float = 10.0
    read: float = 20.0
    page: float = 90.0
    resolve: float = 10.0
    bytes: int = 32 * 2**20
    redirects: int = 5
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    pause: float = 0.2
    longest_pause: float = 10.0
    pages: int = 5_000
    sitemaps: int = 50
    depth: int = 3
    sitemap_bytes: int = 50 * 2**20
    robots_bytes: int = 500 * 2**10
    batch: int = 32
    every: int = 24


LIMITS = Limits()

TYPES = frozenset({
    "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/csv", "text/tab-separated-values",
    "text/yaml", "text/x-yaml", "application/yaml", "application/x-yaml", "application/json", "application/pdf",
    "application/xml", "text/xml", "application/gzip", "application/x-gzip", "application/octet-stream",
    "binary/octet-stream", "message/rfc822", "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
})
"""Content types that are read; anything else (pictures, films, scripts) is refused before its body comes."""

SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "text/csv": ".csv", "application/json": ".json", "application/pdf": ".pdf", "application/yaml": ".yaml",
    "text/yaml": ".yaml", "message/rfc822": ".eml",
}
"""For a page whose address names no file."""
