"""Where requests may go: the named servers the operator configured, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

CLOUD_ORIGIN = "https://ollama.com"
DEFAULT_HOST = "127.0.0.1:11434"
_SHORTEST_SHOWN = 16
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")


# Keys read from files, with what their file was like then.
_keys: dict[Path, tuple[tuple[int, int, int], str]] = {}


class BadUpstream(ValueError):
    """A setting that names a server cannot be understood; the message says which and how to write it."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """A server that answers Ollama's API.

    `origin` is `scheme://host[:port]` with an optional path prefix and no trailing slash. `key`, or what stands in
    `key_file` at the time, is sent as a bearer token and never shown. `embedded` marks the engine this portal brings along.
    """

    name: str
    origin: str
    key: str | None = field(default=None, repr=False)
    embedded: bool = False
    key_file: Path | None = None

    @property
    def has_key(self) -> bool:
        """Whether a key goes along."""
        return self.key is not None or self.key_file is not None

    @property
    def present_key(self) -> str | None:
        """The key as it is now: a file is read anew when it has changed; None where it cannot be."""
        return self.key if self.key_file is None else _read_key(self.key_file)

    @property
    def where(self) -> str:
        """The upstream in a sentence: its address says nothing to a reader when it is the engine beside the portal."""
        return "the embedded engine" if self.embedded else f"Ollama at {self.origin}"


def without_key(text: str, key: str) -> str:
    """A text of the far end's that may repeat the key it was sent: of the key its last four letters stay at most."""
    return text.replace(key, f"…{key[-4:]}" if len(key) >= _SHORTEST_SHOWN else "…")


def parse_host(text: str) -> str:
    """Turn one of Ollama's own spellings of `OLLAMA_HOST` into an origin.

    Accepts `host`, `host:port`, `:port`, `[v6]:port`, `http://…`, `https://…` with an optional path. The port is 11434
    unless the scheme is written out (then 80 or 443), as in ollama/ollama `envconfig/config.go`. An address that means
    "every interface" to a server means this machine to a client.
    """
    text = text.strip().strip("\"'")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text
    default_port = {"http": 80, "https": 443}.get(scheme) if separator else 11434
    if default_port is None:
        raise BadUpstream(f"“{text}” starts with {scheme}://, but only http:// and https:// can be spoken to.")
    authority, _, prefix = rest.partition("/")
    if not authority:
        raise BadUpstream(f"“{text}” names no host; write host, host:port or http://host:port.")
    if authority.count(":") > 1 and not authority.startswith("["):
        authority = f"[{authority}]"
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname or "127.0.0.1", parts.port or default_port
    except ValueError:
        raise BadUpstream(f"“{text}” is not an address; write host, host:port or http://host:port.") from None
    if parts.username is not None or re.search(r"[\s?#\\]", rest):
        raise BadUpstream(f"“{text}” is not an address; write host, host:port or http://host:port.")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}" + (f"/{prefix.strip('/')}" if prefix.strip("/") else "")


def read_hosts(text: str, upstreams: Mapping[str, Upstream]) -> dict[str, str]:
    """Read `PORTAL_EXAMPLE_HOSTS`: which upstream answers for the hosts that examples name (`host` or `host:port`)."""
    found: dict[str, str] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        host, _, name = (part.strip() for part in item.rpartition("="))
        host = host.lower().removeprefix("http://").removeprefix("https://").rstrip("/")
        if not _HOST.fullmatch(host):
            raise BadUpstream(f"PORTAL_EXAMPLE_HOSTS holds “{item}”; write host=upstream or host:port=upstream.")
        if name not in upstreams:
            raise BadUpstream(
                f"PORTAL_EXAMPLE_HOSTS sends {host} to “{name}”, which is no upstream; there is {', '.join(upstreams)}."
            )
        found[host] = name
    return found


