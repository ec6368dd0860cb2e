"""Role × endpoint × foreign object, made from OpenAPI: every cell is as its route declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter
from redis.asyncio import Redis

from chatbot.api import declared
from chatbot.app import create_app
from tests.chatbot.cast import Customer
from tests.flows.serving import Served
from tests.security.matrix import ALLOWED, REFUSED, ROLES, Cast, Operation, everything, operations, sign_in

TRIES = 3
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
async def api(served: Served) -> list[Operation]:
    async with httpx.AsyncClient(base_url=served.url) as http:
        return list(operations((await http.get("/openapi.json")).json()))


@pytest.fixture
async def cast(served: Served) -> AsyncIterator[Cast]:
    made = await Cast.make(served)
    yield made
    await made.close()


@pytest.mark.timeout(400)
async def test_every_cell_is_as_declared_and_a_refusal_writes_nothing(
    served: Served, api: list[Operation], cast: Cast, redis: Redis
) -> None:
    wrong, cells = [], Counter[str]()
    for operation in api:
        for role in sorted(ROLES, key=lambda one: one in ALLOWED[operation.access]):
            allowed = role in ALLOWED[operation.access]
            status, wrote = await cast.attempt(role, operation), set[bytes]()
            for _ in range(0 if allowed else TRIES):  # the service's own tasks write too
                before = await everything(redis)
                status = await cast.attempt(role, operation)
                after = await everything(redis)
                wrote = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
                if not wrote:
                    break
            cells["allowed" if allowed else "refused"] += 1
            if allowed == (status in REFUSED) and not _sign_in(operation, status):
                wrong.append(f"{role}: {operation.method} {operation.path} ({operation.access}) → {status}")
            elif status >= 500 and status != 503:
                wrong.append(f"{role}: {operation.method} {operation.path} → {status}")
            if wrote:
                wrong.append(f"{role}: {operation.method} {operation.path} was refused and wrote {wrote}")
            if allowed and operation.method == "DELETE":  # it was its own object's end, or its own session's
                await cast.close()
                cast.__dict__.update((await Cast.make(served)).__dict__)
    assert not wrong, "\n".join(wrong)
    assert cells["refused"] >= 80 and cells["allowed"] >= 60, cells


def _sign_in(operation: Operation, status: int) -> bool:
    """Signing in refuses a wrong password with the same 401 that others use for who isn't signed in."""
    return operation.path.endswith("/staff/session") and operation.method == "POST" and status in (401, 422)


async def test_a_route_that_declares_nothing_keeps_the_application_from_starting(served: Served) -> None:
    app = create_app(served.service)
    declared.install(app)
    forgotten = APIRouter(prefix="/api/v1/admin")

    @forgotten.get("/everything")
    async def everything_() -> dict[str, str]:
        return {}

    app.include_router(forgotten)
    with pytest.raises(declared.Undeclared, match="/api/v1/admin/everything"):
        declared.install(app)


def test_what_is_for_agents_and_admins_is_declared_so(api: list[Operation]) -> None:
    """The table above proves the declarations kept; this holds them to the address."""
    expected = {"/api/v1/admin": {"admin"}, "/api/v1/agent": {"staff", "admin"},
                "/api/v1/conversations/{conversation}": {"conversation"}}
    for prefix, right in expected.items():
        found = {one.access for one in api if one.path.startswith(prefix)}
        assert found and found <= right, (prefix, found)
    public = {(one.method, one.path) for one in api if one.access == "public"}
    assert public == {("GET", "/api/v1/widget"), ("POST", "/api/v1/conversations"), ("POST", "/api/v1/staff/session"),
                      ("GET", "/healthz"), ("GET", "/readyz")}
    assert {(one.method, one.path) for one in api if one.access == "monitor"} == {("GET", "/metrics")}


async def test_a_conversation_that_is_not_ones_own_looks_like_none_at_all(cast: Cast) -> None:
    stranger = cast.clients["other customer"]
    foreign = await stranger.get(f"/api/v1/conversations/{cast.ids['conversation']}/messages")
    missing = await stranger.get("/api/v1/conversations/c_0123456789abcdef01234567/messages")
    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json()) == (401, missing.json())


async def test_a_message_of_another_conversation_can_not_be_rated(cast: Cast, redis: Redis) -> None:
    stranger = cast.clients["other customer"]
    own = (await Customer.begin(stranger))
    rated = await stranger.post(f"{own.path}/rating", headers=own.headers,
                                json={"message": cast.ids["message"], "value": "down"})
    assert rated.status_code == 404
    assert await redis.exists(f"chat:c:{own.conversation}:ratings") == 0


@pytest.mark.parametrize(("move", "body"), [
    ("reply", {"client_id": "x", "text": "Dzień dobry"}), ("return", {}), ("close", {}),
    ("transfer", {"team": "support"}), ("claim", {}),
])
async def test_a_colleagues_ticket_is_not_ones_own_to_answer_or_end(
    served: Served, cast: Cast, redis: Redis, move: str, body: dict[str, str]
) -> None:
    ticket = f"/api/v1/agent/tickets/{cast.ids['ticket']}"
    assert (await cast.clients["agent"].post(f"{ticket}/claim")).status_code == 200
    async with httpx.AsyncClient(base_url=served.url) as colleague:
        await sign_in(colleague, "second")
        before = await everything(redis)
        assert (await colleague.post(f"{ticket}/{move}", json=body)).status_code in (403, 409)
        assert await everything(redis) == before


async def test_a_staff_cookie_without_its_csrf_token_changes_nothing(api: list[Operation], cast: Cast,
                                                                    redis: Redis) -> None:
    admin = cast.clients["admin"]
    for token in ("", cast.clients["agent"].headers["X-CSRF-Token"]):
        admin.headers["X-CSRF-Token"] = token
        before = await everything(redis)
        for operation in api:
            if operation.access in ("staff", "admin") and operation.method in UNSAFE:
                assert await cast.attempt("admin", operation) == 403, operation
        assert await everything(redis) == before


async def test_a_customers_token_in_the_address_is_not_read(cast: Cast) -> None:
    token = cast.clients["customer"].headers["Authorization"].removeprefix("Bearer ")
    path = f"/api/v1/conversations/{cast.ids['conversation']}/messages"
    for name in ("token", "authorization", "access_token"):
        assert (await cast.clients["anonymous"].get(path, params={name: token})).status_code == 401
