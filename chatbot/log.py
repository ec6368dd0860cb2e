"""Logging: one JSON object a line on standard error, or readable lines on a terminal. Personal text is never logged:
only ids, counts and the names of errors go in."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure(level: str) -> None:
    number = getattr(logging, level.upper())
    human = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        _where,
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if human else "iso", utc=not human),
    ]
    structlog.configure(
        processors=[*shared, structlog.dev.ConsoleRenderer() if human
                    else structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr,
                        format="%(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _where(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception as its type and the lines it passed; its message may hold a customer's words and stays out."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["exception"] = type(error).__name__
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                       for frame in traceback.extract_tb(error.__traceback__)]
    return event
