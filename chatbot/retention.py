"""What is kept too long goes: conversations, their keys, old messages of those that go on, uploads of no document.

The store lets a conversation go `keys.RETENTION` after its last write by itself; this is the schedule that holds it to
RETENTION_DAYS, shorter or longer, and that takes away what the store's own clock can't: keys in files, the ends of
transcripts, files. It runs in the service, one process at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import structlog
from redis.exceptions import RedisError

from chatbot import keys
from chatbot.audit import Audit
from chatbot.commit import Store
from chatbot.erasure import Erasure
from chatbot.errors import ChatError, NotFound
from chatbot.handoff import Clock
from chatbot.messages import new_id
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.record import Meta, Records
from ingestion import uploads
from ingestion.errors import ProductError, SearchIndexError
from ingestion.index.engine import open_engine
from ingestion.settings import Settings

log = structlog.get_logger()

ROUND_SECONDS = 3600.0
"""Between two rounds; a limit in days is kept to within the hour."""
LOCK_SECONDS = 600
"""A round that takes longer may run beside the next one, which harms nothing."""
YOUNG_SECONDS = 24 * 3600
"""A key made or taken up later than this may belong to a conversation that is just being begun."""
DAY_MS = 24 * 3600 * 1000
BATCH = 200
"""Messages read at a time to find the first that is young enough."""


@dataclass(slots=True)
class Swept:
    """What one round took away."""

    conversations: int = 0
    messages: int = 0
    keys: int = 0
    uploads: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.conversations or self.messages or self.keys or self.uploads)


class Retention:
    def __init__(self, redis: Store, records: Records, erasure: Erasure, audit: Audit, settings: Settings,
                 clock: Clock) -> None:
        self._redis = redis
        self._records = records
        self._erasure = erasure
        self._audit = audit
        self._settings = settings
        self._clock = clock
        self._me = new_id("r")
        self.last: dict[str, int] | None = None

    async def run(self) -> None:
        """A round now, and one every ROUND_SECONDS."""
        while True:
            try:
                if await self._redis.set(keys.SWEEPER, self._me, nx=True, ex=LOCK_SECONDS):
                    try:
                        await self.round()
                    finally:
                        await self._redis.delete(keys.SWEEPER)
            except (RedisError, OSError, ChatError, ProductError) as error:
                log.warning("retention.failed", error=type(error).__name__)
            await asyncio.sleep(ROUND_SECONDS)

    async def round(self) -> Swept:
        swept = Swept()
        owners = set()
        async for key in self._redis.scan_iter(match=keys.owner("*"), count=1000):
            owner = key.decode().removeprefix(keys.owner(""))
            if await self._look_through(owner, swept):
                owners.add(owner)  # an empty set goes by itself; deleting it could take a conversation begun meanwhile
        await self._redis.zremrangebyscore(keys.CORRECTIONS, "-inf", self._too_old())
        if await self._same_store():
            swept.keys = await asyncio.to_thread(self._abandoned_keys, owners | await self._hooks())
        await self._audit.anchor()
        swept.uploads = await asyncio.to_thread(self._unused_uploads)
        if swept.anything:
            await self._erasure.rewriting.done()
            log.info("retention.round", **asdict(swept))
        self.last = {"at": self._clock(), **asdict(swept)}
        return swept

    async def _look_through(self, owner: str, swept: Swept) -> bool:
        """Whether anything of the owner's is left."""
        left = 0
        for one in await self._redis.smembers(keys.owner(owner)):
            conversation = one.decode()
            try:
                meta = await self._records.meta(conversation)
            except NotFound:
                await self._redis.srem(keys.owner(owner), conversation)
                continue
            if await self._last_write(meta) < self._too_old():
                await self._erasure.expired(owner, conversation)
                swept.conversations += 1
                continue
            left += 1
            swept.messages += await self._cut(meta)
            if self._settings.retention_days * keys.DAY > keys.RETENTION:
                await self._keep_longer(meta)
        return left > 0

    async def _last_write(self, meta: Meta) -> int:
        """Of a message or any other event, ms; the events' ids are their times. 0 where the key is gone; what is
        damaged waits for its time."""
        newest = await self._redis.xrevrange(keys.events(meta.id), count=1)
        try:
            said = await self._records.transcript(meta, 1)
        except KeyDestroyed:
            return 0
        except SealDamaged:
            said = []
        return max(meta.created, said[-1].at if said else 0, int(newest[0][0].split(b"-")[0]) if newest else 0)

    async def _cut(self, meta: Meta) -> int:
        """Take away what is too old of a conversation that goes on; how many messages."""
        oldest = self._too_old()
        if meta.created >= oldest:
            return 0
        cut = 0
        while True:
            sealed = await self._redis.lrange(keys.messages(meta.id), cut, cut + BATCH - 1)
            try:
                old = [one for one in sealed if self._records.open_json(meta, one)["at"] < oldest]
            except (KeyDestroyed, SealDamaged):
                return 0
            cut += len(old)
            if len(old) < BATCH:
                break
        await self._redis.xtrim(keys.events(meta.id), minid=f"{oldest}-0")
        if cut:
            await self._redis.ltrim(keys.messages(meta.id), cut, -1)
        return cut

    async def _keep_longer(self, meta: Meta) -> None:
        seconds = self._settings.retention_days * keys.DAY
        tickets = [one.decode() for one in await self._redis.lrange(keys.conversation_tickets(meta.id), 0, -1)]
        names = [name(meta.id) for name in (keys.conversation, keys.messages, keys.events, keys.vault, keys.ratings,
                                            keys.conversation_tickets)]
        names += [name(ticket) for ticket in tickets for name in (keys.ticket, keys.notes, keys.correction)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.expire(name, seconds)
            await pipe.execute()

    async def _hooks(self) -> set[str]:
        """Owners of keys that are no customer's: secrets of webhooks are sealed too."""
        return {f"webhook:{one.decode()}" for one in await self._redis.hkeys(keys.WEBHOOKS)} | {"webhooks", "company"}

    async def _same_store(self) -> bool:
        """Whether this store is the one whose customers' keys lie in DATA_DIR: to an empty one, or at another's
        address, every key would look abandoned, and a key that is destroyed doesn't come back."""
        file = self._records.sealer.store_file
        if file.exists():
            known = file.read_text("ascii").strip().encode()
        else:
            await self._redis.set(keys.STORE, new_id("s"), nx=True)
            known = await self._redis.get(keys.STORE) or b""
            partial = file.with_suffix(".partial")
            partial.write_bytes(known)
            partial.replace(file)
        if await self._redis.get(keys.STORE) == known:
            return True
        log.error("retention.other_store", kept="no key is destroyed",
                  hint=f"this store is empty or another one than {file} tells. Check REDIS_URL, or put the store's "
                       "backup back. If the old store is lost for good, delete that file.")
        return False

    def _abandoned_keys(self, owners: set[str]) -> int:
        """``owners`` were read before: whoever began a conversation since has taken their key up again."""
        oldest = time.time() - YOUNG_SECONDS
        sealer = self._records.sealer
        return sum(sealer.discard(path, oldest) for path in sealer.abandoned(owners, oldest))

    def _unused_uploads(self) -> int:
        """Files that were uploaded and became no version of a document: failed, or removed since."""
        folder = uploads.folder(self._settings.data_dir)
        if not folder.is_dir():
            return 0
        oldest = time.time() - self._settings.upload_days * keys.DAY
        aged = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < oldest]
        if not aged:
            return 0
        try:
            needed = "\n".join(_registers(self._settings))
        except SearchIndexError as error:
            log.warning("retention.index_away", error=type(error).__name__)  # what it needs is told in the next round
            return 0
        doomed = [path for path in aged if path.name not in needed]
        for path in doomed:
            path.unlink(missing_ok=True)
        return len(doomed)

    def _too_old(self) -> int:
        return self._clock() - self._settings.retention_days * DAY_MS


def _registers(settings: Settings) -> Iterator[str]:
    """The text of every generation's register, those that one may roll back to included. Raises SearchIndexError when a
    server doesn't tell: it is away, or has no index of ours, which may be another's address."""
    if settings.qdrant_url:
        engine = open_engine(settings)
        if not (kept := engine.kept()):
            raise SearchIndexError(f"QDRANT_URL={settings.qdrant_url} has no index: nothing is known of its uploads.")
        snapshots = [engine.snapshot(generation) for generation in kept]
        yield from (one.documents.model_dump_json() for one in snapshots if one)
        return
    for path in settings.data_dir.glob("index/**/*.json"):
        yield path.read_text(encoding="utf-8")
