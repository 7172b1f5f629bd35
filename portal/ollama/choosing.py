"""Which model a request asks for, what that model has to be able to do, and which of those installed can stand in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from portal.ollama.endpoints import Endpoint
from portal.ollama.models import Model, find_model, nearest_model

Place = Literal["model", "name", "path"]

# Where an image stands: in `images` of a prompt or a message, or in a part of one of these types.
_IMAGES = ('"images": ["', '"image_url"', '"input_image"', '"type": "image"')


@dataclass(frozen=True, slots=True)
class Wanted:
    """The model a request names, and where: in the body's `model` or `name`, or at the end of the path."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Choice:
    """The model to use for a request; `stands_in` is true when it is not the one that was wanted."""

    model: Model
    stands_in: bool


def wanted_by(endpoint: Endpoint, path: str, body: object) -> Wanted | None:
    """The model the request names, or None when it names none."""
    if "{model}" in endpoint.path:
        return Wanted(path.removeprefix(endpoint.path.partition("{")[0]), "path")
    if isinstance(body, Mapping):
        places: tuple[Place, ...] = ("model", "name")
        for place in places:
            name = body.get(place)
            if isinstance(name, str) and name:
                return Wanted(name, place)
    return None


def needs_of(endpoint: Endpoint, body: object) -> frozenset[str]:
    """What a model has to be able to do for this request: the endpoint's own need, and those the body's fields bring."""
    needs: set[str] = {endpoint.needs} if endpoint.needs else set()
    if endpoint.needs != "completion" or not isinstance(body, Mapping):
        return frozenset(needs)
    if body.get("tools"):
        needs.add("tools")
    if body.get("think") or body.get("reasoning_effort") not in (None, "none") or body.get("reasoning"):
        needs.add("thinking")
    if body.get("suffix"):
        needs.add("insert")
    if any(mark in json.dumps(body) for mark in _IMAGES):
        needs.add("vision")
    return frozenset(needs)


def choose(wanted: Wanted, needs: frozenset[str], here: Sequence[Model]) -> Choice | None:
    """The wanted model when it is here, else the nearest that can do what is needed, else None."""
    exact = find_model(wanted.name, here)
    if exact is not None:
        return Choice(exact, stands_in=False)
    nearest = nearest_model(wanted.name, here, needs)
    return None if nearest is None else Choice(nearest, stands_in=True)
