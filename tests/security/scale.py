"""How much of each suite runs: a real slice in `make test`, all of it in `make security`."""

from __future__ import annotations

import os

WHOLE = os.environ.get("SECURITY") == "whole"
