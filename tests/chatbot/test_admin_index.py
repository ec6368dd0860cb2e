"""The admin's API to the index: pages that are followed, versions' days, golden queries, what waits for a person."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from chatbot.service import Service
from chatbot.staff import Role
from ingestion import chunk_files, golden_queries, jobs, keys
from ingestion.registry import Register
from tests.chatbot.cast import PASSWORD
from tests.generation import generation

SITE = "https://sklep.example/regulamin"


@pytest.fixture
async def admin(live: Service, http: httpx.AsyncClient) -> httpx.AsyncClient:
    await live.staff.add("ada", "Ada", Role.ADMIN, PASSWORD)
    answer = await http.post("/api/v1/staff/session", json={"user": "ada", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    http.base_url = httpx.URL(f"{http.base_url}/api/v1/admin")
    return http


async def queued(live: Service) -> list[jobs.AnyJob]:
    return [jobs.parse(fields)[1] for _, fields in await live.redis.xrange(keys.JOBS)]


@pytest.fixture
def indexed(live: Service) -> Iterator[Register]:
    """A generation as the worker leaves it, but for the vectors, which nothing here asks for."""
    register = generation(live.settings.data_dir)
    yield register
    for made in (live.settings.data_dir / "index", chunk_files.folder(live.settings.data_dir)):
        shutil.rmtree(made)


async def test_an_address_is_followed_and_looked_at(admin: httpx.AsyncClient, live: Service) -> None:
    answer = await admin.post("/documents", json={"url": SITE, "every": 6, "valid_from": "2026-01-01"})
    assert answer.status_code == 202, answer.text
    (job,) = await queued(live)
    assert job.kind == "fetch" and job.source == SITE
    (site,) = (await admin.get("/sites")).json()["sites"]
    assert (site["url"], site["every"], site["valid_from"]) == (SITE, 6, "2026-01-01")
    assert site["next_look"] > 0

    changed = await admin.put(f"/sites/{site['site']}", json={"every": 0})
    assert changed.json()["every"] == 0
    assert (await admin.get("/sites")).json()["sites"][0]["next_look"] is None
    assert (await admin.put(f"/sites/{site['site']}", json={"every": -1})).status_code == 422
    assert (await admin.post(f"/sites/{site['site']}/look")).status_code == 202
    assert (await admin.delete(f"/sites/{site['site']}")).status_code == 204
    assert (await admin.get("/sites")).json() == {"sites": []}
    assert (await admin.post("/sites/nowhere/look")).status_code == 422


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://a:b@sklep.example/", "sklep"])
async def test_what_is_no_address_is_refused_at_once(admin: httpx.AsyncClient, live: Service, url: str) -> None:
    assert (await admin.post("/documents", json={"url": url})).status_code == 422
    assert await queued(live) == []


async def test_a_versions_days_are_set_by_a_job(admin: httpx.AsyncClient, live: Service, indexed: Register) -> None:
    days = {"valid_from": "2026-03-01", "valid_until": None}
    assert (await admin.put("/documents/regulamin/versions/2/days", json=days)).status_code == 202
    (job,) = await queued(live)
    assert isinstance(job, jobs.DateJob) and (job.document, job.version) == ("regulamin", "2")
    assert job.valid_from == date(2026, 3, 1)
    wrong = {"valid_from": "2026-03-01", "valid_until": "2026-01-01"}
    assert (await admin.put("/documents/regulamin/versions/2/days", json=wrong)).status_code == 422
    assert (await admin.put("/documents/regulamin/versions/9/days", json=days)).status_code == 422


async def test_versions_are_compared_and_what_changed_since_a_day_is_told(
    admin: httpx.AsyncClient, indexed: Register
) -> None:
    told = (await admin.get("/documents/regulamin/diff", params={"before": "1", "after": "2"})).json()["changes"]
    assert [(one["clause"], one["before"][-7:], one["after"][-7:]) for one in told] == [("§ 1", "14 dni.", "30 dni.")]
    since = (await admin.get("/changes", params={"since": "2026-01-01"})).json()["documents"]
    assert [one["document"] for one in since] == ["regulamin"]


async def test_suspended_answers_are_told_and_approved_again(
    admin: httpx.AsyncClient, live: Service, indexed: Register
) -> None:
    (one,) = (await admin.get("/suspended")).json()["suspended"]
    assert (one["question"], one["changed"]) == ("Ile trwa zwrot?", ["regulamin § 1"])
    body = {name: one[name] for name in ("document", "version", "question")}
    assert (await admin.post("/suspended/approve", json=body)).status_code == 202
    (job,) = await queued(live)
    assert isinstance(job, jobs.ApproveJob)


async def test_documents_that_disagree_are_told(admin: httpx.AsyncClient, indexed: Register) -> None:
    (one,) = (await admin.get("/conflicts")).json()["conflicts"]
    assert one["holds"] == "regulamin"
    assert [side["quote"] for side in one["sides"]] == ["14 dni.", "Zwrot towaru przez klienta trwa 30 dni."]


async def test_golden_queries_are_kept_and_shown_before_they_were_tried(
    admin: httpx.AsyncClient, live: Service
) -> None:
    golden = [{"question": "Ile trwa zwrot?", "document": "regulamin", "clause": "§ 1"}]
    assert (await admin.put("/golden", json={"golden": golden})).json() == {"golden": 1}
    shown = [one for one in (await admin.get("/golden")).json()["golden"] if one["own"]]
    assert (shown[0]["clause"], shown[0]["tried"]) == ("§ 1", False)
    assert (await admin.put("/golden", json={"golden": [{"question": ""}]})).status_code == 422
    golden_queries.file(live.settings.data_dir).unlink()


async def test_the_index_is_shown_and_building_anew_and_going_back_are_jobs(
    admin: httpx.AsyncClient, live: Service, indexed: Register
) -> None:
    assert [one["generation"] for one in (await admin.get("/index")).json()["generations"]] == ["g1"]
    for path in ("/index/reindex", "/index/rollback"):
        assert (await admin.post(path)).status_code == 202
    assert [job.kind for job in await queued(live)] == ["reindex", "rollback"]


async def test_reasons_come_in_polish_too(admin: httpx.AsyncClient, live: Service) -> None:
    outcome = {"source": "a.png", "document": "a", "status": "needs_ocr",
               "reason": "a.png is a picture. Run OCR on it and add the result."}
    row = {"kind": "add", "state": "done", "source": "a.png", "outcomes": json.dumps([outcome])}
    await live.redis.hset(keys.job("j1"), mapping=row)
    await live.redis.zadd(keys.RECENT, {"j1": 1})
    (job,) = (await admin.get("/jobs")).json()["jobs"]
    assert job["outcomes"][0]["reason_pl"] == "a.png to obraz. Rozpoznaj tekst (OCR) i dodaj wynik."


async def test_only_an_admin_may_see_or_do_any_of_it(live: Service, http: httpx.AsyncClient) -> None:
    for path in ("/sites", "/index", "/golden", "/suspended", "/conflicts", "/changes?since=2026-01-01"):
        assert (await http.get(f"/api/v1/admin{path}")).status_code == 401
