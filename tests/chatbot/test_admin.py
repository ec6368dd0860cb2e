"""The admin's API: documents go to the workers' queue, numbers and adapters are shown, actions are on record."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from chatbot.service import Service
from chatbot.staff import Role
from ingestion import jobs, keys, uploads
from tests.chatbot.cast import PASSWORD


@pytest.fixture
async def admin(live: Service, http: httpx.AsyncClient) -> httpx.AsyncClient:
    await live.staff.add("ada", "Ada", Role.ADMIN, PASSWORD)
    answer = await http.post("/api/v1/staff/session", json={"user": "ada", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return http


async def test_an_uploaded_file_is_kept_and_queued(admin: httpx.AsyncClient, live: Service) -> None:
    files = [("files", ("regulamin.md", "# Regulamin\n\n§ 1. Zwrot trwa 14 dni.".encode()))]
    answer = await admin.post("/api/v1/admin/documents", files=files, data={"valid_from": "2026-01-01"})
    assert answer.status_code == 202, answer.text
    [made] = answer.json()["jobs"]
    [(_, fields)] = await live.redis.xrange(keys.JOBS)
    job_id, job = jobs.parse(fields)
    assert job_id == made["job"] and job.kind == "add"
    assert job.name == "regulamin.md" and str(job.valid_from) == "2026-01-01"
    assert uploads.path(live.settings.data_dir, job.upload).read_text().startswith("# Regulamin")
    shown = (await admin.get("/api/v1/admin/jobs")).json()["jobs"]
    assert [(one["job"], one["state"]) for one in shown] == [(job_id, "queued")]


@pytest.mark.parametrize("data", [{"valid_from": "jutro"}, {"valid_from": "2026-02-01", "valid_until": "2026-01-01"}])
async def test_a_wrong_date_queues_nothing(admin: httpx.AsyncClient, live: Service, data: dict[str, str]) -> None:
    answer = await admin.post("/api/v1/admin/documents", files=[("files", ("a.md", b"x"))], data=data)
    assert answer.status_code == 422
    assert await live.redis.exists(keys.JOBS) == 0


async def test_an_unknown_document_is_not_removed(admin: httpx.AsyncClient, live: Service) -> None:
    answer = await admin.delete("/api/v1/admin/documents/nowhere")
    assert answer.status_code == 422 and "nowhere" in answer.json()["detail"]
    assert (await admin.get("/api/v1/admin/documents")).json() == {"documents": []}


async def test_the_thresholds_say_where_they_came_from(admin: httpx.AsyncClient) -> None:
    shown = (await admin.get("/api/v1/admin/thresholds")).json()
    assert shown["origin"] and 0 < shown["p_wrong"] < 1


async def test_the_playground_waits_for_the_model(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/api/v1/admin/playground", json={"question": "Ile trwa zwrot?"})
    assert answer.status_code == 503 and answer.json()["retry"] is True


async def test_adapters_are_listed_with_how_their_answers_went(admin: httpx.AsyncClient, live: Service) -> None:
    shown = (await admin.get("/api/v1/admin/adapters")).json()
    assert {"active", "adapters"} <= set(shown)


async def test_what_an_admin_does_is_in_the_audit(admin: httpx.AsyncClient) -> None:
    made = {"user": "jan", "name": "Jan", "role": "agent", "password": PASSWORD}
    assert (await admin.post("/api/v1/admin/accounts", json=made)).status_code == 201
    assert [one["user"] for one in (await admin.get("/api/v1/admin/accounts")).json()["accounts"]] == ["ada", "jan"]
    assert (await admin.delete("/api/v1/admin/accounts/jan")).status_code == 204
    audit = (await admin.get("/api/v1/admin/audit")).json()
    assert [one["action"] for one in audit["entries"]] == ["account.remove", "account.add", "sign_in"]
    assert audit["broken_at"] is None and PASSWORD not in json.dumps(audit)


async def test_the_reference_names_every_path_and_loads_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    page, api = (await http.get("/docs")).text, (await http.get("/openapi.json")).json()
    for path in api["paths"]:
        assert path in page
    assert "http://" not in page.replace("http://test", "") and "https://" not in page
    assert Path("/api/v1/conversations/{conversation}/events").as_posix() in api["paths"]


async def test_an_admin_begins_and_ends_a_trial_and_both_are_audited(admin: httpx.AsyncClient, live: Service) -> None:
    assert (await admin.get("/api/v1/admin/trial")).json()["trial"] is None
    begun = await admin.post("/api/v1/admin/trial", json={"adapter": "demo", "share": 0.2})
    assert begun.status_code == 201, begun.text
    told = (await admin.get("/api/v1/admin/trial")).json()
    assert told["trial"]["status"] == "running" and told["drift"] == []
    assert (await admin.delete("/api/v1/admin/trial")).status_code == 204
    assert (await admin.get("/api/v1/admin/trial")).json()["trial"]["status"] == "stopped"
    acts = [entry.action for entry in await live.audit.read(5)]
    assert {"trial.begin", "trial.end"} <= set(acts)
