"""Which addresses the fetcher may connect to: those of the public internet, and no other. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")
_TRANSLATED = (IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"))
"""Local NAT64 and Teredo: what they lead to can't be told."""


def public(text: str) -> bool:
    """Whether an address, as a resolver gives it, is of the public internet.

    Not: private, loopback, link-local (cloud metadata), shared (100.64/10), multicast, reserved, documentation, and
    whatever of that is wrapped in an IPv6 address (mapped, 6to4, NAT64).
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if (inner := _inner(address)) is not None:
            return _public(inner)
        if any(address in network for network in _TRANSLATED) or address.is_site_local:
            return False
    return _public(address)


def _public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
        or address.is_link_local or address.is_private
    )  # fmt: skip


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one carries, if it does."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    value = int(address)
    if address in _NAT64 or (value >> 32 == 0 and value > 1):  # ::a.b.c.d, given up in 2006, is still connected to
        return IPv4Address(value & 0xFFFFFFFF)
    return None
