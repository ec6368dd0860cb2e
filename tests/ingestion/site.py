"""A web site of a test's own, on loopback, whose pages the test changes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from ingestion.web.guard import Guard

PAGE = "<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"


class Site:
    """A web site on loopback whose pages a test changes: path → (status, headers, body)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                tag = headers.get("ETag")
                if tag and self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def guard(self, name: str = "sklep.example", *more: str) -> Guard:
        """As if ``name`` were a public site: it resolves to this server, and this server alone is allowed."""
        names = {name, *more}

        def resolver(host: str, port: int) -> list[str]:
            return ["127.0.0.1"] if host in names else ["10.0.0.7"]

        return Guard(resolver, frozenset({("127.0.0.1", self.port)}))

    def url(self, path: str) -> str:
        return f"http://sklep.example:{self.port}{path}"

    def put(self, path: str, text: str, title: str = "Regulamin", **headers: str) -> None:
        body = PAGE.format(title=title, text=text).encode()
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8", **headers}, body)

    def sitemap(self, *paths: str) -> bytes:
        rows = "".join(f"<url><loc>{self.url(path)}</loc></url>" for path in paths)
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()

    def put_sitemap(self, *paths: str) -> None:
        self.pages["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, self.sitemap(*paths))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()
