"""Which pages of the web are followed, and what was found there: records in the store.

A site is what an admin named: a page, or a sitemap of many. Its pages are kept apart: a look at one is one write.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import redis
from pydantic import BaseModel, ConfigDict

from ingestion import keys
from ingestion.errors import UsageError
from ingestion.jobs import FetchJob, at_once, queue
from ingestion.registry import LONGEST_ID, document_id
from ingestion.web.fetching import checked
from ingestion.web.limits import LIMITS

HOUR = 3_600
LONGEST_EVERY = 24 * 90
"""Hours; a page looked at more seldom is not followed."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Site(_Record):
    """``every``: hours between two looks; 0: none but when asked. ``title`` names the one document of a page; dates are
    of the first version of each page. None of ``collection`` or ``audience``: as each page's document has it.
    ``sitemap`` is None before the first look."""

    site: str
    url: str
    title: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    supersedes: str | None = None
    collection: str | None = None
    audience: str | None = None
    every: int = LIMITS.every
    sitemap: bool | None = None
    added: float = 0.0
    looked: float = 0.0
    status: str = ""
    reason: str | None = None


class Page(_Record):
    """``upload`` is the content last taken in, by hash; ``etag`` and ``last_modified`` are of it. ``left_out``: an
    admin removed the document, and it does not come back by itself."""

    url: str
    document: str
    upload: str = ""
    etag: str = ""
    last_modified: str = ""
    looked: float = 0.0
    status: str = ""
    reason: str | None = None
    left_out: bool = False


def site_of(url: str, **about: Any) -> Site:
    """Raises UsageError or RefusedAddress for what can't be an address of a page."""
    clean = str(checked(url))
    _check_every(int(about.get("every", LIMITS.every)))
    return Site(site=page_document(clean), url=clean, added=time.time(), **about)


def _check_every(every: int) -> None:
    if not 0 <= every <= LONGEST_EVERY:
        raise UsageError(f"A look every {every} hours can't be had: give 0 (only when asked) to {LONGEST_EVERY}.")


def page_document(url: str) -> str:
    """The id of a page's document, by its address: https://sklep.pl/pomoc/zwroty → sklep-pl-pomoc-zwroty."""
    found = checked(url)
    query = f" {found.query.decode(errors='replace')}" if found.query else ""
    name = f"{found.host.removeprefix('www.')}{found.path.rstrip('/')}{query}"
    slug = document_id(name)
    if len(slug) < LONGEST_ID - 2 and not found.query:
        return slug
    # two long addresses that begin alike are still two documents, and '?a=1' is not '?a-1'
    return f"{slug[: LONGEST_ID - 9].strip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def follow(store: redis.Redis, site: Site) -> str:
    """Keep it, and look at it at once; the job's id."""
    raw: Any = store.hget(keys.SITES, site.site)
    named = named_again(site, raw)
    return at_once(store, lambda pipe: following(pipe, named))


def named_again(site: Site, raw: bytes | None) -> Site:
    """What isn't said anew of a site that is followed already (``raw``, its record) stays: a page that is new in the
    sitemap must not be for others than those before it."""
    before = Site.model_validate_json(raw) if raw else site
    return site.model_copy(update={
        name: getattr(site, name) or getattr(before, name) for name in ("title", "collection", "audience")})


def following(pipe: Any, site: Site) -> str:
    """The steps of `follow`, onto a pipeline."""
    _schedule(pipe, site, time.time())
    return queue(pipe, FetchJob(site=site.site, source=site.url))


def rescheduled(site: Site, every: int) -> Site:
    """Raises UsageError for a schedule that can't be had."""
    _check_every(every)
    return site.model_copy(update={"every": every})


def rescheduling(pipe: Any, site: Site) -> None:
    """Keep its schedule, counted from the last look, onto a pipeline."""
    _schedule(pipe, site, site.looked or time.time())


def _schedule(pipe: Any, site: Site, since: float) -> None:
    pipe.hset(keys.SITES, site.site, site.model_dump_json())
    if site.every:
        pipe.zadd(keys.SITES_DUE, {site.site: since + site.every * HOUR})
    else:
        pipe.zrem(keys.SITES_DUE, site.site)


