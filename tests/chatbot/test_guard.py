"""What every request passes: origins, sizes, headers, a store that goes away."""

from __future__ import annotations

import httpx
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from chatbot.api.guard import Origins
from chatbot.app import create_app
from chatbot.service import Service


async def test_another_sites_page_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/conversations", json={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert "ALLOWED_ORIGINS" in answer.json()["detail"]


@pytest.mark.parametrize("own", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
async def test_our_own_page_is_served(http: httpx.AsyncClient, own: str) -> None:
    answer = await http.post(f"{own}/api/v1/conversations", json={}, headers={"Origin": own})
    assert answer.status_code == 201


async def test_a_name_that_merely_points_here_is_not_our_own(http: httpx.AsyncClient) -> None:
    answer = await http.post("http://evil.example/api/v1/conversations", json={},
                             headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


async def test_a_listed_origin_is_served_and_named(live: Service) -> None:
    listed = live.settings.model_copy(update={"allowed_origins": "https://shop.example, https://b.example/"})
    live.settings = listed
    transport = httpx.ASGITransport(create_app(live))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        headers = {"Origin": "https://b.example"}
        answer = await http.post("/api/v1/conversations", json={}, headers=headers)
        assert answer.status_code == 201
        assert answer.headers["access-control-allow-origin"] == "https://b.example"
        preflight = await http.options("/api/v1/conversations", headers=headers)
        assert preflight.status_code == 204
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        assert "https://shop.example" in (await http.get("/")).headers["content-security-policy"]


def test_an_origin_is_matched_whole() -> None:
    origins = Origins.of("https://shop.example")
    assert origins.allow("https://shop.example", "test")
    assert not origins.allow("https://shop.example.evil.example", "test")
    assert not origins.allow("null", "test")
    assert not origins.allow("http://shop.example", "test")


async def test_a_body_over_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/conversations", json={"language": "x" * 100_000})
    assert answer.status_code == 413
    assert "KB" in answer.json()["detail"]

    async def endless():  # type: ignore[no-untyped-def]
        for _ in range(100):
            yield b"x" * 10_000

    answer = await http.post("/api/v1/conversations", content=endless())
    assert answer.status_code == 413


async def test_a_store_that_is_away_is_a_polish_503(http: httpx.AsyncClient, live: Service,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("gone")

    monkeypatch.setattr(live.records.redis, "hgetall", away)
    answer = await http.get("/api/v1/conversations/c_1/messages", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/store-away"
    assert answer.json()["retry"] is True and int(answer.headers["Retry-After"]) > 0
    assert "baza danych" in answer.json()["detail"]


async def test_every_page_has_the_headers_that_browsers_enforce(http: httpx.AsyncClient) -> None:
    for path in ("/", "/console", "/docs", "/api/v1/widget", "/healthz"):
        answer = await http.get(path)
        assert answer.status_code == 200, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_greeting_says_that_it_is_an_ai(http: httpx.AsyncClient) -> None:
    for language, word in (("pl", "asystentem AI"), ("en", "AI assistant")):
        assert word in (await http.get(f"/api/v1/widget?language={language}")).json()["greeting"]


async def test_an_unknown_path_is_a_problem_too(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
