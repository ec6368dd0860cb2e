"""A look at a followed page or sitemap: what is new is taken in, what is gone ends, what can't be had stays as it was.

A page's validators (ETag, Last-Modified) are kept only once its content is in the index, and sent only while it still
is: after a crash or a rollback the page is fetched again. A page that is gone (404, 410, or not in the sitemap any
more) ends yesterday: no question as of today finds it, one as of an earlier day still does.

A look is a generator: where it waits for a site's sake, whoever runs it does other work meanwhile, which may change the
index and the records. So what is known of a page is read when its turn comes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import redis

from ingestion import sandbox, uploads
from ingestion.errors import DocumentError, UsageError
from ingestion.jobs import AddJob, Outcome
from ingestion.registry import Register
from ingestion.settings import Settings
from ingestion.web import records
from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.fetching import Fetched, Fetcher, checked
from ingestion.web.guard import Guard
from ingestion.web.limits import LIMITS
from ingestion.web.records import Page, Site
from ingestion.web.robots import Robots, robots
from ingestion.web.sitemap import Sitemap

T = TypeVar("T")
DAY = timedelta(days=1)
Report = Callable[[str, int, int], None]
"""step, done, of."""
Waits = Generator[float, None, T]
"""Yields times, by the monotonic clock, from which on it goes on; returns its result."""


class Library(Protocol):
    """What a look needs of `ingestion.pipeline.Pipeline`."""

    def register(self) -> Register: ...
    def add(self, jobs: Mapping[str, AddJob], report: Callable[[str, str, int, int], None]) -> dict[str, Outcome]: ...
    def end(self, documents: list[str], last: date) -> list[Outcome]: ...


@dataclass(slots=True)
class _Look:
    """What one look found, page by page. ``gone``: addresses."""

    site: Site
    outcomes: list[Outcome] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    waiting: dict[str, tuple[Page, AddJob]] = field(default_factory=dict)


class Sync:
    """``guard``: see `ingestion.web.guard`."""

    def __init__(self, settings: Settings, store: redis.Redis, library: Library, guard: Guard | None = None) -> None:
        self._settings, self._store, self._library, self._guard = settings, store, library, guard

    def look(self, name: str, report: Report) -> Waits[list[Outcome]]:
        """Raises UsageError when the site is no longer followed, and what the library raises of itself."""
        site = records.find(self._store, name)
        look = _Look(site)
        try:
            with Fetcher(self._guard) as fetcher:
                sitemap = yield from self._look(look, fetcher, report)
        except DocumentError as error:
            records.save(self._store, site.model_copy(update={
                "looked": time.time(), "status": "failed", "reason": str(error)}))
            return [Outcome(source=site.url, document=site.site, status="failed", reason=str(error))]
        troubled = sum(outcome.status not in ("indexed", "unchanged", "gone") for outcome in look.outcomes)
        reason = f"{troubled} of {len(look.outcomes)} pages are not as they should be" if troubled else None
        if not sitemap and troubled:
            reason = look.outcomes[0].reason
        records.save(self._store, site.model_copy(update={
            "looked": time.time(), "sitemap": sitemap, "status": "troubled" if troubled else "done", "reason": reason}))
        return look.outcomes

    def _look(self, look: _Look, fetcher: Fetcher, report: Report) -> Waits[bool]:
        """Whether it is a sitemap."""
        site = look.site
        report("fetching", 0, 1)
        if site.sitemap is False:
            self._page(look, fetcher, site.url)
            self._take_in(look, report)
            self._end(look)
            return False
        try:
            first = fetcher.get(site.url)
        except PageGone as error:
            if site.sitemap:
                raise WebError(f"{error} Its pages stay until a sitemap can be read again, or are removed.") from error
            raise
        found = self._sitemap(first)
        if found is None:
            if site.sitemap:
                raise WebError(f"{site.url} was a sitemap and is none any more. Its pages stay as they are.")
            self._fetched(look, site.url, first)
            self._take_in(look, report)
            return False
        rules = robots(fetcher, site.url)
        addresses = yield from self._addresses(fetcher, site.url, found, rules)
        if not addresses:
            raise WebError(f"The sitemap {site.url} names no page of its own site. Its pages stay as they are.")
        for place, url in enumerate(addresses):
            if rules.open_to_us(url):
                yield rules.due
                rules.asked()
                self._page(look, fetcher, url)
            else:
                self._note(look, url, "refused", f"The robots.txt of the site asks to leave {url} alone.")
            report("fetching", place + 1, len(addresses))
            if len(look.waiting) >= LIMITS.batch:
                self._take_in(look, report)
        self._take_in(look, report)
        listed = set(addresses)
        look.gone += [url for url in records.pages(self._store, site.site) if url not in listed]
        self._end(look)
        return True

    def _addresses(self, fetcher: Fetcher, url: str, found: Sitemap, rules: Robots) -> Waits[list[str]]:
        """The pages of a sitemap and of those it lists, each once, of its own site only (as the protocol has it)."""
        host = checked(url).host.removeprefix("www.")
        pages: list[str] = []
        seen: set[str] = set()
        read = 0
        rest: list[tuple[Sitemap, int]] = [(found, 1)]
        while rest:
            sitemap, depth = rest.pop(0)
            for address in sitemap.addresses:
                try:
                    page = str(checked(address))
                except (UsageError, RefusedAddress):
                    continue
                if page in seen or checked(page).host.removeprefix("www.") != host:
                    continue
                seen.add(page)
                if not sitemap.index:
                    if len(seen) > LIMITS.pages:
                        raise WebError(f"{url} names more than {LIMITS.pages} pages. Name a smaller sitemap.")
                    pages.append(page)
                elif depth < LIMITS.depth and read < LIMITS.sitemaps:
                    read += 1
                    yield rules.due
                    rules.asked()
                    inner = self._sitemap(fetcher.get(page))
                    if inner is None:
                        raise WebError(f"{page}, named by {url}, is no sitemap. Its pages stay as they are.")
                    rest.append((inner, depth + 1))
                else:
                    raise WebError(f"{url} leads to more than {LIMITS.sitemaps} sitemaps, or more than {LIMITS.depth} "
                                   "deep. Name one of them.")
        return pages

    def _sitemap(self, fetched: Fetched) -> Sitemap | None:
        with tempfile.NamedTemporaryFile(prefix="sitemap-") as file:
            file.write(fetched.content or b"")
            file.flush()
            return sandbox.sitemap(Path(file.name), fetched.url, LIMITS.sitemap_bytes)

    def _page(self, look: _Look, fetcher: Fetcher, url: str) -> None:
        page = self._known(look, url)
        if page.left_out:
            return
        known = page if self._in_index(look, page) else None
        try:
            fetched = fetcher.get(url, known.etag if known else "", known.last_modified if known else "")
        except PageGone as error:
            if page.document in self._library.register().documents:
                look.gone.append(url)
            else:
                self._note(look, url, "gone", str(error))
        except (UsageError, WebError) as error:
            kind = "unreachable" if error.retry_helps else "refused"
            self._note(look, url, kind, str(error))
        else:
            self._fetched(look, url, fetched)

    def _fetched(self, look: _Look, url: str, fetched: Fetched) -> None:
        page = self._known(look, url)
        if fetched.content is None:
            return self._note(look, url, "unchanged", None)
        upload = uploads.keep_pieces(self._settings.data_dir, [fetched.content])
        fresh = page.model_copy(update={
            "upload": upload, "etag": fetched.etag, "last_modified": fetched.last_modified, "left_out": False})
        if upload == page.upload and self._in_index(look, page):
            return self._note(look, url, "unchanged", None, fresh)
        register = self._library.register()
        first = page.document not in register.documents
        again = date.today() if upload != page.upload and _was_over(register, page.document, upload) else None
        site = look.site
        look.waiting[url] = fresh, AddJob(
            upload=upload, name=fetched.name, source=url, document=page.document,
            title=site.title if page.document == site.site else None,
            valid_from=site.valid_from if first else again, valid_until=site.valid_until if first else None,
            supersedes=site.supersedes if first and url == site.url else None,
            collection=site.collection, audience=site.audience,
        )
        return None

    def _take_in(self, look: _Look, report: Report) -> None:
        """Into the index; then, and only then, what was fetched is on record."""
        if not look.waiting:
            return
        waiting = {url: one for url, one in look.waiting.items() if not self._known(look, url).left_out}
        look.waiting = {}
        outcomes = self._library.add({url: job for url, (_, job) in waiting.items()},
                                     lambda _, step, done, of: report(step, done, of))
        for url, (fresh, _) in waiting.items():
            outcome = outcomes[url]
            taken = outcome.status in ("indexed", "unchanged")
            self._keep(look, fresh if taken else _unread(fresh), outcome)

    def _end(self, look: _Look) -> None:
        register = self._library.register()
        gone = [page for url in look.gone if not (page := self._known(look, url)).left_out]
        known = [page for page in gone if page.document in register.documents]
        standing = [page for page in known if not _over(register, page)]
        if standing:
            self._library.end([page.document for page in standing], date.today() - DAY)
        for page in gone:
            reason = f"{page.url} is gone from its site; the document ended yesterday." if page in standing else None
            outcome = Outcome(source=page.url, document=page.document, status="gone", reason=reason)
            self._keep(look, _unread(page), outcome)

    def _note(self, look: _Look, url: str, status: str, reason: str | None, page: Page | None = None) -> None:
        page = page or self._known(look, url)
        self._keep(look, page, Outcome(source=url, document=page.document, status=status, reason=reason))

    def _known(self, look: _Look, url: str) -> Page:
        """What is on record of a page; of one that was never looked at, its address and its document."""
        kept = records.page(self._store, look.site.site, url)
        return kept or Page(url=url, document=look.site.site if url == look.site.url else records.page_document(url))

    def _in_index(self, look: _Look, page: Page) -> bool:
        """Whether the page's last content is what its document says now, where the site is to be found."""
        document = self._library.register().documents.get(page.document)
        if document is None or look.site.collection not in (None, document.collection):
            return False
        if look.site.audience not in (None, document.audience):
            return False
        return any(one.upload == page.upload and not one.replaced and one.validity.covers(date.today())
                   for one in document.versions)

    def _keep(self, look: _Look, page: Page, outcome: Outcome) -> None:
        records.save_pages(self._store, look.site.site, [page.model_copy(update={
            "looked": time.time(), "status": outcome.status, "reason": outcome.reason})])
        look.outcomes.append(outcome)


def _unread(page: Page) -> Page:
    """Nothing of it is in the index: the next look fetches it whatever the site says of changes."""
    return page.model_copy(update={"upload": "", "etag": "", "last_modified": ""})


def _was_over(register: Register, document: str, upload: str) -> bool:
    """Whether the document said this once, and says it no more: the page has gone back to it."""
    known = register.documents.get(document)
    said = [one for one in known.versions if one.upload == upload and not one.replaced] if known else []
    return bool(said) and all(one.until is not None and one.until < date.today() for one in said)


def _over(register: Register, page: Page) -> bool:
    versions = register.documents[page.document].versions
    return not any(one.until is None or one.until >= date.today() for one in versions)