def read_upstreams(environment: Mapping[str, str]) -> dict[str, Upstream]:
    """Build the table of upstreams from `OLLAMA_HOST`, the key of the cloud and `PORTAL_UPSTREAMS`.

    With `PORTAL_LOCAL_ONLY` none of them is the cloud.
    """
    found = {"local": Upstream("local", parse_host(environment.get("OLLAMA_HOST") or DEFAULT_HOST))}
    key, key_file = (environment.get(name, "").strip() for name in ("OLLAMA_API_KEY", "OLLAMA_API_KEY_FILE"))
    if key and key_file:
        raise BadUpstream("OLLAMA_API_KEY and OLLAMA_API_KEY_FILE are both set; leave one of them out.")
    if key_file and _read_key(Path(key_file)) is None:
        raise BadUpstream(f"OLLAMA_API_KEY_FILE is {key_file}, but no key can be read there; it holds the key and nothing else.")
    if key or key_file:
        found["cloud"] = Upstream("cloud", CLOUD_ORIGIN, key=key or None, key_file=Path(key_file) if key_file else None)
    for item in filter(None, map(str.strip, environment.get("PORTAL_UPSTREAMS", "").split(","))):
        name, separator, host = item.partition("=")
        if not separator or not _NAME.fullmatch(name.strip()) or name.strip() in found:
            raise BadUpstream(
                f"PORTAL_UPSTREAMS holds “{item}”; write name=http://host:port, each name once, "
                "in lower-case letters and digits, and neither “local” nor “cloud”."
            )
        found[name.strip()] = Upstream(name.strip(), parse_host(host))
    return _only_local(found) if environment.get("PORTAL_LOCAL_ONLY") == "yes" else found


def _only_local(found: Mapping[str, Upstream]) -> dict[str, Upstream]:
    if is_cloud(found["local"]):
        raise BadUpstream("PORTAL_LOCAL_ONLY is “yes”, but OLLAMA_HOST names ollama.com, which is Ollama's cloud.")
    return {name: upstream for name, upstream in found.items() if not is_cloud(upstream)}


def is_cloud(upstream: Upstream) -> bool:
    """Whether that is Ollama's cloud, whatever it is called here."""
    host = (urlsplit(upstream.origin).hostname or "").rstrip(".")
    return host == "ollama.com" or host.endswith(".ollama.com")


def _read_key(file: Path) -> str | None:
    try:
        stat = file.stat()
        kept = _keys.get(file)
        if kept is None or kept[0] != (stat.st_mtime_ns, stat.st_size, stat.st_ino):
            text = file.read_text("ascii").strip()
            kept = _keys[file] = ((stat.st_mtime_ns, stat.st_size, stat.st_ino), text)
    except (OSError, ValueError):
        return None
    # What cannot stand in a header is no key.
    return kept[1] if kept[1].isprintable() and kept[1] and " " not in kept[1] else None


def read_numbers(text: str, upstreams: Mapping[str, Upstream]) -> dict[str, int]:
    """`PORTAL_RUNS_AT_ONCE`: a whole number for all (under the name ""), and `name=number` for those that differ."""
    found: dict[str, int] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        name, separator, number = item.rpartition("=")
        name, number = name.strip(), number.strip()
        if bool(separator) != (name in upstreams) or not (number.isascii() and number.isdigit() and 0 < int(number) < 10_000):
            raise BadUpstream(
                f"PORTAL_RUNS_AT_ONCE holds “{item}”; write a whole number from 1, "
                f"and name=number for an upstream that differs (there are {', '.join(upstreams)})."
            )
        found[name] = int(number)
    return found


def read_stand_ins(text: str, upstreams: Mapping[str, Upstream]) -> dict[str, list[str]]:
    """`PORTAL_STAND_INS`: `name=other`, several of them for several to be tried in that order."""
    found: dict[str, list[str]] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        name, _, other = (part.strip() for part in item.partition("="))
        if name not in upstreams or other not in upstreams or name == other:
            raise BadUpstream(
                f"PORTAL_STAND_INS holds “{item}”; write name=other with two upstreams of this portal "
                f"(there are {', '.join(upstreams)}): the second is asked when the first cannot take a request."
            )
        found.setdefault(name, []).append(other)
    return found
