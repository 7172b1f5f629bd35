"""From the address an example names to the server it means: the local Ollama, Ollama's cloud, or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from portal.examples.unknowns import Text, Unknown, Words, join_pieces, show_words
from portal.examples.values import Upstream

LOCAL_ORIGIN = "http://localhost:11434"
CLOUD_ORIGIN = "https://ollama.com"
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "0.0.0.0", "::1", "::", "host.docker.internal"}  # noqa: S104 - read, not bound
_CLOUD_HOSTS = {"ollama.com", "www.ollama.com"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes: the server's role, its origin as written (empty for a bare path), and the path."""

    upstream: Upstream
    origin: str
    path: str


def names_ollama_host(setting: str) -> bool:
    """Say whether an environment variable is by its name the address of an Ollama server."""
    name = setting.upper()
    return name == "OLLAMA_HOST" or (name.startswith("OLLAMA_") and name.endswith(("_HOST", "_URL")))


def read_address(words: Words) -> Address | None:
    """Read a URL, or the path of one; None when there is no telling where it leads."""
    return _read_url(words if isinstance(words, str) else show_words(_stand_in_for_host(words)))


@lru_cache(maxsize=1024)  # a set names the same few over and over
def _read_url(url: str) -> Address | None:
    url = url.strip()
    if url.startswith("/"):
        return Address("local", "", _path_of(url))
    if "://" not in url:
        url = "http://" + url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    upstream = _classify(parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme])
    return Address(upstream, f"{parts.scheme}://{parts.netloc}", _path_of(parts.path))


def map_host(address: Address, hosts: Mapping[str, str]) -> Address:
    """The address at the upstream that the operator named for its host: with its port, else for all its ports."""
    parts = urlsplit(address.origin)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)
    shown = f"[{host}]" if ":" in host else host
    name = hosts.get(f"{shown}:{port}") or hosts.get(shown)
    return replace(address, upstream=name) if name else address


def _classify(scheme: str, host: str, port: int) -> Upstream:
    if host in _LOCAL_HOSTS and port == 11434:
        return "local"
    if host in _CLOUD_HOSTS and port == _DEFAULT_PORTS[scheme]:
        return "cloud"
    return "other"


def _path_of(path: str) -> str:
    return unquote(path.partition("?")[0].partition("#")[0]) or "/"


def _stand_in_for_host(words: Words) -> Words:
    """Put the local server where the block writes `$OLLAMA_HOST` (or the like) and never gives it a value."""
    pieces = words.pieces if isinstance(words, Text) else (words,)
    scheme = pieces[0] if isinstance(pieces[0], str) else ""
    at = 1 if scheme in ("http://", "https://") else 0
    if at < len(pieces):
        host = pieces[at]
        if isinstance(host, Unknown) and host.why == "setting" and names_ollama_host(host.name):
            rest = _drop_port(pieces[at + 1 :])
            return join_pieces((LOCAL_ORIGIN, *rest))
    return words


def _drop_port(pieces: tuple[str | Unknown, ...]) -> tuple[str | Unknown, ...]:
    """Leave out a `:11434` written after the variable; another port keeps its place and makes it another server."""
    if pieces and isinstance(pieces[0], str) and pieces[0].startswith(":11434"):
        return (pieces[0].removeprefix(":11434"), *pieces[1:])
    return pieces
