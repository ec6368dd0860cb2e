"""The API's reference at /docs, made from its OpenAPI description.

FastAPI's own page loads its script from elsewhere on the net, which an installation without a way out can't and ours
doesn't allow."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from chatbot.api.depends import PUBLIC

METHODS = ("get", "post", "put", "patch", "delete")


def install(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False, dependencies=PUBLIC)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))


def page(api: dict[str, Any]) -> str:
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>{escape(api['info']['title'])} – API</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        "<link rel='stylesheet' href='/static/staff/staff.css'></head><body><main>",
        f"<h1>{escape(api['info']['title'])} – API</h1><p>{escape(api['info'].get('description', ''))}</p>",
        "<p><a href='/openapi.json'>openapi.json</a></p>",
    ]
    for path, operations in api["paths"].items():
        parts += [_operation(method, path, operations[method], api) for method in METHODS if method in operations]
    return "".join([*parts, "</main></body></html>"])


def _operation(method: str, path: str, operation: dict[str, Any], api: dict[str, Any]) -> str:
    rows = [f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
            f"<p>Access: {escape(operation['x-access'])}</p>"]
    if about := operation.get("description"):
        rows.append(f"<p>{escape(about)}</p>")
    fields = [f"<li><code>{escape(one['name'])}</code> ({one['in']}){'' if one.get('required') else ', optional'}</li>"
              for one in operation.get("parameters", ())]
    if fields:
        rows.append(f"<ul>{''.join(fields)}</ul>")
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        rows.append(f"<h3>Body ({escape(kind)})</h3><pre>{escape(_pretty(content.get('schema', {}), api))}</pre>")
    for status, answer in operation.get("responses", {}).items():
        for content in answer.get("content", {}).values():
            rows.append(f"<h3>{status}</h3><pre>{escape(_pretty(content.get('schema', {}), api))}</pre>")
    return f"<section>{''.join(rows)}</section>"


def _pretty(schema: dict[str, Any], api: dict[str, Any]) -> str:
    """A schema with its own reference followed once."""
    if "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return json.dumps(schema.get("properties", schema), ensure_ascii=False, indent=2)
