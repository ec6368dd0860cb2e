"""The fault harness uses the same service as the flows, and has the time that its scale asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.scale import SCALE
from tests.flows.conftest import http, redis, served, store_settings  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test here that names no time of its own may take as long as the scale says: also where one file is run alone,
    without what `make faults` would tell pytest."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SCALE.seconds))
