"""Nothing is kept longer than stated, and who was erased stays so, also after a restore."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from qdrant_client import QdrantClient
from redis.asyncio import Redis

from chatbot import access, keys, retention
from chatbot.errors import NotFound
from chatbot.limits import Limits
from chatbot.privacy.errors import KeyDestroyed
from chatbot.privacy.tombstones import FILE, Tombstones
from chatbot.service import Service, build
from ingestion import uploads
from ingestion.errors import SettingError
from ingestion.index.collections import ServerEngine
from ingestion.index.engine import Snapshot
from ingestion.registry import Document, Register, Version
from ingestion.settings import Settings
from tests.chatbot.conftest import COMPANY

DAY = 24 * 3600 * 1000


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time_ns() // 1_000_000)


@pytest.fixture
def service(settings: Settings, redis: Redis, limits: Limits, clock: Clock) -> Service:
    (settings.data_dir / FILE).unlink(missing_ok=True)
    (settings.data_dir / "keys/store").unlink(missing_ok=True)  # each test has an empty store
    return build(settings, COMPANY, redis, limits, clock)


async def written(service: Service, *texts: str, customer: str = "") -> str:
    begun = await service.conversations.begin(access.Identity(customer), "pl")
    for number, text in enumerate(texts):
        meta = await service.records.meta(begun.conversation)
        await service.conversations.post(meta, f"{number}", text)
    return begun.conversation


def files(data_dir: Path) -> bytes:
    return b"".join(file.read_bytes() for file in data_dir.rglob("*") if file.is_file())


async def test_a_conversation_goes_with_its_key_when_its_time_is_over(service: Service, clock: Clock) -> None:
    old = await written(service, "Jestem z Radomia", customer="K-1")
    meta = await service.records.meta(old)
    clock.now += 60 * DAY
    young = await written(service, "Ile trwa zwrot?")
    clock.now += 31 * DAY
    await service.redis.xtrim(keys.events(old), maxlen=0)  # its events bear the store's own time, which is today
    await service.redis.xtrim(keys.events(young), maxlen=0)
    swept = await service.retention.round()
    assert swept.conversations == 1
    with pytest.raises(NotFound):
        await service.records.meta(old)
    assert await service.records.transcript(await service.records.meta(young))
    assert not await service.redis.exists(keys.owner(meta.owner))
    for path in (service.settings.data_dir / "keys").glob("??/*"):
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)
    assert (await service.retention.round()).keys >= 1
    with pytest.raises(KeyDestroyed):
        service.records.open(meta, service.records.seal(await service.records.meta(young), "x"))
    assert len(await service.records.transcript(await service.records.meta(young))) == 1, "the young one's key lives"


async def test_no_key_is_destroyed_because_the_store_is_an_empty_one_or_anothers(service: Service) -> None:
    await written(service, "Jestem z Radomia", customer="K-1")
    await service.retention.round()
    for path in (kept := list((service.settings.data_dir / "keys").glob("??/*"))):
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)
    await service.redis.flushdb()  # as a wrong REDIS_URL looks
    assert (await service.retention.round()).keys == 0
    assert all(path.exists() for path in kept)
    await service.redis.set(keys.STORE, "s_of_another_company")
    assert (await service.retention.round()).keys == 0
    service.records.sealer.store_file.unlink()  # the admin's word that the old store is lost for good
    assert (await service.retention.round()).keys == len(kept)


async def test_the_old_key_of_a_customer_who_comes_back_while_a_round_runs_is_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await written(service, "pierwsza", customer="K-1")
    meta = await service.records.meta(old)
    await service.erasure.conversation(meta)  # the customer's key stays for their other conversations
    key = service.records.sealer._path(meta.owner)
    os.utime(key, (time.time() - 2 * 24 * 3600,) * 2)
    began: list[str] = []
    hooks = service.retention._hooks

    async def meanwhile() -> set[str]:  # after the owners were read, before the keys are looked through
        began.append(await written(service, "druga", customer="K-1"))
        return await hooks()

    monkeypatch.setattr(service.retention, "_hooks", meanwhile)
    await service.retention.round()
    assert [one.text for one in await service.records.transcript(await service.records.meta(began[0]))] == ["druga"]


async def test_of_a_conversation_that_goes_on_the_old_messages_go(service: Service, clock: Clock) -> None:
    name = await written(service, "pierwsza", "druga")
    clock.now += 91 * DAY
    meta = await service.records.meta(name)
    await service.conversations.post(meta, "later", "trzecia")
    await service.retention.round()
    assert [one.text for one in await service.records.transcript(meta)] == ["trzecia"]


async def test_a_longer_retention_outlives_the_stores_own_clock(service: Service) -> None:
    service.retention._settings = service.settings.model_copy(update={"retention_days": 400})
    name = await written(service, "Ile trwa zwrot?")
    await service.retention.round()
    assert await service.redis.ttl(keys.messages(name)) > 399 * keys.DAY


async def test_an_upload_of_no_document_goes_after_its_days(service: Service) -> None:
    old = uploads.keep_pieces(service.settings.data_dir, [b"Jan Kowalski, PESEL"])
    young = uploads.keep_pieces(service.settings.data_dir, [b"regulamin"])
    os.utime(uploads.path(service.settings.data_dir, old), (time.time() - 8 * 24 * 3600,) * 2)
    assert (await service.retention.round()).uploads == 1
    assert not uploads.path(service.settings.data_dir, old).exists()
    assert uploads.path(service.settings.data_dir, young).exists()


@pytest.mark.filterwarnings("ignore:Payload indexes have no effect")
async def test_on_a_qdrant_server_an_upload_of_no_document_goes_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir, engine = service.settings.data_dir, ServerEngine(QdrantClient(":memory:"))
    monkeypatch.setattr(retention, "open_engine", lambda _: engine)
    service.retention._settings = service.settings.model_copy(update={"qdrant_url": "http://qdrant:6333"})
    failed, needed = (uploads.keep_pieces(data_dir, [text]) for text in (b"Jan Kowalski", b"regulamin"))
    for one in (failed, needed):
        os.utime(uploads.path(data_dir, one), (time.time() - 8 * 24 * 3600,) * 2)
    assert (await service.retention.round()).uploads == 0, "a server without an index may be another's: all is kept"
    version = Version(version="1", upload=needed, name="regulamin.md", source="regulamin.md")
    register = Register(documents={"regulamin": Document(document="regulamin", title="Regulamin", versions=(version,))})
    engine.begin("g0", None, 4).finish()
    engine.switch(Snapshot(generation="g0", created="", model="m", dim=4, points=0, measured=0, mean={},
                           documents=register))
    assert (await service.retention.round()).uploads == 1
    assert uploads.path(data_dir, needed).exists() and not uploads.path(data_dir, failed).exists()


async def test_the_schedule_runs_with_the_service(live: Service) -> None:
    for _ in range(100):
        if live.retention.last is not None:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no round within five seconds")


async def test_who_was_erased_stays_erased_after_a_restore(service: Service, clock: Clock, tmp_path: Path) -> None:
    name = await written(service, "Nazywam się Brzęczyszczykiewicz", customer="K-1")
    dump = {key: await service.redis.dump(key) async for key in service.redis.scan_iter(match="chat:*")}
    backup = tmp_path / "keys"
    shutil.copytree(service.settings.data_dir / "keys", backup)
    clock.now += 1000
    assert (await service.erasure.customer("K-1"))["keys"] == 1
    # A restore of store and keys as they were; the tombstones were kept apart.
    for key, value in dump.items():
        await service.redis.restore(key, 0, value, replace=True)
    shutil.rmtree(service.settings.data_dir / "keys")
    shutil.copytree(backup, service.settings.data_dir / "keys")
    restored = build(service.settings, COMPANY, service.redis, service.limits, clock)
    assert (await restored.erasure.export("K-1"))["conversations"], "the restore has brought them back"
    restored = build(service.settings, COMPANY, service.redis, service.limits, clock)
    assert await restored.erasure.again() > 0
    with pytest.raises(NotFound):
        await restored.records.meta(name)
    with pytest.raises(NotFound):
        await restored.erasure.export("K-1")
    assert await restored.erasure.again() == 0, "once is enough"


async def test_a_customer_who_comes_back_after_an_erasure_begins_anew(service: Service, clock: Clock) -> None:
    await written(service, "pierwsza", customer="K-1")
    clock.now += 1000
    await service.erasure.customer("K-1")
    clock.now += 1000
    name = await written(service, "druga", customer="K-1")
    await service.erasure.again()
    assert [one.text for one in await service.records.transcript(await service.records.meta(name))] == ["druga"]


async def test_the_customers_own_id_is_on_no_disk(service: Service) -> None:
    await written(service, "Ile trwa zwrot?", customer="brzeczyszczykiewicz@example.com")
    assert b"brzeczyszczykiewicz" not in files(service.settings.data_dir)
    export = await service.erasure.export("brzeczyszczykiewicz@example.com")
    assert export["conversations"][0]["messages"]


async def test_training_data_goes_too_and_its_adapters_are_flagged(service: Service) -> None:
    name = await written(service, "Ile trwa zwrot?", customer="K-7")
    owner = (await service.records.meta(name)).owner
    subject = service.erasure._subjects.of(owner)
    training = service.settings.data_dir / "training"
    training.mkdir(exist_ok=True)
    (training / "records.jsonl").write_text(f'{{"id":"1","customer":"{subject}"}}\n{{"id":"2"}}\n')
    adapter = service.settings.data_dir / "adapters" / "mine"
    adapter.mkdir(parents=True)
    (adapter / "subjects.txt").write_text(f"{subject}\n")
    assert (await service.erasure.export("K-7"))["training"][0]["record"]["id"] == "1"
    erased = await service.erasure.customer("K-7")
    assert erased["training_records"] == 1 and erased["adapters"] == ["mine"]
    assert (training / "records.jsonl").read_text() == '{"id":"2"}\n'
    assert subject in (adapter / "forgotten.json").read_text()


async def test_one_erased_conversation_of_a_customer_leaves_the_training_data_too(service: Service) -> None:
    name, other = [await written(service, "Ile trwa zwrot?", customer="K-8") for _ in range(2)]
    subjects = service.erasure._subjects
    training = service.settings.data_dir / "training"
    training.mkdir(exist_ok=True)
    lines = [f'{{"id":"{one}","conversation":"{subjects.of(f"conversation:{one}")}"}}\n' for one in (name, other)]
    (training / "records.jsonl").write_text("".join(lines))
    erased = await service.erasure.conversation(await service.records.meta(name))
    assert erased["training_records"] == 1
    assert (training / "records.jsonl").read_text() == lines[1]
    (training / "records.jsonl").write_text("".join(lines))  # a restore
    await service.erasure.again()
    assert (training / "records.jsonl").read_text() == lines[1]


async def test_what_a_customer_gives_after_an_erasure_outlives_the_next_start(service: Service, clock: Clock) -> None:
    name = await written(service, "Ile trwa zwrot?", customer="K-9")
    owner = (await service.records.meta(name)).owner
    subjects = service.erasure._subjects
    subject = subjects.of(owner)
    training = service.settings.data_dir / "training"
    training.mkdir(exist_ok=True)
    clock.now -= DAY  # erased yesterday, back today
    await service.erasure.customer("K-9")
    clock.now += DAY
    old, new = (f'{{"customer":"{subject}","provenance":{{"on":"{day}"}}}}\n' for day in ("2020-01-01", "2999-01-01"))
    undone = f'{{"customer":"{subject}","record":null,"at":"2999-01-01T10:00:00"}}\n'
    (training / "records.jsonl").write_text(old + new + undone)
    subjects.welcome([owner])
    await service.erasure.again()
    assert (training / "records.jsonl").read_text() == new + undone, "only what an old backup has brought back goes"
    assert subject not in subjects.forgotten()
    clock.now += DAY
    await written(service, "Ile trwa dostawa?", customer="K-9")
    await service.erasure.customer("K-9")
    (training / "records.jsonl").write_text(new)
    await service.erasure.again()
    assert (training / "records.jsonl").read_text() == "", "erased again, it is the last word that counts"
    assert subject in subjects.forgotten()


async def test_a_damaged_message_does_not_end_the_round(service: Service, clock: Clock) -> None:
    damaged = await written(service, "pierwsza")
    await service.redis.lset(keys.messages(damaged), 0, b"nonsense")
    old = uploads.keep_pieces(service.settings.data_dir, [b"regulamin"])
    os.utime(uploads.path(service.settings.data_dir, old), (time.time() - 8 * 24 * 3600,) * 2)
    clock.now += 10 * DAY
    assert (await service.retention.round()).uploads == 1
    assert await service.records.meta(damaged), "it waits for its time"


def test_a_damaged_tombstone_is_told_and_a_torn_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text('{"owner":"a","conversation":"","key":"","at":1}\n{"owner":"b","conv')
    assert [one.owner for one in Tombstones(path).read()] == ["a"]
    path.write_text('nonsense\n{"owner":"a","conversation":"","key":"","at":1}\n')
    with pytest.raises(SettingError, match="line 1"):
        list(Tombstones(path).read())
