"""Erasing a person and giving them everything that is held on them.

Erasing first destroys the key (`chatbot.privacy.sealing`), which makes every copy in the append-only file and in
backups unreadable, then removes the records.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from redis.exceptions import ResponseError

from chatbot import access, keys
from chatbot.errors import NotFound
from chatbot.handoff import Clock
from chatbot.record import Meta, Records
from chatbot.webhooks.outbox import Type, happened

log = structlog.get_logger()


class Erasure:
    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._redis = records.redis
        self._clock = clock

    async def customer(self, customer: str) -> dict[str, int]:
        """Erase a signed customer: counts of what went. Raises NotFound where nothing is held."""
        owner = access.owner(access.Identity(customer), "")
        conversations = [one.decode() for one in await self._redis.smembers(keys.owner(owner))]
        key_destroyed = await asyncio.to_thread(self._records.destroy_key, owner)
        counts = {"conversations": 0, "messages": 0, "events": 0, "tickets": 0, "corrections": 0,
                  "keys": int(key_destroyed)}
        for conversation in conversations:
            for name, count in (await self._remove(conversation)).items():
                counts[name] += count
        await self._redis.delete(keys.owner(owner))
        await self._rewrite()
        if not any(counts.values()):
            raise NotFound("no_customer", customer=customer)
        return counts

    async def conversation(self, meta: Meta) -> dict[str, int]:
        """Erase one conversation. An anonymous one's key goes with it; a customer's key stays for their others."""
        if meta.owner == access.owner(access.Identity(), meta.id):
            await asyncio.to_thread(self._records.destroy_key, meta.owner)
        counts = await self._remove(meta.id)
        await self._redis.srem(keys.owner(meta.owner), meta.id)
        await self._rewrite()
        return counts

    async def export(self, customer: str) -> dict[str, Any]:
        """Everything held on a signed customer, readable. Raises NotFound where nothing is held."""
        owner = access.owner(access.Identity(customer), "")
        conversations = sorted(one.decode() for one in await self._redis.smembers(keys.owner(owner)))
        found = []
        for conversation in conversations:
            try:
                found.append(await self._everything(await self._records.meta(conversation)))
            except NotFound:
                await self._redis.srem(keys.owner(owner), conversation)
        if not found:
            raise NotFound("no_customer", customer=customer)
        return {"customer": customer, "exported_at": self._clock(), "conversations": found}

    async def _everything(self, meta: Meta) -> dict[str, Any]:
        tickets = []
        async for ticket, fields in self._tickets_of(meta.id):
            notes = await self._redis.lrange(keys.notes(ticket), 0, -1)
            correction = await self._redis.hget(keys.correction(ticket), "data")
            tickets.append({
                "ticket": ticket, "created": int(fields[b"created"]), "reason": fields[b"reason"].decode(),
                "state": fields[b"state"].decode(),
                "notes": [self._records.open_json(meta, one) for one in notes],
                "correction": self._records.open_json(meta, correction) if correction else None,
            })
        ratings = await self._redis.hgetall(keys.ratings(meta.id))
        return {
            "conversation": meta.id, "created": meta.created, "language": meta.language, "state": meta.state.value,
            "contract_date": meta.contract_date.isoformat() if meta.contract_date else None,
            "messages": [one.shown() for one in await self._records.transcript(meta)],
            "ratings": {name.decode(): self._records.open_json(meta, one) for name, one in ratings.items()},
            "tickets": tickets,
        }

    async def _remove(self, conversation: str) -> dict[str, int]:
        tickets = [ticket async for ticket, _ in self._tickets_of(conversation)]
        doomed = [keys.conversation(conversation), keys.messages(conversation), keys.events(conversation),
                  keys.pending(conversation), keys.vault(conversation), keys.ratings(conversation),
                  keys.conversation_tickets(conversation)]
        doomed += [key async for key in self._redis.scan_iter(match=keys.sent(conversation, "*"), count=1000)]
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
                for command in happened(ticket, Type.ERASED, self._clock()):
                    pipe.execute_command(*command)
            pipe.publish(keys.WAKE, f"!{conversation}")
            pipe.publish(keys.WAKE, conversation)
            pipe.publish(keys.WAKE, keys.DESK)
            messages, events, corrections, there, *_ = await pipe.execute()
        return {"conversations": there, "messages": messages, "events": events, "tickets": len(tickets),
                "corrections": corrections}

    async def _rewrite(self) -> None:
        """Have the append-only file written anew, so that ids leave it too. One that runs already is as good."""
        try:
            await self._redis.bgrewriteaof()
        except ResponseError as error:
            log.info("erasure.rewrite", answer=str(error))

    async def _tickets_of(self, conversation: str) -> AsyncIterator[tuple[str, dict[bytes, bytes]]]:
        for one in await self._redis.lrange(keys.conversation_tickets(conversation), 0, -1):
            fields: dict[bytes, bytes] = await self._redis.hgetall(keys.ticket(one.decode()))
            if fields:
                yield one.decode(), fields