def sites(store: redis.Redis) -> list[Site]:
    """By address."""
    return read_sites(store.hgetall(keys.SITES))


def read_sites(rows: Mapping[Any, Any]) -> list[Site]:
    return sorted((Site.model_validate_json(row) for row in rows.values()), key=lambda one: one.url)


def find(store: redis.Redis, name: str) -> Site:
    """By id or address. Raises UsageError naming those there are."""
    return among(sites(store), name)


def among(known: list[Site], name: str) -> Site:
    """That of this id or address."""
    for one in known:
        if name in (one.site, one.url):
            return one
    names = ", ".join(one.site for one in known[:20]) or "none yet"
    raise UsageError(f"No page or sitemap {name!r} is followed. Followed: {names}.")


def save(store: redis.Redis, site: Site) -> None:
    """Unless it was forgotten meanwhile."""
    if store.hexists(keys.SITES, site.site):
        store.hset(keys.SITES, site.site, site.model_dump_json())


def pages(store: redis.Redis, site: str) -> dict[str, Page]:
    """By address."""
    return {page.url: page for page in read_pages(store.hgetall(keys.pages(site)))}


def page(store: redis.Redis, site: str, url: str) -> Page | None:
    row: Any = store.hget(keys.pages(site), url)
    return Page.model_validate_json(row) if row else None


def read_pages(rows: Mapping[Any, Any]) -> list[Page]:
    return [Page.model_validate_json(row) for row in rows.values()]


def save_pages(store: redis.Redis, site: str, found: Iterable[Page]) -> None:
    rows: dict[Any, Any] = {page.url: page.model_dump_json() for page in found}
    if rows:
        store.hset(keys.pages(site), mapping=rows)


def forget(store: redis.Redis, site: str) -> None:
    """No more looks at it; its documents stay as they are."""
    at_once(store, lambda pipe: forgetting(pipe, site))


def forgetting(pipe: Any, site: str) -> None:
    """The steps of `forget`, onto a pipeline."""
    pipe.hdel(keys.SITES, site)
    pipe.zrem(keys.SITES_DUE, site)
    pipe.delete(keys.pages(site))


def leave_out(store: redis.Redis, document: str) -> None:
    """The document was removed by hand: a page of a sitemap stays away, a page followed by itself is forgotten."""
    for site in sites(store):
        for page in pages(store, site.site).values():
            if page.document != document:
                continue
            if site.sitemap:
                left = page.model_copy(update={"left_out": True, "upload": "", "status": "left_out", "reason": None})
                save_pages(store, site.site, [left])
            else:
                forget(store, site.site)


def due(store: redis.Redis, now: float) -> list[str]:
    """Queue a look at each site whose time has come, once however many workers ask; the jobs' ids."""
    queued = []
    members: Any = store.zrangebyscore(keys.SITES_DUE, "-inf", now, start=0, num=20)
    for member in members:
        name = member.decode()
        with store.pipeline(transaction=True) as pipe:
            try:
                pipe.watch(keys.SITES_DUE)  # type: ignore[no-untyped-call]
                score: Any = pipe.zscore(keys.SITES_DUE, name)
                raw: Any = pipe.hget(keys.SITES, name)
                if score is None or float(score) > now:
                    continue
                site = Site.model_validate_json(raw) if raw else None
                pipe.multi()
                if site is None or not site.every:
                    pipe.zrem(keys.SITES_DUE, name)
                    pipe.execute()
                    continue
                pipe.zadd(keys.SITES_DUE, {name: now + site.every * HOUR})
                job_id = queue(pipe, FetchJob(site=name, source=site.url))
                pipe.execute()
                queued.append(job_id)
            except redis.WatchError:
                continue  # another worker was faster
    return queued


def shown(site: Site, found: Iterable[Page], next_look: float | None) -> dict[str, Any]:
    """For the admin's page and `list`: the site, its pages, and how many of them are in which state."""
    pages_ = sorted(found, key=lambda one: one.url)
    counts: dict[str, int] = {}
    for page in pages_:
        counts[page.status] = counts.get(page.status, 0) + 1
    return {**json.loads(site.model_dump_json()), "next_look": next_look, "counts": counts,
            "pages": [json.loads(page.model_dump_json(exclude={"etag", "last_modified"})) for page in pages_]}
