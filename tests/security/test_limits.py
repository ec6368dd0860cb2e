"""What one address, one session or one account may use; and whose word counts for where a request comes from."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from redis.asyncio import Redis

from chatbot import budget
from chatbot.app import create_app
from chatbot.errors import TooMany
from chatbot.limits import Limits
from chatbot.service import Service, build
from chatbot.staff import HASHES_AT_ONCE, Role, Staff
from ingestion.settings import Settings
from tests.chatbot.cast import PASSWORD, Customer
from tests.chatbot.conftest import COMPANY

SESSION = "/api/v1/staff/session"
TIGHT = Limits(conversations_per_minute=3, messages_per_minute=2, requests_per_minute=8)


def client(service: Service, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
    """Requests that come from ``address``."""
    transport = httpx.ASGITransport(create_app(service), client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)


@pytest.fixture
async def tight(store_settings: Settings, redis: Redis) -> AsyncIterator[Service]:
    # A window of its own: a test that runs over the minute's end would count anew.
    service = build(store_settings, COMPANY, redis, TIGHT, clock=lambda: 1_700_000_010_000)
    yield service


async def test_an_address_may_begin_so_many_conversations_and_another_one_too(tight: Service) -> None:
    async with client(tight) as http, client(tight, "192.0.2.2") as other:
        codes = [(await http.post("/api/v1/conversations", json={})).status_code for _ in range(4)]
        assert codes == [201, 201, 201, 429]
        assert (await other.post("/api/v1/conversations", json={})).status_code == 201


async def test_a_conversation_may_write_so_many_messages(tight: Service) -> None:
    async with client(tight) as http:
        customer = await Customer.begin(http)
        codes = [(await customer.write(f"Pytanie {n}")).status_code for n in range(3)]
        assert codes == [202, 202, 429]


@pytest.mark.parametrize("path", ["handoff", "rating", "messages"])
async def test_every_write_counts_against_its_address(tight: Service, path: str) -> None:
    async with client(tight) as http:
        customer = await Customer.begin(http)
        codes = [(await http.post(f"{customer.path}/{path}", json={}, headers=customer.headers)).status_code
                 for _ in range(9)]
        assert codes[-1] == 429 and 429 not in codes[:7]
        assert (await http.post(SESSION, json={"user": "a", "password": "b"})).status_code == 429


async def test_a_header_alone_makes_nobody_another_address(tight: Service) -> None:
    async with client(tight) as http:
        codes = [(await http.post("/api/v1/conversations", json={}, headers={
            "X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}", "Forwarded": f"for=198.51.100.{n}",
        })).status_code for n in range(4)]
    assert codes == [201, 201, 201, 429]


async def test_a_listed_proxys_word_counts_and_only_for_the_hop_before_it(tight: Service) -> None:
    tight.settings = tight.settings.model_copy(update={"trusted_proxies": "10.0.0.0/8"})
    async with client(tight, "10.1.2.3") as proxy, client(tight, "192.0.2.9") as direct:
        async def begin(http: httpx.AsyncClient, chain: str) -> int:
            answer = await http.post("/api/v1/conversations", json={}, headers={"X-Forwarded-For": chain})
            return answer.status_code

        assert [await begin(proxy, "198.51.100.1") for _ in range(4)] == [201, 201, 201, 429]
        assert await begin(proxy, "198.51.100.2") == 201
        # What the customer wrote into the header stands before what the proxy added: it must not count.
        assert await begin(proxy, "203.0.113.7, 198.51.100.1") == 429
        assert [await begin(direct, f"198.51.100.{n}") for n in range(10, 14)] == [201, 201, 201, 429]


def test_an_ipv6_line_is_one_address_however_many_it_uses() -> None:
    assert budget.address("2001:db8:1:2::1") == budget.address("2001:db8:1:2:ffff::9")
    assert budget.address("2001:db8:1:2::1") != budget.address("2001:db8:1:3::1")
    assert budget.address("::ffff:192.0.2.1") == budget.address("192.0.2.1")
    assert "192.0.2.1" not in budget.address("192.0.2.1")


async def test_passwords_of_one_account_are_guessed_ten_times_from_any_address(
    store_settings: Settings, redis: Redis, quick_passwords: None
) -> None:
    service = build(store_settings, COMPANY, redis)
    await service.staff.add("ola", "Ola", Role.AGENT, PASSWORD)
    codes = []
    for n in range(12):
        async with client(service, f"192.0.2.{n}") as http:
            codes.append((await http.post(SESSION, json={"user": "ola", "password": f"guess{n}"})).status_code)
    assert codes == [401] * 10 + [429] * 2


async def test_one_address_guesses_fifty_times_over_all_accounts(
    store_settings: Settings, redis: Redis, quick_passwords: None
) -> None:
    service = build(store_settings, COMPANY, redis)
    async with client(service) as http:
        codes = [(await http.post(SESSION, json={"user": f"user{n}", "password": "x"})).status_code for n in range(52)]
    assert codes == [401] * 50 + [429] * 2


async def test_an_office_that_signs_in_rightly_is_not_locked_out(
    store_settings: Settings, redis: Redis, quick_passwords: None
) -> None:
    service = build(store_settings, COMPANY, redis)
    for n in range(60):
        await service.staff.add(f"agent{n}", "Ola", Role.AGENT, PASSWORD)
    async with client(service) as http:
        codes = {(await http.post(SESSION, json={"user": f"agent{n}", "password": PASSWORD})).status_code
                 for n in range(60)}
    assert codes == {200}


async def test_passwords_wait_for_two_threads_in_a_queue_that_ends(store_settings: Settings, redis: Redis) -> None:
    staff = Staff(redis, replace(Limits(), sign_ins_waiting=4, tries_per_account=1000), lambda: 0)
    assert staff._executor._max_workers == HASHES_AT_ONCE == 2
    ends = await asyncio.gather(*(staff.sign_in("ola", "x", f"{n}") for n in range(20)), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, TooMany)]
    assert len(refused) == 14 and all(one.retry_after for one in refused)


async def test_a_sign_in_under_way_does_not_hold_the_event_loop(store_settings: Settings, redis: Redis) -> None:
    staff = Staff(redis, Limits(), lambda: 0)
    trying = asyncio.gather(*(staff.sign_in("ola", "x", f"{n}") for n in range(8)), return_exceptions=True)
    longest, last = 0.0, time.perf_counter()
    while not trying.done():
        await asyncio.sleep(0.002)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert longest < 0.25, "one argon2 hash takes some 50 ms, eight in turn 200 ms and more"


@pytest.mark.parametrize("who", ["nobody", "agent"])
async def test_a_large_upload_of_anybody_but_an_admin_is_refused_before_it_is_read(
    store_settings: Settings, redis: Redis, quick_passwords: None, who: str
) -> None:
    service = build(store_settings, COMPANY, redis)
    await service.staff.add("agent", "Ola", Role.AGENT, PASSWORD)
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n'
        for _ in range(400):
            read += 1
            yield b"x" * 10_000

    async with client(service) as http:
        if who == "agent":
            answer = await http.post(SESSION, json={"user": "agent", "password": PASSWORD})
            http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        answer = await http.post("/api/v1/admin/documents", content=body(),
                                 headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code in (401, 403, 413)
    assert read * 10_000 <= Limits().body_bytes + 20_000


async def test_an_admins_upload_ends_at_its_own_limit(
    store_settings: Settings, redis: Redis, quick_passwords: None
) -> None:
    service = build(store_settings, COMPANY, redis, replace(Limits(), upload_bytes=200_000))
    await service.staff.add("admin", "Ada", Role.ADMIN, PASSWORD)
    async with client(service) as http:
        answer = await http.post(SESSION, json={"user": "admin", "password": PASSWORD})
        http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        fits = await http.post("/api/v1/admin/documents", files=[("files", ("a.md", b"x" * 150_000))])
        assert fits.status_code == 202, fits.text
        large = await http.post("/api/v1/admin/documents", files=[("files", ("a.md", b"x" * 250_000))])
        assert large.status_code == 413
        many = await http.post("/api/v1/admin/documents", files=[("files", (f"{n}.md", b"x")) for n in range(101)])
        assert many.status_code == 422


async def test_a_length_that_is_no_number_is_not_believed(store_settings: Settings, redis: Redis) -> None:
    async with client(build(store_settings, COMPANY, redis)) as http:
        for length in ("-1", "1e9", "٣", "99999999999999999999", "x"):
            answer = await http.post("/api/v1/conversations", content=b"{}",
                                     headers={"Content-Length": length.encode(), "Content-Type": "application/json"})
            assert answer.status_code in (201, 400, 413), (length, answer.text)
