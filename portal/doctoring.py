"""What is wrong with how the portal is set up: pure looks at the settings, each finding a sentence with its fix."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from portal.bind import LOOPBACK_NAMES, BadBind, is_loopback, split_bind
from portal.origins import read_origin
from portal.team.addresses import Network

_SHORTEST_SECRET, _FEWEST_LETTERS, _SHORTEST_TOKEN = 50, 10, 20
_TEAMS_ONLY = (
    "PORTAL_READ", "PORTAL_PROXIES", "PORTAL_PERSON_AT_ONCE", "PORTAL_PERSON_HOURLY", "PORTAL_PERSON_TOKENS",
    "PORTAL_SESSION_HOURS", "PORTAL_SESSION_DAYS", "PORTAL_METRICS_TOKEN", "PORTAL_KEEP_AUDIT",
    "PORTAL_SIGN_ON", "PORTAL_SECOND_FACTOR",
)  # fmt: skip
# Of those who test the portal.
_NOT_OURS = frozenset({"PORTAL_TEST_STRICT"})


class Mistake(NamedTuple):
    """What is wrong and how to mend it; `id` is what it is called for good, so that it can be silenced."""

    id: str
    said: str


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings that have to fit together.

    `named` are those that were set rather than left to their defaults, `known` those there are; `loose` are files with secrets
    in them that others on the machine can read.
    """

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
    known: frozenset[str] = frozenset()
    data: Path = Path("/var/lib/portal")
    engine: str = "postgresql"
    redis: str = ""
    metrics_token: str = ""
    longest_queue: int = 100
    loose: Sequence[Path] = ()
    local_only: bool = False
    traces_by: str = ""


def mistakes(setup: Setup) -> list[Mistake]:
    """Every mistake, in the order in which they are best mended."""
    found = [
        *_of_names(setup), *_of_bind(setup), *_of_hosts(setup), *_of_origins(setup), *_of_team(setup), *_of_proxies(setup),
        *_of_stores(setup), *_of_secrets(setup), *_of_documents(setup), *_of_traces(setup),
    ]  # fmt: skip
    return [Mistake(f"portal.W{number:03}", said) for number, said in found]


Found = Iterator[tuple[int, str]]


def _of_names(setup: Setup) -> Found:
    # A provider's secret is named by the provider.
    secrets = {name for name in setup.named if name.startswith("PORTAL_SIGN_ON_SECRET_")}
    ours = {name for name in setup.named if name.startswith("PORTAL_")} - secrets - _NOT_OURS
    for name in sorted(ours - setup.known) if setup.known else ():
        near = get_close_matches(name, setup.known, 1)
        yield 1, f"{name} is no setting of the portal. " + (f"Is {near[0]} meant?" if near else "Leave it out.")


def _of_bind(setup: Setup) -> Found:
    try:
        host, _ = split_bind(setup.bind)
    except BadBind as problem:
        yield 2, str(problem)
        return
    if len(setup.secret) < _SHORTEST_SECRET or len(set(setup.secret)) < _FEWEST_LETTERS:
        yield 3, "PORTAL_SECRET_KEY can be guessed. Set it to 50 random characters, or leave it out to have one made."
    if is_loopback(host):
        return
    missing = [name for name in ("PORTAL_SECRET_KEY", "PORTAL_HOSTS", "PORTAL_ORIGINS") if name not in setup.named]
    if missing:
        yield 4, f"Listening on {host} lets other machines in; set {', '.join(missing)}."
    if setup.access == "solo":
        yield 5, f"Whoever reaches {host} would own the portal. Set PORTAL_ACCESS=team, or bind to 127.0.0.1."


def _of_hosts(setup: Setup) -> Found:
    if "*" in setup.hosts:
        yield 6, "PORTAL_HOSTS holds *, with which any site can be made to look like this one. Name the hosts."
    for host in setup.hosts:
        bare = host.removeprefix(".")
        if host != "*" and not host.startswith("[") and (not bare or any(sign in bare for sign in "/:*@ ")):
            yield 7, f"PORTAL_HOSTS holds “{host}”, which is no host name. Write docs.example, without scheme and port."


