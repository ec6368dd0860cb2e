"""A conversation's record in the store, and the events and messages written into it. Personal text is sealed here and
opened here, with the key of the conversation's owner."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chatbot import access, events, keys
from chatbot.commit import Commands, Store
from chatbot.errors import ClientIdReused, NotFound
from chatbot.limits import Limits
from chatbot.messages import Message, digest
from chatbot.privacy.errors import KeyDestroyed, SealDamaged
from chatbot.privacy.sealing import Sealer
from chatbot.states import State


@dataclass(frozen=True, slots=True)
class Meta:
    """The hash of a conversation. ``busy`` is the message being answered (empty: none), ``turn`` the attempt at it,
    ``fence`` grows with each attempt and each handover: what was begun under an older one may not write. ``consent`` to
    training: given, refused, or empty where nobody asked. ``parked``: its turn waits until the customer is back.
    ``job`` is the entry of the turn stream whose attempt ``turn`` is. ``customer`` is sealed (`Records.customer`)."""

    id: str
    token: str
    owner: str
    language: str
    customer: str
    contract_date: date | None
    created: int
    state: State
    fence: int
    busy: str
    turn: str
    tries: int
    ticket: str
    consent: str = ""
    parked: bool = False
    job: str = ""


class Records:
    """Reads and writes conversations. Writes come back as commands, for one atomic step with others."""

    def __init__(self, redis: Store, sealer: Sealer, limits: Limits) -> None:
        self.redis = redis
        self._sealer = sealer
        self._limits = limits

    async def meta(self, conversation: str) -> Meta:
        """Raises NotFound."""
        found: dict[bytes, bytes] = await self.redis.hgetall(keys.conversation(conversation))
        if not found:
            raise NotFound("no_conversation")
        return _meta(conversation, found)

    async def metas(self, conversations: Sequence[str]) -> list[Meta | None]:
        """Many at once, in one round trip; None for one that isn't there."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for one in conversations:
                pipe.hgetall(keys.conversation(one))
            found = await pipe.execute()
        return [_meta(one, kept) if kept else None for one, kept in zip(conversations, found, strict=True)]

    def event(self, meta: Meta, type_: str, data: dict[str, Any]) -> Commands:
        return events.append(keys.events(meta.id), meta.id, type_, data, self._limits.events_kept,
                             lambda text: self.seal(meta, text))

    def say(self, meta: Meta, message: Message) -> Commands:
        """The message in the transcript and as an event; the conversation's lifetime begins anew."""
        return [("RPUSH", keys.messages(meta.id), self.seal(meta, message.dump())),
                *self.event(meta, "message", message.shown()), *self.lifetime(meta)]

    def lifetime(self, meta: Meta) -> Commands:
        return [("EXPIRE", key, keys.RETENTION) for key in (
            keys.conversation(meta.id), keys.messages(meta.id), keys.events(meta.id), keys.vault(meta.id))]

    async def transcript(self, meta: Meta, last: int | None = None) -> list[Message]:
        """Messages in order; the newest ``last`` of them."""
        sealed = await self.redis.lrange(keys.messages(meta.id), -last if last else 0, -1)
        return [Message.load(self.open(meta, one)) for one in sealed]

    async def last_said(self, metas: Sequence[Meta]) -> list[Message | None]:
        """The newest message of each, in one round trip; None also for one that can't be read."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for meta in metas:
                pipe.lindex(keys.messages(meta.id), -1)
            found = await pipe.execute()
        return [self._read(meta, one) if one else None for meta, one in zip(metas, found, strict=True)]

    def _read(self, meta: Meta, sealed: bytes) -> Message | None:
        try:
            return Message.load(self.open(meta, sealed))
        except (KeyDestroyed, SealDamaged):
            return None

    async def sent(self, meta: Meta, key: str, text: str) -> str | None:
        """The message that was sent under this client id already. Raises ClientIdReused if it had another text."""
        kept: bytes | None = await self.redis.get(key)
        if kept is None:
            return None
        message, _, sealed = kept.partition(b" ")
        if self.open(meta, sealed) != digest(text):
            raise ClientIdReused("client_id_reused")
        return message.decode()

    def mark_sent(self, meta: Meta, key: str, message: Message) -> Commands:
        return [("SET", key, message.id.encode() + b" " + self.seal(meta, digest(message.text)), "EX", keys.SENT),
                ("SADD", keys.all_sent(meta.id), key), ("EXPIRE", keys.all_sent(meta.id), keys.SENT)]

    def owner(self, who: access.Identity, conversation: str) -> str:
        """Whose key seals the conversation, as it stands in the store: a signed customer's id is there as a keyed hash
        only, since it may be a name or an e-mail address."""
        owner = access.owner(who, conversation)
        return f"customer:{self._sealer.pseudonym(owner)}" if who.customer else owner

    def subject(self, customer: str) -> str:
        """What the audit trail calls a signed customer: the keyed hash of their id."""
        return self.owner(access.Identity(customer), "")

    def customer(self, meta: Meta) -> str:
        """The signed customer's id; empty for an anonymous one."""
        return self.open(meta, base64.b64decode(meta.customer)) if meta.customer else ""

    def seal_customer(self, owner: str, customer: str) -> str:
        """As `customer` reads it back."""
        return base64.b64encode(self._sealer.seal(owner, customer)).decode() if customer else ""

    def make_key(self, owner: str) -> None:
        """Makes the owner's key, where there is none; one that is there is no longer taken for abandoned, though the
        owner's conversation isn't in the store yet. Blocks for a few file operations."""
        self._sealer.take(owner)

    def seal(self, meta: Meta, text: str) -> bytes:
        return self._sealer.seal(meta.owner, text)

    def open(self, meta: Meta, sealed: bytes) -> str:
        return self._sealer.open(meta.owner, sealed)

    @property
    def sealer(self) -> Sealer:
        return self._sealer

    def destroy_key(self, owner: str) -> bool:
        """Makes all that was sealed for the owner unreadable. Blocks for a few file operations."""
        return self._sealer.destroy(owner)

    def seal_json(self, meta: Meta, value: Any) -> bytes:
        return self.seal(meta, json.dumps(value, ensure_ascii=False))

    def open_json(self, meta: Meta, sealed: bytes) -> Any:
        return json.loads(self.open(meta, sealed))


def _meta(conversation: str, found: dict[bytes, bytes]) -> Meta:
    text = {name.decode(): value.decode() for name, value in found.items()}
    return Meta(
        id=conversation, token=text["token"], owner=text["owner"], language=text["language"],
        customer=text.get("customer", ""),
        contract_date=date.fromisoformat(text["contract_date"]) if text.get("contract_date") else None,
        created=int(text["created"]), state=State(text["state"]), fence=int(text["fence"]),
        busy=text.get("busy", ""), turn=text.get("turn", ""), tries=int(text.get("tries", 0)),
        ticket=text.get("ticket", ""), consent=text.get("consent", ""), parked=bool(text.get("parked")),
        job=text.get("job", ""),
    )
