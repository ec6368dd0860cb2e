"""Agents and admins: accounts (argon2id), sign-in, sessions in the store that can be revoked at once."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chatbot import keys
from chatbot.commit import Store
from chatbot.errors import BadInput, Forbidden, NotFound, TooMany, Unauthorised
from chatbot.handoff import Clock
from chatbot.limits import Limits
from chatbot.messages import digest

T = TypeVar("T")

USER = re.compile(r"^[a-z0-9][a-z0-9._-]{1,39}$")
PASSWORD_CHARS = 10
"""At least; NIST SP 800-63B asks for 8, or 15 without a second factor; with the try limit 10 random ones do."""
PASSWORD_MOST = 1000
"""Characters; argon2 would take its time over more."""
HASHES_AT_ONCE = 2
"""argon2id takes 64 MiB and some 50 ms each: more at once would let sign-ins starve the chat."""


class Role(StrEnum):
    AGENT = "agent"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    csrf: str
    token_hash: str


class Staff:
    def __init__(self, redis: Store, limits: Limits, clock: Clock) -> None:
        self._redis = redis
        self._limits = limits
        self._clock = clock
        self._hasher = PasswordHasher()
        self._executor = ThreadPoolExecutor(HASHES_AT_ONCE, thread_name_prefix="argon2")
        self._hashing = 0
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    async def add(self, user: str, name: str, role: Role, password: str) -> Account:
        """Make the account, or give it a new name, role and password; its sessions end."""
        if not USER.match(user):
            raise BadInput("user", user=user)
        if len(password) < PASSWORD_CHARS:
            raise BadInput("password_short", limit=PASSWORD_CHARS)
        hash_ = await self._run(self._hasher.hash, password)
        await self._redis.hset(keys.staff(user), mapping={
            "name": name, "role": role.value, "password": hash_, "created": self._clock()})
        await self._redis.sadd(keys.STAFF, user)
        await self.revoke(user)
        return Account(user, name, role)

    async def remove(self, user: str) -> None:
        if not await self._redis.delete(keys.staff(user)):
            raise NotFound("no_account", user=user)
        await self._redis.srem(keys.STAFF, user)
        await self.revoke(user)

    async def accounts(self) -> list[Account]:
        found = [await self._account(user.decode()) for user in sorted(await self._redis.smembers(keys.STAFF))]
        return [account for account in found if account is not None]

    async def sign_in(self, user: str, password: str, address: str) -> tuple[str, Session]:
        """A new session: its secret (for the cookie) and what the console needs. Raises Unauthorised, the same for an
        unknown user and a wrong password, and TooMany after too many failures."""
        await self._check_tries(user, address)
        kept = await self._redis.hget(keys.staff(user), "password")
        right = await self._run(self._verify, kept.decode() if kept else self._decoy, password) and kept is not None
        account = await self._account(user) if right else None
        if account is None:
            raise Unauthorised("password")
        await self._redis.delete(keys.tries(f"user:{user}"))
        await self._redis.decr(keys.tries(f"address:{address}"))  # only failures count against an office's address
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        key = keys.session(digest(token))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping={"user": user, "csrf": csrf})
            pipe.expire(key, keys.SESSION)
            pipe.sadd(keys.sessions(user), digest(token))
            pipe.expire(keys.sessions(user), keys.SESSION)
            await pipe.execute()
        return token, Session(account, csrf, digest(token))

    async def session(self, token: str | None) -> Session:
        """Raises Unauthorised for one that is unknown, over or revoked."""
        if not token:
            raise Unauthorised("session")
        user, csrf = await self._redis.hmget(keys.session(digest(token)), ["user", "csrf"])
        account = await self._account(user.decode()) if user else None
        if account is None:
            raise Unauthorised("session")
        await self._redis.set(keys.present(account.user), 1, ex=keys.PRESENCE)
        return Session(account, csrf.decode(), digest(token))

    async def still(self, session: Session) -> bool:
        """Whether it is neither over nor revoked; no sign of life of the agent's."""
        return bool(await self._redis.exists(keys.session(session.token_hash)))

    def check_csrf(self, session: Session, token: str | None) -> None:
        if not token or not hmac.compare_digest(token.encode(), session.csrf.encode()):
            raise Forbidden("csrf")

    async def sign_out(self, session: Session) -> None:
        await self._redis.delete(keys.session(session.token_hash), keys.present(session.account.user))
        await self._redis.srem(keys.sessions(session.account.user), session.token_hash)

    async def revoke(self, user: str) -> None:
        """End every session of the user, at once."""
        hashes = await self._redis.smembers(keys.sessions(user))
        await self._redis.delete(keys.sessions(user), *(keys.session(one.decode()) for one in hashes))

    async def account(self, user: str) -> Account:
        """Raises NotFound."""
        found = await self._account(user)
        if found is None:
            raise NotFound("no_account", user=user)
        return found

    async def _account(self, user: str) -> Account | None:
        name, role = await self._redis.hmget(keys.staff(user), ["name", "role"])
        return Account(user, name.decode(), Role(role.decode())) if name else None

    async def _check_tries(self, user: str, address: str) -> None:
        for who, limit in ((f"user:{user}", self._limits.tries_per_account),
                           (f"address:{address}", self._limits.tries_per_address)):
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.incr(keys.tries(who))
                pipe.expire(keys.tries(who), keys.TRIES, nx=True)
                tries, _ = await pipe.execute()
            if tries > limit:
                raise TooMany("tries", retry_after=max(int(await self._redis.ttl(keys.tries(who))), 1))

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        """In one of the few threads that hash. Raises TooMany at once when enough wait for them already."""
        if self._hashing >= HASHES_AT_ONCE + self._limits.sign_ins_waiting:
            raise TooMany("signing_in", retry_after=1)
        self._hashing += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, function, *arguments)
        finally:
            self._hashing -= 1
