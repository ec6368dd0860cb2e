"""Erasing a person and giving them everything that is held on them.

Erasing writes a tombstone (`chatbot.privacy.tombstones`), then destroys the key (`chatbot.privacy.sealing`), which
makes every copy in the append-only file and in backups unreadable, then removes the records. Training data is found by
`chatbot.subjects`; the company's documents are listed, never rewritten.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog

from chatbot import access, keys, mentions
from chatbot.budget import WINDOW_SECONDS
from chatbot.corrections import NOT_ASKED
from chatbot.errors import NotFound
from chatbot.handoff import Clock, told_desk
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.privacy.tombstones import FILE, Tombstone, Tombstones
from chatbot.privacy.vault import Vault
from chatbot.record import Meta, Records
from chatbot.rewriting import Rewriting
from chatbot.subjects import Subjects
from ingestion.errors import SearchIndexError
from ingestion.settings import Settings

log = structlog.get_logger()


class Erasure:
    def __init__(self, records: Records, settings: Settings, clock: Clock) -> None:
        self._records = records
        self._redis = records.redis
        self._settings = settings
        self._clock = clock
        self.rewriting = Rewriting(records.redis)
        self._subjects = Subjects(settings.data_dir)
        self._tombstones = Tombstones(settings.tombstones or settings.data_dir / FILE)

    async def customer(self, customer: str) -> dict[str, Any]:
        """Erase a signed customer everywhere: the store with its files, training data, and, by their key, every backup.

        Counts of what went; ``documents`` that name the person, which are the admin's to change; ``adapters`` trained
        on their words, flagged; ``exports`` that left the training folder. Raises NotFound where nothing is held.
        """
        owner = self._records.owner(access.Identity(customer), "")
        documents = await self._named_in(owner)
        erased = await self._owner(owner)
        if not any(erased.values()):
            raise NotFound("no_customer", customer=customer)
        return {**erased, "documents": documents}

    async def conversation(self, meta: Meta) -> dict[str, Any]:
        """Erase one conversation. An anonymous one's key goes with it; a customer's key stays for their others. Anybody
        may ask for it, so it reads nothing of the index: documents are listed by `customer` alone."""
        if meta.owner == access.owner(access.Identity(), meta.id):
            return await self._owner(meta.owner)
        await asyncio.to_thread(self._tombstones.add, Tombstone(meta.owner, meta.id, "", self._clock()))
        forgotten = await asyncio.to_thread(self._subjects.forget, [f"conversation:{meta.id}"])
        counts = await self._remove(meta.id)
        await self._redis.srem(keys.owner(meta.owner), meta.id)
        await self.rewriting.done()
        return {**counts, "training_records": forgotten.records, "adapters": list(forgotten.adapters),
                "exports": list(forgotten.exports)}

    async def again(self) -> int:
        """After a start: erase once more whoever a restored backup has brought back; how many records that were. What
        came after an erasure is a new beginning, and stays."""
        count, ids = 0, set()
        whose: dict[str, int] = {}
        for one in await asyncio.to_thread(lambda: list(self._tombstones.read())):
            if one.key:
                ids.add(bytes.fromhex(one.key))
            for conversation in [one.conversation] if one.conversation else await self._conversations(one.owner):
                created = await self._redis.hget(keys.conversation(conversation), "created")
                if created is not None and int(created) <= one.at:
                    count += sum((await self._remove(conversation)).values())
                    await self._redis.srem(keys.owner(one.owner), conversation)
            subject = f"conversation:{one.conversation}" if one.conversation else one.owner
            whose[subject] = max(one.at, whose.get(subject, 0))
        if whose:
            count += await asyncio.to_thread(self._subjects.forget_again, whose)
        count += await asyncio.to_thread(self._records.sealer.bury, frozenset(ids))
        if count:
            log.warning("erasure.again", records=count)
            await self.rewriting.done()
        return count

    async def expired(self, owner: str, conversation: str) -> None:
        """Remove a conversation whose time is over; without a tombstone, a backup as old is over as well."""
        await self._remove(conversation)
        await self._redis.srem(keys.owner(owner), conversation)

    async def export(self, customer: str) -> dict[str, Any]:
        """Everything held on a signed customer, readable. Raises NotFound where nothing is held."""
        owner = self._records.owner(access.Identity(customer), "")
        found = []
        for conversation in await self._conversations(owner):
            try:
                found.append(await self._everything(await self._records.meta(conversation)))
            except NotFound:
                await self._redis.srem(keys.owner(owner), conversation)
        training = await asyncio.to_thread(self._subjects.records, owner)
        if not found and not training:
            raise NotFound("no_customer", customer=customer)
        documents = await self._named_in(owner)
        return {"customer": customer, "exported_at": self._clock(), "conversations": found,
                "training": training, "documents": documents}

    async def _owner(self, owner: str) -> dict[str, Any]:
        key = await asyncio.to_thread(self._records.sealer.key_id, owner)
        await asyncio.to_thread(self._tombstones.add, Tombstone(owner, "", key.hex() if key else "", self._clock()))
        conversations = await self._conversations(owner)
        destroyed = await asyncio.to_thread(self._records.destroy_key, owner)
        forgotten = await asyncio.to_thread(self._subjects.forget, [owner])
        counts = {"conversations": 0, "messages": 0, "events": 0, "tickets": 0, "corrections": 0,
                  "keys": int(destroyed), "training_records": forgotten.records}
        for one in conversations:
            for name, count in (await self._remove(one)).items():
                counts[name] += count
        await self._redis.delete(keys.owner(owner))
        await self.rewriting.done()
        return {**counts, "adapters": list(forgotten.adapters), "exports": list(forgotten.exports)}

    async def _conversations(self, owner: str) -> list[str]:
        return sorted(one.decode() for one in await self._redis.smembers(keys.owner(owner)))

    async def _named_in(self, owner: str) -> list[dict[str, Any]]:
        """Documents with what the customer told of themselves. Nothing where the index or the key is away: erasing
        doesn't wait for either."""
        vaults = []
        for conversation in await self._conversations(owner):
            sealed = await self._redis.get(keys.vault(conversation))
            if sealed:
                with contextlib.suppress(KeyDestroyed, SealDamaged):
                    vaults.append(Vault.load(self._records.sealer.open(owner, sealed)))
        if not vaults:
            return []
        try:
            return await asyncio.to_thread(mentions.documents, self._settings, mentions.told_by(vaults))
        except (SearchIndexError, OSError) as error:
            log.warning("erasure.index_away", error=type(error).__name__)
            return []

    async def _everything(self, meta: Meta) -> dict[str, Any]:
        tickets = []
        async for ticket, fields in self._tickets_of(meta.id):
            notes = await self._redis.lrange(keys.notes(ticket), 0, -1)
            correction = await self._redis.hget(keys.correction(ticket), "data")
            tickets.append({
                "ticket": ticket, "created": int(fields[b"created"]), "reason": fields[b"reason"].decode(),
                "state": fields[b"state"].decode(), "topic": fields[b"topic"].decode() or None,
                "question": self._records.open(meta, fields[b"question"]),
                "draft": self._records.open_json(meta, fields[b"draft"])["text"] or None,
                "notes": [self._records.open_json(meta, one) for one in notes],
                "correction": self._records.open_json(meta, correction) if correction else None,
            })
        ratings = await self._redis.hgetall(keys.ratings(meta.id))
        return {
            "conversation": meta.id, "created": meta.created, "language": meta.language, "state": meta.state.value,
            "contract_date": meta.contract_date.isoformat() if meta.contract_date else None,
            "consent": meta.consent or NOT_ASKED,
            "messages": [one.shown() for one in await self._records.transcript(meta)],
            "ratings": {name.decode(): self._records.open_json(meta, one) for name, one in ratings.items()},
            "tickets": tickets,
        }

    async def _remove(self, conversation: str) -> dict[str, int]:
        tickets = [ticket async for ticket, _ in self._tickets_of(conversation)]
        doomed = [keys.conversation(conversation), keys.messages(conversation), keys.events(conversation),
                  keys.pending(conversation), keys.vault(conversation), keys.ratings(conversation),
                  keys.conversation_tickets(conversation), keys.all_sent(conversation)]
        doomed += await self._redis.smembers(keys.all_sent(conversation))
        window = self._clock() // 1000 // WINDOW_SECONDS
        doomed += [keys.budget("messages", conversation, one) for one in (window - 1, window)]
        doomed += [name(ticket) for ticket in tickets for name in (keys.ticket, keys.notes, keys.correction)]
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.llen(keys.messages(conversation))
            pipe.xlen(keys.events(conversation))
            pipe.exists(*(keys.correction(ticket) for ticket in tickets), "nothing")
            pipe.exists(keys.conversation(conversation))
            pipe.delete(*doomed)
            for ticket in tickets:
                pipe.zrem(keys.QUEUE, ticket)
                pipe.zrem(keys.TICKETS, ticket)
                pipe.zrem(keys.CORRECTIONS, ticket)
                for command in told_desk(ticket, "erased", self._clock()):
                    pipe.execute_command(*command)
            pipe.publish(keys.WAKE, f"!{conversation}")
            pipe.publish(keys.WAKE, conversation)
            messages, events, corrections, there, *_ = await pipe.execute()
        return {"conversations": there, "messages": messages, "events": events, "tickets": len(tickets),
                "corrections": corrections}

    async def _tickets_of(self, conversation: str) -> AsyncIterator[tuple[str, dict[bytes, bytes]]]:
        for one in await self._redis.lrange(keys.conversation_tickets(conversation), 0, -1):
            fields: dict[bytes, bytes] = await self._redis.hgetall(keys.ticket(one.decode()))
            if fields:
                yield one.decode(), fields
