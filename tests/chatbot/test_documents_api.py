"""Adding documents at the admin's API: none takes another's place unseen, none is for others than it was, and what
failed can be tried again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chatbot.service import Service
from chatbot.staff import Role
from ingestion import chunk_files, jobs, keys, uploads
from ingestion.jobs import AddJob
from tests.chatbot.cast import PASSWORD
from tests.generation import generation

Files = list[tuple[str, tuple[str, bytes]]]


@pytest.fixture
async def admin(live: Service, http: httpx.AsyncClient) -> httpx.AsyncClient:
    await live.staff.add("ada", "Ada", Role.ADMIN, PASSWORD)
    answer = await http.post("/api/v1/staff/session", json={"user": "ada", "password": PASSWORD})
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    http.base_url = httpx.URL("http://test/api/v1/admin")
    return http


@pytest.fixture
def indexed(live: Service) -> Iterator[None]:
    generation(live.settings.data_dir)
    yield
    for made in (live.settings.data_dir / "index", chunk_files.folder(live.settings.data_dir)):
        shutil.rmtree(made)


def files(*named: tuple[str, str]) -> Files:
    return [("files", (name, text.encode())) for name, text in named]


async def queued(live: Service) -> list[Any]:
    return [jobs.parse(fields)[1] for _, fields in await live.redis.xrange(keys.JOBS)]


async def test_files_of_one_name_in_two_folders_do_not_replace_each_other(
    admin: httpx.AsyncClient, live: Service
) -> None:
    sent = files(("zwroty/faq.md", "a"), ("kopia/faq.md", "a"), ("dostawa/faq.md", "b"))
    told = (await admin.post("/documents", files=sent)).json()
    assert [one["source"] for one in told["jobs"]] == ["zwroty/faq.md", "kopia/faq.md"]
    (refused,) = told["refused"]
    assert (refused["source"], refused["document"]) == ("dostawa/faq.md", "faq")
    assert "zwroty/faq.md" in refused["reason_pl"] and refused["reason_pl"] != refused["reason"]
    assert [(job.name, job.source) for job in await queued(live)] == [("faq.md", "zwroty/faq.md"),
                                                                     ("faq.md", "kopia/faq.md")]


async def test_also_where_an_upload_comes_in_several_requests(admin: httpx.AsyncClient, live: Service) -> None:
    def send(name: str, text: str, **more: str) -> Any:
        return admin.post("/documents", files=files((name, text)), data=more)

    assert (await send("zwroty/faq.md", "a", batch="1")).json()["refused"] == []
    assert len((await send("dostawa/faq.md", "b", batch="1")).json()["refused"]) == 1
    assert (await send("dostawa/faq.md", "b", batch="1", title="Dostawa")).json()["refused"] == []
    assert (await send("faq.md", "b", batch="2")).json()["refused"] == [], "by itself it is a new version"
    assert [job.title for job in await queued(live)] == [None, "Dostawa", None]


async def test_whom_a_document_is_for_is_said_or_left_as_it_was(admin: httpx.AsyncClient, live: Service) -> None:
    await admin.post("/documents", files=files(("a.md", "x")))
    about = {"audience": "agents", "collection": "wewnętrzne", "title": "Rabaty"}
    assert (await admin.post("/documents", files=files(("b.md", "y")), data=about)).status_code == 202
    await admin.post("/documents", json={"url": "https://sklep.example/rabaty", "audience": "agents"})
    first, second, page = await queued(live)
    assert (first.audience, first.collection) == (None, None)
    assert (second.audience, second.collection, second.title) == ("agents", "wewnętrzne", "Rabaty")
    await admin.post("/documents", json={"url": "https://sklep.example/rabaty"})
    (site,) = (await admin.get("/sites")).json()["sites"]
    assert (site["url"], site["audience"]) == (page.source, "agents")


async def test_a_file_of_any_name_can_be_a_version_of_a_document(
    admin: httpx.AsyncClient, live: Service, indexed: None
) -> None:
    one = files(("nowy na 2027.md", "x"))
    assert (await admin.post("/documents", files=one, data={"document": "regulamin"})).status_code == 202
    assert [(jobs.identity(job), job.title) for job in await queued(live)] == [("regulamin", "Regulamin")]
    assert (await admin.post("/documents", files=one, data={"document": "nie-ma"})).status_code == 422
    for what in ("document", "title"):
        answer = await admin.post("/documents", files=files(("a.md", "x"), ("b.md", "y")), data={what: "regulamin"})
        assert answer.status_code == 422 and "dla jednego pliku" in answer.json()["detail"]


async def test_what_failed_is_told_among_many_and_done_again_once_asked(
    admin: httpx.AsyncClient, live: Service
) -> None:
    await admin.post("/documents", files=files(("skan.md", "x")), data={"valid_from": "2026-01-01"})
    for place in range(3):
        await admin.post("/documents", files=files(*((f"{place}-{one}.md", "x") for one in range(50))))
    shown = (await admin.get("/jobs")).json()
    assert shown["counts"]["all"] == 151 and len(shown["jobs"]) == 100
    failed = (await live.redis.zrange(keys.RECENT, 0, 0))[0].decode()
    assert (await admin.post(f"/jobs/{failed}/again")).status_code == 409, "it still waits"
    outcome = {"source": "skan.md", "document": "skan", "status": "failed", "reason": "skan.md is empty."}
    ended = {"state": "done", "trouble": "1", "outcomes": json.dumps([outcome])}
    await live.redis.hset(keys.job(failed), mapping=ended)
    shown = (await admin.get("/jobs")).json()
    assert [(one["job"], one["document"]) for one in shown["jobs"] if one["trouble"]] == [(failed, "skan")]
    assert (shown["counts"]["queued"], shown["counts"]["failed"]) == (150, 1)
    again = await admin.post(f"/jobs/{failed}/again")
    assert again.status_code == 202
    old, new = ([job for job in await queued(live) if job.source == "skan.md"])
    assert isinstance(new, AddJob) and new == old and str(new.valid_from) == "2026-01-01"
    assert [one for one in (await admin.get("/jobs")).json()["jobs"] if one["trouble"]] == []
    assert (await live.audit.read(1))[0].action == "job.again"


async def test_a_job_whose_file_is_gone_says_so(admin: httpx.AsyncClient, live: Service) -> None:
    await admin.post("/documents", files=files(("plik.md", "treść, której nie ma nikt inny")))
    (job,) = await queued(live)
    (failed,) = [one["job"] for one in (await admin.get("/jobs")).json()["jobs"]]
    await live.redis.hset(keys.job(failed), "state", "parked")
    uploads.path(live.settings.data_dir, job.upload).unlink()
    answer = await admin.post(f"/jobs/{failed}/again")
    assert answer.status_code == 422 and "Dodaj go ponownie" in answer.json()["detail"]
    assert (await admin.post("/jobs/nie-ma/again")).status_code == 404
