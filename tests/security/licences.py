"""`make licences`: the licence of everything that the lock installs, and whether we may use it.

pip-licenses reads what packages say of themselves; `licences.yaml` says what is allowed, and what was read by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.security.locked import LOCKS, pins, plain

TABLE = Path(__file__).with_name("licences.yaml")
FIRST_LINE = 60
"""Characters shown of a package that gives its licence's whole text."""


def installed() -> dict[str, str]:
    """Package → licence, of this environment."""
    told = subprocess.run([sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"],
                          capture_output=True, text=True, check=True, timeout=120).stdout
    return {plain(row["Name"]): row["License"] for row in json.loads(told)}


def verdicts(names: list[str], known: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """Of each package: its licence, and whether it is allowed. A package that is not installed has none."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    allowed, by_hand = set(table["allowed"]), table["read"]
    found = {}
    for name in sorted(set(names)):
        licence = by_hand.get(name) or known.get(name, "not installed: run make dev")
        parts = [part.strip(" ()") if part.count("(") != part.count(")") else part.strip()
                 for part in re.split(r"\s+(?:AND|OR)\s+|[;,]\s*", licence)]
        found[name] = (licence.splitlines()[0][:FIRST_LINE], name in by_hand or all(one in allowed for one in parts))
    return found


def main() -> int:
    runtime = [pin.name for pin in pins(LOCKS[0])]
    found = verdicts([*runtime, "torch"], installed())
    sys.stdout.write("| package | licence | allowed |\n|---|---|---|\n")
    for name, (licence, right) in found.items():
        sys.stdout.write(f"| {name} | {licence} | {'yes' if right else 'NO'} |\n")
    wrong = [name for name, (_, right) in found.items() if not right]
    sys.stderr.write(f"{len(found)} packages, {len(wrong)} not allowed{': ' + ', '.join(wrong) if wrong else ''}. "
                     f"The list is {TABLE.relative_to(TABLE.parents[2])}.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
