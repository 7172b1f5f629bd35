"""What is wrong with how the portal is set up: pure looks at the settings, each finding a sentence with its fix."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.bind import BadBind, is_loopback, split_bind
from portal.origins import read_origin
from portal.team.addresses import Network

_SHORTEST_SECRET, _FEWEST_LETTERS = 40, 10


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings that have to fit together. `named` are those that were set rather than left to their defaults."""

    bind: str
    access: str
    read: str
    hosts: Sequence[str]
    origins: Sequence[str]
    secret: str
    proxies: Sequence[Network]
    docs: Path
    session_hours: int
    session_days: int
    at_once: int
    named: frozenset[str]


def mistakes(setup: Setup) -> list[str]:
    """Every mistake, in the order in which they are best mended."""
    return [*_of_bind(setup), *_of_origins(setup), *_of_team(setup), *_of_documents(setup)]


def _of_bind(setup: Setup) -> Iterator[str]:
    try:
        host, _ = split_bind(setup.bind)
    except BadBind as problem:
        yield str(problem)
        return
    if len(setup.secret) < _SHORTEST_SECRET or len(set(setup.secret)) < _FEWEST_LETTERS:
        yield "PORTAL_SECRET_KEY can be guessed. Set it to 50 random characters, or leave it out to have one made."
    if is_loopback(host):
        return
    missing = [name for name in ("PORTAL_SECRET_KEY", "PORTAL_HOSTS", "PORTAL_ORIGINS") if name not in setup.named]
    if missing:
        yield f"Listening on {host} lets other machines in; set {', '.join(missing)}."
    if setup.access == "solo":
        yield f"Whoever reaches {host} would own the portal. Set PORTAL_ACCESS=team, or bind to 127.0.0.1."


def _of_origins(setup: Setup) -> Iterator[str]:
    if "*" in setup.hosts:
        yield "PORTAL_HOSTS holds *, with which any site can be made to look like this one. Name the hosts."
    for origin in setup.origins:
        if read_origin(origin) is None:
            yield f"PORTAL_ORIGINS holds “{origin}”, which is no origin. Write https://docs.example, with nothing behind it."
            continue
        host = urlsplit(origin).hostname or ""
        if not _is_served(host, setup.hosts):
            yield f"PORTAL_ORIGINS names {host}, which PORTAL_HOSTS does not, so its pages would be answered with 400. Add it."
        if setup.access == "team" and origin.startswith("http://") and not is_loopback(host):
            yield f"People would send their passwords to {origin} in the clear. Put a proxy with TLS before it and name https://{host}."
    if setup.access == "team" and not setup.origins:
        yield "PORTAL_ORIGINS is empty, so no page could open the websocket. Name the address people use."


def _of_team(setup: Setup) -> Iterator[str]:
    if setup.access == "solo":
        for name in ("PORTAL_READ", "PORTAL_PROXIES", "PORTAL_PERSON_AT_ONCE", "PORTAL_PERSON_HOURLY", "PORTAL_PERSON_TOKENS"):
            if name in setup.named:
                yield f"{name} does nothing while PORTAL_ACCESS is solo. Set PORTAL_ACCESS=team, or leave it out."
        return
    if any(origin.startswith("https://") for origin in setup.origins) and not setup.proxies:
        yield "The proxy with TLS is not in PORTAL_PROXIES, so everybody seems to come from its address. Add it, such as 127.0.0.1."
    for network in setup.proxies:
        if network.prefixlen == 0:
            yield f"PORTAL_PROXIES holds {network}, so anybody could say where they come from. Name the proxy alone."
    if not setup.session_hours or not setup.session_days:
        yield "PORTAL_SESSION_HOURS or PORTAL_SESSION_DAYS is 0, so nobody would stay signed in. Leave it out for 72 and 30."
    if not setup.at_once:
        yield "PORTAL_PERSON_AT_ONCE is 0, so one person may take every place. Leave it out for 4."


def _of_documents(setup: Setup) -> Iterator[str]:
    if not setup.docs.is_dir():
        yield f"PORTAL_DOCS_ROOT is {setup.docs}, which is no folder."
    elif next(setup.docs.rglob("*.md*"), None) is None:
        yield f"There are no documents in {setup.docs}. Put markdown there, or set PORTAL_DOCS_ROOT."


def _is_served(host: str, hosts: Sequence[str]) -> bool:
    shown = f"[{host}]" if _is_ipv6(host) else host
    return any(
        known in ("*", shown) or (known.startswith(".") and (shown == known[1:] or shown.endswith(known))) for known in hosts
    )


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
