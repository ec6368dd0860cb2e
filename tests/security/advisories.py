"""`make audit`: known vulnerabilities of what the lock pins, by a database that is at hand.

ADVISORIES names a folder or a zip of OSV records (one JSON file each, as osv.dev gives them out for PyPI); nothing is
fetched. Where there is none, that is said, and pip-audit is what to run on a machine with a way out.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from tests.security.locked import LOCKS, Pin, pins, plain

NONE = ("No advisory database is at hand: set ADVISORIES to a folder or zip of OSV records for PyPI, or run pip-audit "
        "--no-deps --disable-pip -r requirements.lock on a machine that may ask one.\n")


def records(place: Path) -> Iterator[dict[str, Any]]:
    if place.is_dir():
        for file in sorted(place.rglob("*.json")):
            yield json.loads(file.read_text(encoding="utf-8"))
        return
    with zipfile.ZipFile(place) as opened:
        for name in opened.namelist():
            if name.endswith(".json"):
                yield json.loads(opened.read(name))


def hits(found: Iterable[dict[str, Any]], locked: Iterable[Pin]) -> list[tuple[Pin, str, str]]:
    """Pinned package, advisory, and what it says; withdrawn advisories are left out."""
    by_name: dict[str, list[Pin]] = {}
    for pin in locked:
        by_name.setdefault(pin.name, []).append(pin)
    return [(pin, record["id"], record.get("summary", record.get("details", ""))[:100])
            for record in found if not record.get("withdrawn")
            for affected in record.get("affected", ()) if affected.get("package", {}).get("ecosystem") == "PyPI"
            for pin in by_name.get(plain(affected["package"]["name"]), ()) if _concerns(affected, pin.version)]


def _concerns(affected: dict[str, Any], version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    return any(_within(one.get("events", ()), version) for one in affected.get("ranges", ())
               if one.get("type") == "ECOSYSTEM")


def _within(events: Iterable[dict[str, str]], version: str) -> bool:
    """OSV's own rule: events in order, the last one at or before the version decides."""
    ours, inside = Version(version), False
    for event in events:
        try:
            if "introduced" in event and (event["introduced"] == "0" or Version(event["introduced"]) <= ours):
                inside = True
            elif ("fixed" in event and Version(event["fixed"]) <= ours) or (
                "last_affected" in event and Version(event["last_affected"]) < ours
            ):
                inside = False
        except InvalidVersion:
            continue
    return inside


def main() -> int:
    place = os.environ.get("ADVISORIES", "")
    if not place or not Path(place).exists():
        sys.stderr.write(NONE if not place else f"ADVISORIES={place} is not there. {NONE}")
        return 1 if place else 0
    locked = {pin for lock in LOCKS for pin in pins(lock)}
    found = hits(records(Path(place)), locked)
    for pin, advisory, summary in found:
        sys.stdout.write(f"{pin.name} {pin.version}: {advisory} {summary}\n")
    sys.stderr.write(f"{len(locked)} pinned versions, {len(found)} known vulnerabilities.\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
