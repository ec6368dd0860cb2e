"""How every command of ours speaks: one JSON document or text for people, one line per error, the contract's exits."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console

from ingestion.errors import DiskError, ProductError, UsageError
from ingestion.settings import Settings, load

P = ParamSpec("P")
R = TypeVar("R")

Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document to standard output.")]

out = Console()
"""Text for people. Not used with --json."""
err = Console(stderr=True)
"""Logs, progress and errors."""


def print_json(value: Any) -> None:
    """The one JSON document of a command, Polish letters as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def announced_settings() -> Settings:
    """The settings, after saying on standard error which ones are not the default and where they came from."""
    settings, origins = load()
    for origin in origins:
        if not origin.source.startswith("default"):
            err.print(f"{origin.name}={origin.shown} ({origin.source})", style="dim", markup=False, highlight=False)
    return settings


def translated(function: Callable[P, R]) -> Callable[P, R]:
    """Turn our errors, and a full or read-only disk, into one line on standard error and the contract's exit code."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ProductError as error:
            _say(str(error))
            raise typer.Exit(error.exit_code) from error
        except OSError as error:
            if (disk := disk_error(error)) is None:
                raise
            _say(str(disk))
            raise typer.Exit(disk.exit_code) from error
        except KeyboardInterrupt:
            _say("Stopped by Ctrl-C.")
            raise typer.Exit(130) from None

    return wrapper


def disk_error(error: OSError) -> DiskError | None:
    """A full or read-only disk as a message for people; None for any other operating-system error."""
    import errno

    name = error.filename or "DATA_DIR"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskError(f"No space left for {name}. Free some, or set DATA_DIR to a larger disk. Nothing was lost.")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return DiskError(f"{name} can't be written ({error.strerror}). Set DATA_DIR to a folder you may write to.")
    return None


def _say(message: str) -> None:
    sys.stderr.write(" ".join(message.split()) + "\n")


def parse_day(text: str | None, option: str) -> date | None:
    """None for None. Raises UsageError naming the option, its value and the form."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a day. Write it as YYYY-MM-DD, like 2026-01-31.") from error
