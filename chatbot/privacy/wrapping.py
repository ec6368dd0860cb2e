"""Customers' keys wrapped under the company's own secret (KEYS_SECRET), so that a copy of ``DATA_DIR/keys`` alone opens
nothing, and the secret can be changed without sealing any message again.

AES key wrap (RFC 3394) under a key derived from the secret (HKDF-SHA256). Without a secret keys lie bare, as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from pydantic import SecretStr

from ingestion.settings import Settings

BARE_BYTES = 32
"""A customer's key as AES-256-GCM takes it."""
WRAPPED_BYTES = BARE_BYTES + 8
"""RFC 3394 adds its check of eight bytes."""
_PURPOSE = b"customers' keys"


@dataclass(frozen=True, slots=True)
class Wrapping:
    """``now`` wraps new keys (None: they stay bare); ``before`` is tried for those wrapped before the secret was
    changed."""

    now: bytes | None = None
    before: bytes | None = None

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self.now, key) if self.now else key

    def unwrap(self, kept: bytes) -> bytes | None:
        """The key; None when neither secret opens it."""
        if len(kept) == BARE_BYTES:
            return kept
        for secret in filter(None, (self.now, self.before)):
            try:
                return aes_key_unwrap(secret, kept)
            except InvalidUnwrap:
                continue  # wrapped under the other one
        return None

    def current(self, kept: bytes) -> bool:
        """Whether it is kept as ``now`` would keep it."""
        if self.now is None or len(kept) == BARE_BYTES:
            return self.now is None and len(kept) == BARE_BYTES
        return Wrapping(self.now).unwrap(kept) is not None


def wrapping(settings: Settings) -> Wrapping:
    return Wrapping(*_derived((settings.keys_secret, settings.keys_secret_before)))


def _derived(secrets: Iterable[SecretStr | None]) -> Iterable[bytes | None]:
    for secret in secrets:
        value = secret.get_secret_value().encode() if secret else b""
        yield HKDF(SHA256(), BARE_BYTES, salt=None, info=_PURPOSE).derive(value) if value else None
