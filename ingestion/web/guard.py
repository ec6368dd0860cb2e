"""Connections that only go to checked addresses: a name is resolved once, and the address that was checked is the one
connected to, so that a name which answers differently the second time (rebinding) gains nothing.

It sits under httpx as httpcore's network backend: TLS still checks the certificate against the name, and each redirect
opens its connection here again.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from ingestion.web.addresses import public
from ingestion.web.errors import RefusedAddress, WebError
from ingestion.web.limits import LIMITS

Resolve = Callable[[str, int], list[str]]
Place = tuple[str, int]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order. Raises WebError when it has none, or none in time."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=ask, name="resolve", daemon=True)  # the call itself knows no deadline
    asking.start()
    asking.join(LIMITS.resolve)
    if not found:
        raise WebError(f"The name {host} is not resolved within {LIMITS.resolve:g} s. Try again later.")
    if isinstance(found[0], Exception):
        raise WebError(f"There is no server named {host} ({found[0]}). Check the address.")
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Guard(httpcore.NetworkBackend):
    """``resolver`` may be a test's own. ``allowed`` are places (address, port) of a test's own server. Neither is a
    setting: no environment or file can open the guard of a running service."""

    def __init__(self, resolver: Resolve = resolve, allowed: frozenset[Place] = frozenset()) -> None:
        self._resolve, self._allowed = resolver, allowed
        self._network = httpcore.SyncBackend()

    def checked(self, host: str, port: int) -> list[str]:
        """The addresses of ``host``, if each may be connected to. Raises RefusedAddress otherwise."""
        addresses = self._resolve(host, port)
        if addresses and all((address, port) in self._allowed for address in addresses):
            return addresses
        if port not in LIMITS.ports:
            raise RefusedAddress(f"{host}:{port}: only the ports {', '.join(map(str, sorted(LIMITS.ports)))} are read. "
                                 "Name a page that the public can open.")
        bad = [address for address in addresses if not public(address)]
        if bad or not addresses:
            raise RefusedAddress(f"{host} leads to {', '.join(bad) or 'no address'}, which is not on the public "
                                 "internet. Save the page and add the file.")
        return addresses

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        trouble: Exception | None = None
        for address in self.checked(host, port):
            try:
                return self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise RefusedAddress(f"{path}: sockets of this machine are not read.")


class GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport over a guard. No proxy: a proxy would connect in our place, unchecked."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=guard, max_connections=4, http2=False
        )
