"""What keeps the service from starting: settings under which its doors would stand open.

Checked before anything listens. Whoever only tries the demo (DEMO=true) is spared the secrets, nothing else.
"""

from __future__ import annotations

import ipaddress
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from chatbot.errors import UnsafeStart
from ingestion.settings import EMPTY, Origin, Settings

SECRET_CHARS = 32
"""Shortest CUSTOMER_SECRET, KEYS_SECRET and METRICS_TOKEN: 128 bits in hexadecimal; whoever guesses the first is any
customer."""
WELL_KNOWN = frozenset({
    "admin", "changeit", "changeme", "change-me", "change_me", "default", "demo", "example", "password", "passwd",
    "postgres", "qdrant", "redis", "replaceme", "root", "secret", "test", "todo", "valkey", "yoursecret", "your-secret",
    "haslo", "tajne", "sekret", "zmien-mnie", "123456", "12345678", "qwerty",
})
"""What examples put where a secret belongs."""
FEW_LETTERS = 8
"""A secret of fewer different characters is a pattern ('aaaa…', '123123…')."""


def check(settings: Settings, origins: tuple[Origin, ...]) -> None:
    """Raises UnsafeStart naming every setting that is not safe, its value (never a secret's) and what to do."""
    found = [*_origins(settings), *_proxies(settings), *_folder(settings.data_dir)]
    if not settings.demo:
        found += [*_secrets(settings, origins), *_servers(settings)]
    if found:
        raise UnsafeStart(" ".join(found))


def loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _origins(settings: Settings) -> Iterator[str]:
    for origin in settings.allowed_origins.split(","):
        origin = origin.strip().rstrip("/")
        if origin and not _is_origin(origin):
            yield (f"ALLOWED_ORIGINS has {origin!r}, which is no single origin: list each as scheme://host or "
                   "scheme://host:port, without wildcards.")


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_ok = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return False
    bare = parts._replace(scheme="", netloc="") == SplitResult("", "", "", "", "")
    plain = bool(parts.hostname) and not set(parts.netloc) & set("*@ \\") and text.isprintable()
    return port_ok and parts.scheme in ("http", "https") and bare and plain


def _proxies(settings: Settings) -> Iterator[str]:
    for proxy in filter(None, (one.strip() for one in settings.trusted_proxies.split(","))):
        try:
            everyone = ipaddress.ip_network(proxy, strict=False).prefixlen == 0
        except ValueError:
            yield f"TRUSTED_PROXIES has {proxy!r}, which is no address: list addresses or networks, such as 10.0.0.0/8."
        else:
            if everyone:
                yield f"TRUSTED_PROXIES has {proxy!r}, which is everyone: list the proxies' own addresses."


def _folder(data_dir: Path) -> Iterator[str]:
    if not data_dir.is_dir():
        return
    mode = stat.S_IMODE(data_dir.stat().st_mode)
    if mode & 0o007:
        yield (f"DATA_DIR={data_dir} is open to every user of this machine (mode {mode:04o}): "
               f"run chmod 700 {data_dir}")


def _secrets(settings: Settings, origins: tuple[Origin, ...]) -> Iterator[str]:
    sources = {origin.name: origin.source for origin in origins}
    signing = settings.customer_secret
    if signing is None and EMPTY in sources.get("CUSTOMER_SECRET", ""):
        yield "CUSTOMER_SECRET is empty: give it a value (openssl rand -hex 32 makes one), or remove the variable."
    for name, field in type(settings).model_fields.items():
        if "SecretStr" not in str(field.annotation):
            continue
        secret: SecretStr | None = getattr(settings, name)
        if secret is None:
            continue
        value = secret.get_secret_value()
        if not value.strip():
            yield f"{name.upper()} is empty: give it a value, or remove the variable."
        elif value.strip().lower() in WELL_KNOWN:
            yield f"{name.upper()} is a value from examples, which everyone knows: make one of your own."
    for name, guarding in (("CUSTOMER_SECRET", signing), ("KEYS_SECRET", settings.keys_secret),
                           ("METRICS_TOKEN", settings.metrics_token)):
        value = guarding.get_secret_value() if guarding else ""
        if value.strip().lower() in WELL_KNOWN | {""}:
            continue  # said above
        if len(value) < SECRET_CHARS or len(set(value)) < FEW_LETTERS:
            yield (f"{name} can be guessed: it has {len(value)} characters, {len(set(value))} different ones; "
                   f"use at least {SECRET_CHARS} random ones (openssl rand -hex 32).")


def _servers(settings: Settings) -> Iterator[str]:
    """A store that other machines reach holds every conversation: it must not be open to them."""
    redis = urlsplit(settings.redis_url or "unix://")
    if redis.scheme in ("redis", "rediss") and not loopback(redis.hostname):
        if not redis.password:
            yield f"REDIS_URL={redis.scheme}://{redis.hostname} has no password: set one there and in the URL."
        elif redis.password.lower() in WELL_KNOWN:
            yield f"The password in REDIS_URL ({redis.hostname}) is one from examples: make one of your own."
    qdrant = urlsplit(settings.qdrant_url or "")
    if qdrant.hostname and not loopback(qdrant.hostname) and settings.qdrant_api_key is None:
        yield f"QDRANT_URL={settings.qdrant_url} has no key: set QDRANT_API_KEY, there and here."
