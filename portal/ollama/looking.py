"""What an upstream says of itself when it is looked at: its version, what it has, what it holds in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from portal.ollama.client import Client
from portal.ollama.errors import BrokenProtocol, OllamaError, Refused
from portal.ollama.models import Model, list_models
from portal.ollama.reading import error_text_of
from portal.ollama.upstreams import Upstream


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, as `/api/ps` lists it. Sizes in bytes; `until` is None where it was not said."""

    name: str
    size: int = 0
    vram: int = 0
    context: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found. `loaded` is None where the upstream does not tell (the cloud has no `/api/ps`)."""

    version: str
    models: tuple[Model, ...]
    loaded: tuple[Loaded, ...] | None


async def ask_version(client: Client, upstream: Upstream, *, within: float) -> str:
    """The upstream's version, which costs it nothing to tell. Raises `OllamaError`."""
    found = await _ask(client, upstream, "/api/version", within)
    version = found.get("version")
    if not isinstance(version, str):
        raise BrokenProtocol(f"{upstream.origin} answered GET /api/version without a version.")
    return version[:60]


async def look_around(client: Client, upstream: Upstream, version: str, *, within: float) -> Seen:
    """The models there are and those in memory. Raises `OllamaError`."""
    models = tuple(await list_models(client, upstream))
    try:
        found = await _ask(client, upstream, "/api/ps", within)
    except OllamaError:
        return Seen(version, models, None)
    entries = found.get("models")
    read = (_read_loaded(entry) for entry in (entries if isinstance(entries, list) else []))
    return Seen(version, models, tuple(model for model in read if model is not None))


async def _ask(client: Client, upstream: Upstream, path: str, within: float) -> dict[str, object]:
    status, body = await client.fetch(upstream, "GET", path, within=within)
    if status != 200:
        raise Refused(f"{upstream.origin} answered GET {path} with status {status}: {error_text_of(body) or 'no reason'}.")
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BrokenProtocol(f"{upstream.origin} answered GET {path} with something that is not a JSON object.")
    return found


def _read_loaded(entry: object) -> Loaded | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return None
    size, vram, context = (_whole(entry.get(name)) for name in ("size", "size_vram", "context_length"))
    return Loaded(entry["name"], size, vram, context, _read_time(entry.get("expires_at")))


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _read_time(text: object) -> datetime | None:
    """A time as Go writes it: with nanoseconds, which Python reads as long as it has a zone."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
