"""One page of the web, fetched within limits of size, time, kind and place."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import TracebackType
from urllib.parse import unquote

import httpx

from ingestion.errors import UsageError
from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.guard import Guard, GuardedTransport
from ingestion.web.limits import AGENT, LIMITS, SUFFIXES, TYPES

GONE = frozenset({404, 410})
_META = re.compile(rb"<meta[^>]+charset", re.I)


@dataclass(frozen=True, slots=True)
class Fetched:
    """``url`` is where the redirects ended. ``content`` is None when the page is as it was (304)."""

    url: str
    content: bytes | None
    name: str = ""
    etag: str = ""
    last_modified: str = ""


class Fetcher:
    """A context manager. ``guard`` decides what may be connected to."""

    def __init__(self, guard: Guard | None = None) -> None:
        timeout = httpx.Timeout(LIMITS.read, connect=LIMITS.connect)
        self._client = httpx.Client(
            transport=GuardedTransport(guard or Guard()), timeout=timeout, trust_env=False, follow_redirects=False,
            headers={"User-Agent": AGENT, "Accept-Language": "pl, en;q=0.8", "Accept-Encoding": "gzip"},
        )  # fmt: skip

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def get(
        self, url: str, etag: str = "", last_modified: str = "", *, largest: int = LIMITS.bytes, any_type: bool = False
    ) -> Fetched:
        """Raises PageGone for a page that is no more, RefusedAddress, and WebError for whatever else keeps us from it.

        No cookies are kept, and no credentials are sent.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        deadline = time.monotonic() + LIMITS.page
        here = checked(url)
        for _ in range(LIMITS.redirects + 1):
            self._client.cookies.clear()
            with self._asked(here, headers) as answer:
                if answer.has_redirect_location:
                    here = checked(str(here.join(answer.headers["location"])))
                    continue
                return self._read(url, answer, deadline, largest, any_type)
        raise WebError(f"{url} redirects more than {LIMITS.redirects} times. Name the page it ends at.")

    @contextlib.contextmanager
    def _asked(self, url: httpx.URL, headers: dict[str, str]) -> Iterator[httpx.Response]:
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                yield answer
        except httpx.TimeoutException as error:
            raise WebError(f"{url} doesn't answer in time. It is tried again at the next look.") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = str(error) or type(error).__name__
            raise WebError(f"{url} can't be fetched ({why}). It is tried again at the next look.") from error

    def _read(self, url: str, answer: httpx.Response, deadline: float, largest: int, any_type: bool) -> Fetched:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return Fetched(str(answer.url), None)
        if answer.status_code in GONE:
            raise PageGone(f"{url} is not there any more (the site answers {answer.status_code}). Check the address.")
        if answer.status_code in (401, 403):
            raise WebError(f"{url} is closed to us (the site answers {answer.status_code}). Save the page and add the "
                           "file, or let the site admit us.")
        if not answer.is_success:
            raise WebError(f"{url} can't be had now (the site answers {answer.status_code}). It is tried again at the "
                           "next look.")
        kind, _, rest = answer.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind and kind not in TYPES and not any_type:
            raise RefusedAddress(f"{url} is {kind}, which is no document. Name a page, a PDF or an office document.")
        content = _body(url, answer, deadline, largest)
        charset = re.search(r"charset=[\"']?([\w-]+)", rest, re.I)
        return Fetched(
            str(answer.url), _in_utf8(content, kind, charset[1] if charset else ""), named(answer.url, kind),
            answer.headers.get("etag", ""), answer.headers.get("last-modified", ""),
        )  # fmt: skip


def checked(url: str) -> httpx.URL:
    """Raises UsageError for what is no address of a page, RefusedAddress for one that carries a password."""
    try:
        found = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise UsageError(f"{url} is no address of a page ({error}). It begins with https://.") from error
    if found.scheme not in ("http", "https") or not found.host:
        raise RefusedAddress(f"{url} is no address of a page. It begins with https://.")
    if found.userinfo:
        raise RefusedAddress(f"The address at {found.host} holds a user's name or password. Leave it out.")
    return found.copy_with(fragment=None)


def named(url: httpx.URL, kind: str) -> str:
    """A file's name for a page: its last part, with a suffix that says what it is."""
    last = PurePosixPath(unquote(url.path)).name or url.host
    suffix = SUFFIXES.get(kind, "")
    known = PurePosixPath(last).suffix.lower()
    if suffix and known != suffix and (kind in ("text/html", "application/xhtml+xml") or not known):
        return f"{last.removesuffix(known) if known in ('.php', '.asp', '.aspx', '.htm', '.jsp') else last}{suffix}"
    return last


def _body(url: str, answer: httpx.Response, deadline: float, largest: int) -> bytes:
    told = answer.headers.get("content-length", "")
    too_large = WebError(f"{url} is larger than {max(1, largest // 2**20)} MB. Save it, split it and add the files.")
    if told.isdigit() and int(told) > largest:
        raise too_large
    pieces: list[bytes] = []
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > largest:
            raise too_large
        if time.monotonic() > deadline:
            raise WebError(f"{url} takes longer than {LIMITS.page:g} s. It is tried again at the next look.")
        pieces.append(piece)
    return b"".join(pieces)


def _in_utf8(content: bytes, kind: str, charset: str) -> bytes:
    """A text whose only word on its encoding is the header's, in UTF-8 with a mark; other content as it is."""
    if not charset or charset.lower() in ("utf-8", "utf8") or not kind.startswith("text/"):
        return content
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or _META.search(content[:4096]):
        return content
    try:
        return content.decode(charset).encode("utf-8-sig")
    except (LookupError, UnicodeDecodeError):
        return content  # the header is wrong; the bytes say more
