"""Keeps the models of the store: one small JSON manifest each, all of them standing on the one set of weights."""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from portal.embedded.models.files import write_whole
from portal.embedded.models.names import Name, match_case, parse_name
from portal.embedded.models.weights import Weights

log = logging.getLogger(__name__)

BASE_NAME = parse_name("smollm2:135m")
# The chat template ends and begins turns with these; a model of Ollama's library lists them in the same way.
BASE_PARAMETERS: dict[str, Any] = {"stop": ["<|im_start|>", "<|im_end|>"]}
# What these weights can do here: the engine completes with them, and pools their states into embeddings.
CAPABILITIES = ("completion", "embedding")


class NoSuchModelError(LookupError):
    """The store has no model of that name."""


class BrokenManifestError(Exception):
    """The model's manifest cannot be read; the message says which file and why."""


@dataclass(frozen=True)
class Recipe:
    """What a model adds to the weights. `template` is in Go's template language, empty for the weights' own."""

    parent: str = ""
    system: str = ""
    template: str = ""
    license: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    messages: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Model:
    """A model of the store. `digest` is the sha256 of its manifest, `modified_at` ns since 1970, `size` bytes."""

    name: Name
    recipe: Recipe
    digest: str
    size: int
    modified_at: int


@dataclass(frozen=True)
class Layer:
    """A part of a model as Ollama names it while it creates one: by the sha256 of its bytes."""

    digest: str
    size: int


def recipe_layers(recipe: Recipe) -> tuple[Layer, ...]:
    """The layers a recipe adds to the weights, in the order in which Ollama writes them."""
    texts = [text for text in (recipe.template, *recipe.license, recipe.system) if text]
    texts += [json.dumps(value) for value in (recipe.parameters, list(recipe.messages)) if value]
    return tuple(Layer(f"sha256:{_sha256(text)}", len(text.encode())) for text in texts)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class Library:
    """The models of one store folder. Reads the folder on each call: it is small, and it may change under us."""

    def __init__(self, store: Path, weights: Weights) -> None:
        self.weights = weights
        self._folder = store / "models"

    def ensure_base(self) -> None:
        """Puts the base model into the store if it is not there, or not to be read."""
        try:
            self.find(BASE_NAME)
        except (NoSuchModelError, BrokenManifestError):
            self.write(BASE_NAME, self.base_recipe())

    def base_recipe(self) -> Recipe:
        license = (self.weights.license,) if self.weights.license else ()
        return Recipe(license=license, parameters=BASE_PARAMETERS)

    def models(self) -> list[Model]:
        """All whole models, the latest changed first. A broken manifest is logged and left out."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                found.append(self._read(path))
            except BrokenManifestError as error:
                log.warning("%s", error)
            except FileNotFoundError:
                continue
        return sorted(found, key=lambda model: (-model.modified_at, model.name.key))

    def resolve(self, name: Name) -> Name:
        """The name as the store spells it, where it has it."""
        return match_case(name, (model.name for model in self.models()))

    def find(self, name: Name) -> Model:
        """The model of that name, whatever the case. Raises NoSuchModelError, BrokenManifestError."""
        try:
            return self._read(self._path(name))
        except FileNotFoundError:
            raise NoSuchModelError(str(name)) from None

    def write(self, name: Name, recipe: Recipe) -> Model:
        """Puts a model into the store, in place of the one of that name."""
        content = {"name": str(name), "weights": f"sha256:{self.weights.sha256}", "recipe": asdict(recipe)}
        write_whole(self._path(name), json.dumps(content, indent=1))
        return self.find(name)

    def copy(self, source: Name, destination: Name) -> None:
        """Gives a model a second name. Raises NoSuchModelError, BrokenManifestError."""
        model = self.find(source)
        if source.key != destination.key:
            self.write(destination, model.recipe)

    def delete(self, name: Name) -> None:
        """Takes a model out of the store. Raises NoSuchModelError."""
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            raise NoSuchModelError(str(name)) from None

    def _path(self, name: Name) -> Path:
        # Host names may hold a colon, and names that differ in case only are one model: hence the digest.
        return self._folder / f"{name.model.lower()[:60]}-{name.tag.lower()[:60]}-{_sha256(name.key)[:16]}.json"

    def _read(self, path: Path) -> Model:
        text = path.read_bytes()
        try:
            content = json.loads(text)
            recipe = _recipe(content["recipe"])
            name = parse_name(content["name"])
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenManifestError(f"The manifest {path.name} cannot be read and is left out: {error!r}") from error
        size = self.weights.size + sum(layer.size for layer in recipe_layers(recipe))
        # The name is no part of the digest: a copy is the same model.
        digest = _sha256(json.dumps({**content, "name": ""}, sort_keys=True))
        return Model(name, recipe, digest, size, path.stat().st_mtime_ns)


def _recipe(fields: dict[str, Any]) -> Recipe:
    recipe = replace(Recipe(), **fields)
    texts = (recipe.parent, recipe.system, recipe.template)
    if not isinstance(recipe.parameters, dict) or not all(isinstance(text, str) for text in texts):
        raise TypeError("a field of the recipe has a wrong type")
    return replace(recipe, license=tuple(recipe.license), messages=tuple(recipe.messages))
