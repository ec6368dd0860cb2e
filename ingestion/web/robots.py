"""What a site asks of robots: which pages we leave alone, and how long we wait between two."""

from __future__ import annotations

import time

from protego import Protego

from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.fetching import Fetcher, checked
from ingestion.web.limits import LIMITS, ROBOT


class Robots:
    """Of one site, by the rules of its robots.txt (RFC 9309: of those that fit an address the longest counts, and of
    two as long the one that allows); without one, everything is open."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text)
        delay = self._rules.crawl_delay(ROBOT)
        self.pause = min(max(LIMITS.pause, float(delay or 0)), LIMITS.longest_pause)
        self._last = float("-inf")

    def open_to_us(self, url: str) -> bool:
        return self._rules.can_fetch(url, ROBOT)

    @property
    def due(self) -> float:
        """The time, by the monotonic clock, from which on the site may be asked again."""
        return self._last + self.pause

    def asked(self) -> None:
        """Note that the site is asked now."""
        self._last = time.monotonic()


def robots(fetcher: Fetcher, url: str) -> Robots:
    """Of the page's site. Raises RefusedAddress when the site is none we connect to; a site that can't answer for its
    rules is asked as if it had none, at our own pace."""
    try:
        found = fetcher.get(str(checked(url).join("/robots.txt")), largest=LIMITS.robots_bytes, any_type=True)
    except RefusedAddress:
        raise
    except (PageGone, WebError):
        return Robots("")
    return Robots((found.content or b"").decode("utf-8-sig", errors="replace"))
