"""The models on an upstream, and which of them can stand in for one that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.ollama.client import Client
from portal.ollama.errors import BrokenProtocol, Refused
from portal.ollama.reading import error_text_of
from portal.ollama.upstreams import Upstream

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bm])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as `/api/tags` lists it. `parameters` is in units, `context` in tokens; None where not said."""

    name: str
    family: str = ""
    parameter_size: str = ""
    quantization: str = ""
    size: int = 0
    capabilities: tuple[str, ...] = ()
    digest: str = ""
    context: int | None = None

    @property
    def parameters(self) -> float | None:
        """How many parameters it has, from “135M” or “1.7B”."""
        return read_size(self.parameter_size)


def read_size(text: str) -> float | None:
    """The number of parameters a text such as “1.7B” or a name such as `qwen3:1.7b` speaks of."""
    found = _SIZE.search(text)
    return float(found[1]) * (1e9 if found[2].lower() == "b" else 1e6) if found else None


def full_name(name: str) -> str:
    """A model's name with its tag: no tag means `latest`, as in Ollama."""
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"


async def list_models(client: Client, upstream: Upstream) -> list[Model]:
    """Ask the upstream what it has. Raises `OllamaError`."""
    status, body = await client.fetch(upstream, "GET", "/api/tags")
    if status != 200:
        raise Refused(
            f"{upstream.origin} answered GET /api/tags with status {status}: {error_text_of(body) or 'no reason'}."
        )
    try:
        entries = json.loads(body)["models"] or []
        return [_read_model(entry) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BrokenProtocol(
            f"{upstream.origin} answered GET /api/tags with something that is not a list of models."
        ) from None


def _read_model(entry: dict[str, object]) -> Model:
    details = entry.get("details")
    details = details if isinstance(details, dict) else {}
    size, capabilities, context = entry.get("size"), entry.get("capabilities"), details.get("context_length")
    return Model(
        name=str(entry["name"]),
        family=str(details.get("family") or ""),
        parameter_size=str(details.get("parameter_size") or ""),
        quantization=str(details.get("quantization_level") or ""),
        size=size if isinstance(size, int) else 0,
        capabilities=tuple(map(str, capabilities)) if isinstance(capabilities, list) else (),
        digest=str(entry.get("digest") or ""),
        context=context if isinstance(context, int) else None,
    )


def find_model(wanted: str, models: Sequence[Model]) -> Model | None:
    """The model of that name, by Ollama's rule for names without a tag."""
    full = full_name(wanted).lower()
    return next((model for model in models if full_name(model.name).lower() == full), None)


def nearest_model(wanted: str, models: Sequence[Model], needs: frozenset[str]) -> Model | None:
    """The installed model that comes closest to `wanted` and has every capability in `needs`; None if none can.

    Closest is: same name before the colon, then same family, then the nearest number of parameters. A server that
    lists no capabilities (before Ollama 0.11) is taken at its word that a name with “embed” embeds and others complete.
    """
    able = [model for model in models if needs <= abilities_of(model)]
    stem, size = wanted.split(":", maxsplit=1)[0].lower(), read_size(wanted.partition(":")[2] or wanted)

    def distance(model: Model) -> tuple[bool, bool, float, str]:
        other = model.parameters
        apart = max(size, other) / max(min(size, other), 1.0) if size and other else 1e9
        return (
            model.name.split(":")[0].lower() != stem,
            not (model.family and stem.startswith(model.family.lower())),
            apart,
            model.name,
        )

    return min(able, key=distance, default=None)


def abilities_of(model: Model) -> frozenset[str]:
    """What the model can do: as it says, else as its name has it."""
    if model.capabilities:
        return frozenset(model.capabilities)
    return frozenset({"embedding"} if "embed" in model.name or "bert" in model.family else {"completion"})
