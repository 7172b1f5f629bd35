"""Ollama's endpoints that make models: create from a model that is here, pull, and what stands in for push."""

from collections.abc import AsyncIterator
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import JSON_BARE, NDJSON, Exchange
from portal.embedded.faces.native import read
from portal.embedded.go import json_text
from portal.embedded.go.filling import Template
from portal.embedded.go.template import TemplateError
from portal.embedded.models.library import BASE_NAME, Model, NoSuchModelError, Recipe, recipe_layers
from portal.embedded.models.names import (
    BadNameError,
    Name,
    NameRequiredError,
    TwoSourcesError,
    parse_name,
    parse_reference,
)
from portal.embedded.running.engine import Engine

# What Ollama says when its registry has no such model, or cannot be asked.
NOT_IN_REGISTRY = "pull model manifest: file does not exist"
INVALID_NAME = "invalid model name"
ONLY_OWN_WEIGHTS = "the embedded engine makes models from its own weights only: give 'from', not 'files'"
QUANTIZED = "quantization is only supported for F16, BF16 and F32 models"

Status = dict[str, Any]


async def _report(exchange: Exchange, steps: AsyncIterator[Status], *, stream: bool) -> None:
    """Status lines as they come, or the last of them; an error has its own status only if nothing was sent yet."""
    last: Status = {}
    try:
        async for last in steps:
            if stream:
                if not exchange.started:
                    await exchange.open(NDJSON)
                await exchange.write(json_text.dumps(last) + b"\n")
        if not stream:
            await exchange.reply(200, last, JSON_BARE)
    except RequestError as error:
        if exchange.started:
            raise
        await exchange.reply(error.status, {"error": error.message}, JSON_BARE)


async def answer_pull(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "pull")
    try:
        name = parse_reference(request["model"] or request["name"]).name
    except TwoSourcesError as error:
        raise RequestError(400, str(error)) from None
    except (NameRequiredError, BadNameError):
        raise RequestError(400, INVALID_NAME) from None
    await _report(exchange, _pull(engine, name), stream=request["stream"] is not False)


async def _pull(engine: Engine, name: Name) -> AsyncIterator[Status]:
    """The steps of a pull. The one model there is to be had is the one whose weights are installed."""
    yield {"status": "pulling manifest"}
    if name.key != BASE_NAME.key:
        raise RequestError(500, NOT_IN_REGISTRY)
    weights, recipe = engine.library.weights, engine.library.base_recipe()
    layers = [(f"sha256:{weights.sha256}", weights.size), *((each.digest, each.size) for each in recipe_layers(recipe))]
    for digest, size in layers:
        yield {"status": f"pulling {digest[7:19]}", "digest": digest, "total": size, "completed": size}
    yield {"status": "verifying sha256 digest"}
    yield {"status": "writing manifest"}
    engine.library.write(BASE_NAME, recipe)
    yield {"status": "success"}


async def answer_push(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "push")
    text = request["model"] or request["name"]
    if not text:
        raise RequestError(400, "model is required")
    await _report(exchange, _push(engine, text), stream=request["stream"] is not False)


async def _push(engine: Engine, text: str) -> AsyncIterator[Status]:
    yield {"status": "retrieving manifest"}
    try:
        engine.library.find(engine.library.resolve(parse_name(text)))
    except (BadNameError, NoSuchModelError):
        yield {"status": "couldn't retrieve manifest"}
        raise RequestError(500, f"model '{text}' not found") from None
    raise RequestError(500, "the embedded engine has no registry to push to")


async def answer_create(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "create")
    try:
        name = engine.library.resolve(parse_name(request["model"] or request["name"]))
    except BadNameError:
        raise RequestError(400, INVALID_NAME) from None
    await _report(exchange, _create(engine, name, request), stream=request["stream"] is not False)


async def _create(engine: Engine, name: Name, request: dict[str, Any]) -> AsyncIterator[Status]:
    """The steps of a creation: the layers it shares with the model it comes from, and those it adds."""
    source = await _source(engine, request)
    if source is None:
        yield {"status": "pulling manifest"}
        raise RequestError(500, NOT_IN_REGISTRY)
    recipe = _changed(source, request)
    shared = {each.digest for model in engine.library.models() for each in recipe_layers(model.recipe)}
    yield {"status": f"using existing layer sha256:{engine.library.weights.sha256}"}
    for layer in recipe_layers(recipe):
        yield {"status": f"{'using existing' if layer.digest in shared else 'creating new'} layer {layer.digest}"}
    yield {"status": "writing manifest"}
    engine.library.write(name, recipe)
    yield {"status": "success"}


async def _source(engine: Engine, request: dict[str, Any]) -> Model | None:
    if not request["from"]:
        if request["files"]:
            raise RequestError(400, ONLY_OWN_WEIGHTS)
        raise RequestError(400, "unknown type" if request["files"] == {} else
                           "neither 'from' or 'files' was specified")
    try:
        reference = parse_reference(request["from"])
    except (NameRequiredError, BadNameError, TwoSourcesError):
        raise RequestError(400, INVALID_NAME) from None
    if reference.cloud or request["remote_host"]:
        raise RequestError(400, "bad remote")
    if request["quantize"] or request["quantization"]:
        raise RequestError(500, QUANTIZED)
    try:
        return engine.library.find(engine.library.resolve(reference.name))
    except NoSuchModelError:
        return None


def _changed(source: Model, request: dict[str, Any]) -> Recipe:
    recipe = source.recipe
    template = request["template"] or recipe.template
    try:
        Template(template)
    except TemplateError as error:
        raise RequestError(400, f"template error: {error}") from None
    messages = tuple({"role": m["role"], "content": m["content"]} for m in request["messages"] or ())
    return Recipe(
        parent=source.name.short,
        system=request["system"] or recipe.system,
        template=template,
        license=(*recipe.license, *_licenses(request["license"])),
        parameters={**recipe.parameters, **(request["parameters"] or {})},
        messages=messages or recipe.messages,
    )


def _licenses(given: Any) -> tuple[str, ...]:
    if given is None or given == "":
        return ()
    texts = [given] if isinstance(given, str) else given
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return tuple(texts)
    kind = {bool: "bool", dict: "object"}.get(type(given), "number")
    raise RequestError(500, f"json: cannot unmarshal {kind} into Go value of type []string")
