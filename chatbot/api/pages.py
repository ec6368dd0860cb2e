"""The pages and their files, out of `chatbot/web`, and what a monitor asks."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chatbot import keys, metrics
from chatbot.api.depends import MONITOR, PUBLIC, TheService
from chatbot.texts import say

WEB = Path(__file__).parents[1] / "web"
PAGES = {"/": "index.html", "/widget.js": "widget.js", "/console": "console.html", "/admin": "admin.html"}

router = APIRouter()


@router.get("/healthz", tags=["service"], dependencies=PUBLIC)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", tags=["service"], dependencies=PUBLIC)
async def readyz(service: TheService) -> JSONResponse:
    """Questions are answered: model and index are loaded and the store answers. ``error`` names the part that could not
    be loaded; why is in the log alone."""
    readiness = service.readiness
    await service.redis.ping()
    stage = "ready" if readiness.ready else readiness.stage
    text = f"chat.service.failed.{readiness.failed}" if readiness.failed else f"chat.service.{stage}"
    return JSONResponse(
        {"ready": readiness.ready, "stage": stage, "text": say("pl", text), "error": readiness.failed},
        200 if readiness.ready else 503, {} if readiness.ready else {"Retry-After": "2"})


@router.get("/metrics", tags=["service"], response_class=Response, dependencies=MONITOR)
async def metrics_page(service: TheService) -> Response:
    """Prometheus text format. With METRICS_TOKEN where that is set, else from this machine and its private network."""
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
