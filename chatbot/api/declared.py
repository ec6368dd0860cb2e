"""Who may call each route, told by what the route itself asks for, and shown in OpenAPI as ``x-access``.

A route declares its access by one of five dependencies of `chatbot.api.depends`: `public`, `monitor`, `customer`,
`session` or `admin_session`. One that has none of them keeps the application from starting: what nobody thought about
is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from chatbot.api import depends


class Access(StrEnum):
    """From the widest to the narrowest."""

    PUBLIC = "public"
    MONITOR = "monitor"
    CONVERSATION = "conversation"
    STAFF = "staff"
    ADMIN = "admin"


GUARDS = {depends.admin_session: Access.ADMIN, depends.session: Access.STAFF, depends.customer: Access.CONVERSATION,
          depends.monitor: Access.MONITOR, depends.public: Access.PUBLIC}
"""The narrowest first: an admin's route asks for a session too."""
WITHOUT_ROUTE = frozenset({"/openapi.json", "/static"})
"""Open to everyone, and no routes of ours that could declare it: Starlette's own."""
SCHEMES: dict[str, Any] = {
    "conversation": {"type": "http", "scheme": "bearer", "description": "The token of that conversation."},
    "monitor": {"type": "http", "scheme": "bearer", "description": "METRICS_TOKEN, where it is set."},
    "staff": {"type": "apiKey", "in": "cookie", "name": depends.COOKIE, "description": "A signed-in agent or admin."},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "Of the session; with writes."},
}


class Undeclared(RuntimeError):
    """A programmer's mistake, found when the application is made."""


def install(app: FastAPI) -> None:
    """Check every route and put its access into OpenAPI. Raises Undeclared for a route that asks for nobody."""
    known = {(path, method): access for path, method, access in declarations(app)}
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        schema = describe()
        schema.setdefault("components", {})["securitySchemes"] = SCHEMES
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                access = known[path, method.upper()]
                operation["x-access"] = access.value
                operation["security"] = _security(access, method.upper())
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def declarations(app: FastAPI) -> Iterator[tuple[str, str, Access]]:
    """Path, method and access of every route."""
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.route, APIRoute):
            if route.path not in WITHOUT_ROUTE:
                raise Undeclared(f"{route.path} is no route of FastAPI's, so nothing says who may call it.")
            continue
        access = _access(route)
        for method in sorted(route.methods or ()):
            yield str(route.path), method, access


def _access(route: RouteContext) -> Access:
    calls = set(_calls(route.dependant))
    for guard, access in GUARDS.items():
        if guard in calls:
            return access
    raise Undeclared(f"{sorted(route.methods or ())} {route.path} doesn't say who may call it: let it ask for "
                     "Admitted, Agent or Admin, or mark it as public (chatbot.api.depends).")


def _calls(dependant: Dependant) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def _security(access: Access, method: str) -> list[dict[str, list[str]]]:
    if access is Access.PUBLIC:
        return []
    if access is Access.MONITOR:
        return [{}, {"monitor": []}]
    if access is Access.CONVERSATION:
        return [{"conversation": []}]
    return [{"staff": [], "csrf": []} if method in depends.UNSAFE else {"staff": []}]
