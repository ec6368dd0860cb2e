"""A signed customer: recognised, exported, erased; nobody else is."""

from __future__ import annotations

import asyncio
from datetime import date

import httpx
import pytest
from pydantic import SecretStr

from chatbot import access, mentions
from chatbot.errors import Forbidden, NotFound
from chatbot.service import Service
from tests.chatbot.cast import Customer, eventually

SECRET = "sekret"


def signed(customer: str, contract_date: str = "") -> dict[str, str]:
    body = {"customer": customer, "signature": access.signature(SECRET, customer, contract_date)}
    return body | ({"contract_date": contract_date} if contract_date else {})


@pytest.fixture
def service(service: Service) -> Service:
    service.settings = service.settings.model_copy(update={"customer_secret": SecretStr(SECRET)})
    return service


async def test_everything_held_on_a_customer_is_exported_and_then_erased(
    http: httpx.AsyncClient, live: Service
) -> None:
    first, second = [await Customer.begin(http, **signed("K-1", "2024-03-01")) for _ in range(2)]
    other = await Customer.begin(http, **signed("K-2"))
    await first.write("człowiek, nazywam się Brzęczyszczykiewicz")
    await second.write("Ile trwa zwrot?")
    await other.write("Ile trwa zwrot?")
    for customer in (first, second, other):
        await customer.until(lambda found: len(found) >= 2)
    export = await live.erasure.export("K-1")
    assert len(export["conversations"]) == 2
    assert "Brzęczyszczykiewicz" in str(export) and export["conversations"][0]["contract_date"] == "2024-03-01"
    [ticket] = [one for found in export["conversations"] for one in found["tickets"]]
    assert ticket["question"] == "człowiek, nazywam się Brzęczyszczykiewicz" and ticket["draft"] is None
    erased = await live.erasure.customer("K-1")
    assert erased["conversations"] == 2 and erased["messages"] == 4 and erased["tickets"] == 1 and erased["keys"] == 1
    assert (await first.read()).status_code == 401
    with pytest.raises(NotFound):
        await live.erasure.export("K-1")
    with pytest.raises(NotFound):
        await live.erasure.customer("K-1")
    assert len((await other.read()).json()["messages"]) == 2


async def test_a_page_that_is_open_while_the_customer_is_erased_just_ends(live: Service) -> None:
    begun = await live.conversations.begin(access.Identity("K-1"), "pl")
    meta = await live.records.meta(begun.conversation)
    await live.conversations.post(meta, "1", "Ile trwa zwrot?")
    from chatbot import keys
    from chatbot.privacy.errors import KeyDestroyed

    seen = []

    async def read() -> None:
        async for event in live.hub.follow(keys.events(meta.id), meta.id, None,
                                           lambda sealed: live.records.open(meta, sealed), seal_lost=(KeyDestroyed,)):
            assert event is not None
            seen.append(event.type)

    reading = asyncio.create_task(read())

    async def answered() -> bool:
        return "done" in seen

    await eventually(answered)
    await live.erasure.customer("K-1")
    await asyncio.wait_for(reading, 5)


async def test_a_customers_own_erasure_leaves_no_key_and_reads_no_index(
    http: httpx.AsyncClient, live: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await Customer.begin(http)
    await customer.write("Nazywam się Zofia Wąsacz, PESEL 60210112345", client_id="1")
    await customer.until(lambda found: len(found) == 2)
    await customer.write("człowiek", client_id="2")
    await customer.until(lambda found: len(found) >= 4)
    read, real = [], mentions.documents
    monkeypatch.setattr(mentions, "documents", lambda *given: read.append(given) or real(*given))
    assert [key async for key in live.redis.scan_iter(match=f"*{customer.conversation}:sent:*")]
    answer = await http.delete(customer.path, headers=customer.headers)
    assert answer.status_code == 204
    assert not read, "anybody may ask for this: what reads every passage is for the admin's erasure"
    assert not [key async for key in live.redis.scan_iter(match=f"*{customer.conversation}*")]


async def test_many_erasures_at_once_share_the_rewrites_of_the_file(live: Service) -> None:
    async def rewrites() -> int:
        return int((await live.redis.info("commandstats")).get("cmdstat_bgrewriteaof", {"calls": 0})["calls"])

    before = await rewrites()
    begun = [await live.conversations.begin(access.Identity(), "pl") for _ in range(8)]
    metas = [await live.records.meta(one.conversation) for one in begun]
    erased = await asyncio.gather(*(live.erasure.conversation(meta) for meta in metas))
    assert [one["conversations"] for one in erased] == [1] * 8
    assert 1 <= await rewrites() - before <= 4, "each would have written the whole store"


@pytest.mark.parametrize(("customer", "contract"), [("K-2", "2024-03-01"), ("K-1", "2020-01-01"), ("K-1", "")])
def test_a_signature_fits_one_customer_and_one_date(customer: str, contract: str) -> None:
    right = access.signature(SECRET, "K-1", "2024-03-01")
    day = date.fromisoformat(contract) if contract else None
    with pytest.raises(Forbidden):
        access.identity([SECRET], customer, day, right)
    assert access.identity([SECRET], "K-1", date(2024, 3, 1), right).customer == "K-1"
    assert access.identity(["a" * 32, SECRET], "K-1", date(2024, 3, 1), right).customer == "K-1"  # while it is changed


def test_without_a_secret_no_identity_is_taken() -> None:
    with pytest.raises(Forbidden, match="CUSTOMER_SECRET"):
        access.identity([], "K-1", None, "anything")
