"""An admin gives a person their data, erases them, and says what the company's own numbers look like."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from chatbot import access
from chatbot.service import Service
from chatbot.staff import Role
from tests.chatbot.cast import PASSWORD, Customer

SECRET = "sekret-do-testow"
ADMIN = "/api/v1/admin"


@pytest.fixture
def service(service: Service) -> Service:
    service.settings = service.settings.model_copy(update={"customer_secret": SecretStr(SECRET)})
    return service


@pytest.fixture
async def admin(live: Service, http: httpx.AsyncClient) -> httpx.AsyncClient:
    await live.staff.add("ada", "Ada", Role.ADMIN, PASSWORD)
    answer = await http.post("/api/v1/staff/session", json={"user": "ada", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return http


async def test_a_person_is_exported_and_erased_and_the_trail_names_nobody(
    live: Service, admin: httpx.AsyncClient
) -> None:
    who = "ola@example.com"
    customer = await Customer.begin(admin, customer=who, signature=access.signature(SECRET, who, ""))
    await customer.write("Nazywam się Brzęczyszczykiewicz")
    await customer.until(lambda found: len(found) >= 2)
    found = (await admin.post(f"{ADMIN}/people/export", json={"customer": who})).json()
    assert "Brzęczyszczykiewicz" in str(found["conversations"])
    answer = await admin.post(f"{ADMIN}/people/erase", json={"customer": who})
    assert answer.status_code == 200 and answer.json()["erased"]["messages"] == 2
    assert answer.json()["documents"] == []
    assert (await admin.post(f"{ADMIN}/people/erase", json={"customer": who})).status_code == 404
    entries = [one for one in await live.audit.read() if one.action.startswith("person.")]
    assert [one.action for one in entries] == ["person.erase", "person.export"]
    assert entries[0].subject == entries[1].subject and who not in str(entries)


async def test_patterns_are_saved_shown_and_refused(live: Service, admin: httpx.AsyncClient) -> None:
    good = {"name": "umowa", "pattern": r"UM-\d{6}", "examples": ["UM-123456"], "others": ["UM-1"]}
    answer = await admin.put(f"{ADMIN}/patterns", json={"patterns": [good]})
    assert answer.status_code == 200 and answer.json()["saved"][0]["pattern"] == r"UM-\d{6}"
    answer = await admin.put(f"{ADMIN}/patterns", json={"patterns": [{**good, "pattern": r"(\d+)+x"}]})
    assert answer.status_code == 422 and answer.headers["content-type"].startswith("application/problem+json")
    assert (await admin.get(f"{ADMIN}/patterns")).json()["saved"][0]["pattern"] == r"UM-\d{6}"
    await admin.put(f"{ADMIN}/patterns", json={"patterns": []})
    assert (await admin.get(f"{ADMIN}/retention")).json()["retention_days"] == 90
