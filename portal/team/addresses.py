"""From which address somebody comes, where a proxy may stand between."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class BadProxies(ValueError):
    """`PORTAL_PROXIES` cannot be understood; the message says why."""


def read_networks(listed: Sequence[str]) -> list[Network]:
    """The proxies that are believed. Raises `BadProxies`."""
    try:
        return [ipaddress.ip_network(one, strict=False) for one in listed]
    except ValueError as problem:
        raise BadProxies(f"PORTAL_PROXIES names no address or network: {problem}. Write 127.0.0.1 or 10.0.0.0/8.") from None


def address_of(scope: Mapping[str, Any], proxies: Sequence[Network]) -> str:
    """The address of the peer; of whom a proxy that is believed says it forwards for, where the peer is one.

    Each proxy adds the address it saw at the end of `X-Forwarded-For`; what stands before the first that is not
    believed could have been written by anybody.
    """
    address = str((scope.get("client") or ("",))[0])
    said = b",".join(value for name, value in scope.get("headers", ()) if name == b"x-forwarded-for")
    forwarded = [one.strip() for one in said.decode("latin-1").split(",") if one.strip()]
    while forwarded and is_among(address, proxies):
        before = forwarded.pop()
        if _read(before) is None:
            break
        address = before
    return address


def neighbourhood(address: str) -> str:
    """What is counted as one address: with IPv6 everybody has a whole network of them."""
    found = _read(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is one of those."""
    found = _read(address)
    return found is not None and any(found in network for network in networks)


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found
