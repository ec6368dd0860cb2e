"""What a site asks of robots: which pages we leave alone, and how long we wait between two."""

from __future__ import annotations

import time
from urllib.robotparser import RobotFileParser

from ingestion.web.errors import PageGone, RefusedAddress, WebError
from ingestion.web.fetching import Fetcher, checked
from ingestion.web.limits import LIMITS, ROBOT


class Robots:
    """Of one site, by the rules of its robots.txt; without one, everything is open (RFC 9309)."""

    def __init__(self, lines: list[str]) -> None:
        self._rules = RobotFileParser()
        self._rules.parse(lines)
        delay = self._rules.crawl_delay(ROBOT)
        self.pause = min(max(LIMITS.pause, float(delay or 0)), LIMITS.longest_pause)
        self._last = 0.0

    def open_to_us(self, url: str) -> bool:
        return self._rules.can_fetch(ROBOT, url)

    def wait(self) -> None:
        """Until the site may be asked again."""
        rest = self._last + self.pause - time.monotonic()
        if rest > 0:
            time.sleep(rest)
        self._last = time.monotonic()


def robots(fetcher: Fetcher, url: str) -> Robots:
    """Of the page's site. Raises RefusedAddress when the site is none we connect to; a site that can't answer for its
    rules is asked as if it had none, at our own pace."""
    try:
        found = fetcher.get(str(checked(url).join("/robots.txt")), largest=LIMITS.robots_bytes, any_type=True)
    except RefusedAddress:
        raise
    except (PageGone, WebError):
        return Robots([])
    return Robots((found.content or b"").decode("utf-8-sig", errors="replace").splitlines())