def _of_origins(setup: Setup) -> Found:
    for origin in setup.origins:
        if read_origin(origin) is None:
            yield 8, f"PORTAL_ORIGINS holds “{origin}”, which is no origin. Write https://docs.example, with nothing behind it."
            continue
        host = urlsplit(origin).hostname or ""
        if not _is_served(host, setup.hosts) and "PORTAL_ORIGINS" in setup.named:
            yield 9, f"PORTAL_ORIGINS names {host}, which PORTAL_HOSTS does not, so its pages would be answered with 400. Add it."
        if setup.access == "team" and origin.startswith("http://") and not is_loopback(host):
            yield 10, f"People would send their passwords to {origin} in the clear. Put a proxy with TLS before it and name https://{host}."
    public = next((host for host in setup.hosts if host != "*" and not is_loopback(host.strip("[]."))), None)
    known = [origin for origin in setup.origins if read_origin(origin)]
    # Of a server that others reach by itself, 4 tells the same.
    listens_here = setup.bind.startswith(tuple(f"{name}:" for name in LOOPBACK_NAMES))
    is_ours_to_tell = "PORTAL_ORIGINS" in setup.named or listens_here
    if public and known and is_ours_to_tell and all(is_loopback(urlsplit(origin).hostname or "") for origin in known):
        yield 11, f"PORTAL_ORIGINS does not name {public}, so its pages could run nothing. Add the address people use: https://{public.lstrip('.')}."


def _of_team(setup: Setup) -> Found:
    if setup.access == "solo":
        for name in _TEAMS_ONLY:
            if name in setup.named:
                yield 12, f"{name} does nothing while PORTAL_ACCESS is solo. Set PORTAL_ACCESS=team, or leave it out."
        return
    if not setup.session_hours or not setup.session_days:
        yield 13, "PORTAL_SESSION_HOURS or PORTAL_SESSION_DAYS is 0, so nobody would stay signed in. Leave it out for 72 and 30."
    if not setup.at_once:
        yield 14, "PORTAL_PERSON_AT_ONCE is 0, so one person may take every place. Leave it out for 4."
    if setup.metrics_token and len(setup.metrics_token) < _SHORTEST_TOKEN:
        yield 15, "PORTAL_METRICS_TOKEN can be guessed. Set it to 30 random characters, or leave it out."


def _of_proxies(setup: Setup) -> Found:
    if setup.access == "solo":
        return
    if any(origin.startswith("https://") for origin in setup.origins) and not setup.proxies:
        yield 16, "The proxy with TLS is not in PORTAL_PROXIES, so everybody seems to come from its address. Add it: 127.0.0.1."
    for network in setup.proxies:
        if network.prefixlen == 0:
            yield 17, f"PORTAL_PROXIES holds {network}, so anybody could say where they come from. Name the proxy alone."


def _of_stores(setup: Setup) -> Found:
    if setup.engine not in ("sqlite3", "postgresql"):
        yield 18, f"DATABASE_URL names a database of the kind {setup.engine}. Name a PostgreSQL, or leave it out for SQLite."
    if setup.redis and setup.engine == "sqlite3":
        yield 19, "REDIS_URL is set without a PostgreSQL, and several workers need both. Set DATABASE_URL too, or leave it out."
    if not setup.longest_queue:
        yield 20, "PORTAL_LONGEST_QUEUE is 0, so whoever comes while all places are taken is refused. Leave it out for 100."


def _of_secrets(setup: Setup) -> Found:
    for file in setup.loose:
        yield 21, f"{file} can be read by others on this machine. Run: chmod 600 {file}"
    if setup.local_only and {"OLLAMA_API_KEY", "OLLAMA_API_KEY_FILE"} & setup.named:
        yield 22, "PORTAL_LOCAL_ONLY is yes, so the key for the cloud does nothing. Leave OLLAMA_API_KEY (or _FILE) out."


def _of_traces(setup: Setup) -> Found:
    if setup.traces_by not in ("", "http/protobuf"):
        yield 26, (
            f"OTEL_EXPORTER_OTLP_PROTOCOL is {setup.traces_by}, and the portal sends traces as http/protobuf. "
            "Leave it out, and name the collector's port for HTTP, 4318 as a rule."
        )


def _of_documents(setup: Setup) -> Found:
    if not setup.docs.is_dir():
        yield 23, f"PORTAL_DOCS_ROOT is {setup.docs}, which is no folder. Name the folder with your pages."
        return
    if next(setup.docs.rglob("*.md*"), None) is None:
        yield 24, f"There are no documents in {setup.docs}. Put markdown there, or set PORTAL_DOCS_ROOT."
    if setup.data.is_relative_to(setup.docs):
        yield 25, f"PORTAL_DATA is {setup.data}, within the documents, which are served to readers. Name a folder elsewhere."


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
