"""The HTTP application over a running service."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chatbot.api import (
    admin,
    agents,
    declared,
    documents,
    pages,
    privacy,
    problems,
    reference,
    staff,
    versions,
    webhooks,
    widget,
)
from chatbot.api.depends import may_upload, within_budget
from chatbot.api.guard import Guard, Origins
from chatbot.service import Service, running

DESCRIPTION = """Customer-support chat: every answer stands in the company's current regulations, or goes to a human.
Errors are application/problem+json: a stable `type`, `detail` in Polish, `detail_en`, and whether a retry can help."""


def create_app(service: Service) -> FastAPI:
    """Routes, errors and guards over ``service``; the application's lifespan runs the service's own tasks."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(service):
            yield

    app = FastAPI(title=service.company.name, description=DESCRIPTION, version="1", lifespan=lifespan, docs_url=None,
                  redoc_url=None)
    app.state.service = service
    problems.install(app)
    for module in (widget, staff, agents, admin, documents, versions, webhooks, privacy):
        app.include_router(module.router, dependencies=[Depends(within_budget)])
    reference.install(app)
    pages.install(app)
    declared.install(app)
    app.add_middleware(Guard, origins=Origins.of(service.settings.allowed_origins), limits=service.limits,
                       may_upload=functools.partial(may_upload, service))
    if service.settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=service.settings.trusted_proxies)
    return app
