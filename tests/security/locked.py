"""What the lock pins: name, version and hashes of every package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-dev.lock")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*])?==(\S+)")


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    hashes: int


def plain(name: str) -> str:
    """One spelling: 'Foo_Bar' and 'foo.bar' are the same package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: Path) -> list[Pin]:
    """In the file's order. A pin's hashes are the lines behind it."""
    found: list[Pin] = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := _PIN.match(line):
            found.append(Pin(plain(match[1]), match[2], 0))
        elif found and line.strip().startswith("--hash=sha256:"):
            last = found.pop()
            found.append(Pin(last.name, last.version, last.hashes + 1))
    return found
