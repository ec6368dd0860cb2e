"""Logging: one JSON object a line on standard error, or readable lines on a terminal. Personal text is never logged:
only ids, counts and the names of errors go in."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|(?<![\w.:])\+?\d(?:[ -]?\d){8,25}(?![\w.])")
"""E-mail addresses, and numbers as long as a telephone's: the net under what must not be logged in the first place."""


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
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Discreet("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class _Discreet(logging.Formatter):
    """For what libraries log: errors without their messages, and digits and addresses of a person's kind hidden."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        kind, _, trace = ei
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(
            traceback.extract_tb(trace))) if trace else ""
        return f"{kind.__name__ if kind else 'error'} at {places}"

    def format(self, record: logging.LogRecord) -> str:
        record.stack_info = None
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:  # asyncio writes the task with its error into the message
            text = record.getMessage()
            for words in (repr(error), str(error)):
                text = text.replace(words, type(error).__name__) if words else text
            record.msg, record.args = text, None
        return _PERSONAL.sub("(hidden)", super().format(record))


def _where(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception as its type and the lines it passed; its message may hold a customer's words and stays out."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["exception"] = type(error).__name__
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                       for frame in traceback.extract_tb(error.__traceback__)]
    return event
