"""The fault harness uses the same service as the flows."""

from tests.flows.conftest import http, redis, served, store_settings  # noqa: F401
