"""The models of an upstream as a reader chooses among them: what each can do and take, and which are in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from portal.ollama.client import Client
from portal.ollama.errors import OllamaError
from portal.ollama.models import Model, abilities_of, full_name, list_models
from portal.ollama.upstreams import Upstream

# How many models are described at once, and how many descriptions are remembered.
_AT_ONCE = 4
_MOST_REMEMBERED = 2000
# A model is described once and for good: what a digest stands for never changes.
_described: dict[str, tuple[int | None, tuple[str, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """A model on the shelf; `loaded` when it is in memory."""

    model: Model
    loaded: bool

    def as_json(self) -> dict[str, object]:
        """The model as a page reads it, its capabilities guessed where the upstream tells none."""
        return asdict(self.model) | {"capabilities": sorted(abilities_of(self.model)), "loaded": self.loaded}


async def take_stock(client: Client, upstream: Upstream) -> list[Offer]:
    """What the upstream has, those in memory first. Raises `OllamaError`."""
    models, loaded = await asyncio.gather(list_models(client, upstream), _loaded(client, upstream))
    offers = [Offer(model, full_name(model.name) in loaded) for model in await _describe_all(client, upstream, models)]
    return sorted(offers, key=lambda offer: (not offer.loaded, offer.model.name))


async def _loaded(client: Client, upstream: Upstream) -> frozenset[str]:
    """The names in memory; none where the upstream does not tell, as the cloud does not."""
    try:
        status, body = await client.fetch(upstream, "GET", "/api/ps")
        entries = json.loads(body)["models"] if status == 200 else []
        return frozenset(full_name(str(entry["name"])) for entry in entries or [])
    except (OllamaError, ValueError, KeyError, TypeError):
        return frozenset()


async def _describe_all(client: Client, upstream: Upstream, models: Sequence[Model]) -> list[Model]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def described(model: Model) -> Model:
        if not model.digest or (model.capabilities and model.context):
            return model
        async with gate:
            context, capabilities = await _describe(client, upstream, model)
        return replace(model, context=model.context or context, capabilities=model.capabilities or capabilities)

    return list(await asyncio.gather(*map(described, models)))


async def _describe(client: Client, upstream: Upstream, model: Model) -> tuple[int | None, tuple[str, ...]]:
    """The context and the capabilities that `/api/show` tells; nothing where it does not answer."""
    known = _described.get(model.digest)
    if known is not None:
        return known
    try:
        status, body = await client.fetch(upstream, "POST", "/api/show", json.dumps({"model": model.name}).encode())
        found = json.loads(body) if status == 200 else None
    except (OllamaError, ValueError):
        found = None
    if not isinstance(found, dict):
        return None, ()
    if len(_described) >= _MOST_REMEMBERED:
        _described.pop(next(iter(_described)))
    return _described.setdefault(model.digest, _read(found))


def _read(found: dict[str, object]) -> tuple[int | None, tuple[str, ...]]:
    info, capabilities = found.get("model_info"), found.get("capabilities")
    lengths = [
        value
        for name, value in (info.items() if isinstance(info, dict) else ())
        if name.endswith(".context_length") and isinstance(value, int)
    ]
    return next(iter(lengths), None), tuple(map(str, capabilities)) if isinstance(capabilities, list) else ()
