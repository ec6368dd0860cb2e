"""The pages and their files, out of `chatbot/web`, and what a monitor asks."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chatbot import keys, metrics
from chatbot.api.depends import PUBLIC, TheService
from chatbot.texts import say

WEB = Path(__file__).parents[1] / "web"
PAGES = {"/": "index.html", "/widget.js": "widget.js", "/console": "console.html", "/admin": "admin.html"}

router = APIRouter(dependencies=PUBLIC)


@router.get("/healthz", tags=["service"])
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", tags=["service"])
async def readyz(service: TheService) -> JSONResponse:
    """Questions are answered: model and index are loaded and the store answers."""
    readiness = service.readiness
    await service.redis.ping()
    stage = "ready" if readiness.ready else readiness.stage
    return JSONResponse(
        {"ready": readiness.ready, "stage": stage, "text": say("pl", f"chat.service.{stage}"),
         "error": readiness.error},
        200 if readiness.ready else 503, {} if readiness.ready else {"Retry-After": "2"})


@router.get("/metrics", tags=["service"], response_class=Response)
async def metrics_page(service: TheService) -> Response:
    """Prometheus text format."""
    metrics.RUNNING.set(service.runner.running)
    metrics.WAITING.set(await service.redis.xlen(keys.TURNS))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def install(app: FastAPI) -> None:
    app.include_router(router)
    for path, name in PAGES.items():
        app.add_api_route(path, _page(WEB / name), methods=["GET"], include_in_schema=False,
                          dependencies=PUBLIC)
    app.mount("/static", StaticFiles(directory=WEB), name="static")


def _page(file: Path):  # type: ignore[no-untyped-def]
    async def page() -> FileResponse:
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    return page
