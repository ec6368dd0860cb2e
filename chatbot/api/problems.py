"""Errors as application/problem+json: a stable type, a Polish and an English message, and whether a retry can help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from chatbot.errors import BadInput, ChatError
from chatbot.texts import say
from ingestion.errors import IndexAway, ProductError, StoreError
from ingestion.reasons import in_polish

log = structlog.get_logger()

TYPES = "/problems/"
KINDS = ("missing", "extra_forbidden", "json_invalid", "string_too_short", "string_too_long")
"""Of pydantic's errors, those that have words in the locales; others are told in its own."""
MIB = 1024 * 1024
RETRY_SECONDS = 2
"""When the store is away: about what the embedded one needs to come back."""


def problem(
    status: int, type_: str, detail: str, detail_en: str, *, retry: bool = False, retry_after: int | None = None
) -> JSONResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({
        "type": TYPES + type_, "title": say("pl", f"chat.problems.titles.{type_}"), "detail": detail,
        "detail_en": detail_en, "status": status, "retry": retry,
    }, status, headers, media_type="application/problem+json")


def of(error: ChatError) -> JSONResponse:
    type_ = error.type if error.status != 500 else "error"
    return problem(error.status, type_, error.text("pl"), error.text("en"), retry=error.retry_helps,
                   retry_after=error.retry_after)


def worded(status: int, type_: str, key: str, *, retry: bool = False, retry_after: int | None = None,
           **values: object) -> JSONResponse:
    """With the texts of ``chat.problems.<key>``."""
    name = f"chat.problems.{key}"
    return problem(status, type_, say("pl", name, **values), say("en", name, **values), retry=retry,
                   retry_after=retry_after)


def store_away() -> JSONResponse:
    return worded(503, "store-away", "store_away", retry=True, retry_after=RETRY_SECONDS)


def too_large(limit: int) -> JSONResponse:
    """``limit`` in bytes, told in units that people know."""
    return worded(413, "too-large", "too_large", limit=f"{limit // MIB} MB" if limit >= MIB else f"{limit // 1024} KB")


def install(app: FastAPI) -> None:
    """Every error of a request becomes a problem."""

    @app.exception_handler(ChatError)
    async def chat(_: Request, error: ChatError) -> JSONResponse:
        return of(error)

    @app.exception_handler(RedisError)
    @app.exception_handler(StoreError)
    async def store(_: Request, error: Exception) -> JSONResponse:
        log.warning("request.store_away", error=type(error).__name__, why=str(error))
        return store_away()

    @app.exception_handler(IndexAway)
    async def index(_: Request, error: IndexAway) -> JSONResponse:
        log.warning("request.index_away", why=str(error))
        return worded(503, "index-away", "index_away", retry=True, retry_after=RETRY_SECONDS)

    @app.exception_handler(ProductError)
    async def product(_: Request, error: ProductError) -> JSONResponse:
        return problem(422, BadInput.type, in_polish(str(error)) or "", str(error), retry=error.retry_helps)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(ValidationError)
    async def invalid(_: Request, error: RequestValidationError | ValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = first["loc"][1:] if isinstance(error, RequestValidationError) else first["loc"]
        field = ".".join(str(part) for part in where) or "body"
        polish, english = (say(language, "chat.problems.invalid", field=field, problem=_wrong(language, first))
                           for language in ("pl", "en"))
        return problem(422, BadInput.type, polish, english)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code in (404, 405):
            return worded(error.status_code, "not-found", "no_page")
        if error.status_code == 413:
            return too_large(int(error.detail))
        return problem(error.status_code, "bad-input", str(error.detail), str(error.detail))

    @app.exception_handler(Exception)
    async def other(_: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return worded(500, "error", "internal", retry=True)


def _wrong(language: str, found: Mapping[str, Any]) -> str:
    """What is wrong with a value, in words of ours where pydantic's kind of error has some."""
    kind = found["type"] if found["type"] in KINDS else "other"
    limits = {name: value for name, value in found.get("ctx", {}).items() if name in ("min_length", "max_length")}
    return say(language, f"chat.invalid.{kind}", problem=found["msg"], **limits)
