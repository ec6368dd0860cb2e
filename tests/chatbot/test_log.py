"""No log line holds a customer's words, whoever writes it."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from chatbot import log


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, as the service is set up; put back afterwards."""
    written, before = io.StringIO(), logging.getLogger().handlers[:]
    monkeypatch.setattr(sys, "stderr", written)
    log.configure("debug")
    yield written
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


def test_an_errors_message_stays_out_of_our_log_and_of_libraries(said: io.StringIO) -> None:
    try:
        raise ValueError("Brzęczyszczykiewicz, PESEL 60210112345")
    except ValueError as error:
        structlog.get_logger().error("turn.failed", exc_info=error)
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        logging.getLogger("somebody").exception("it failed")
    assert "ValueError" in said.getvalue() and "test_log.py" in said.getvalue()
    assert "Brzęczyszczykiewicz" not in said.getvalue() and "60210112345" not in said.getvalue()


def test_a_task_nobody_waited_for_does_not_tell_its_error(said: io.StringIO) -> None:
    async def failing() -> None:
        raise ValueError("Brzęczyszczykiewicz")

    async def run() -> None:
        task = asyncio.create_task(failing())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(run())
    assert "Brzęczyszczykiewicz" not in said.getvalue()


def test_numbers_and_addresses_in_a_librarys_words_are_hidden(said: io.StringIO) -> None:
    logging.getLogger("somebody").warning("could not send to %s, call %s", "ola@example.com", "600 100 200")
    written = said.getvalue()
    assert "ola@example.com" not in written and "600 100 200" not in written and "(hidden)" in written
