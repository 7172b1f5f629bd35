"""Ollama's endpoints about the models that are there: lists, details, copies and deletions."""

import json
from collections.abc import Iterator
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.exchange import Exchange
from portal.embedded.faces.native import read
from portal.embedded.go.json_text import present, timestamp
from portal.embedded.models.gguf import Header
from portal.embedded.models.library import CAPABILITIES, Model, NoSuchModelError
from portal.embedded.models.names import (
    BadNameError,
    Name,
    NameRequiredError,
    TwoSourcesError,
    parse_name,
    parse_reference,
)
from portal.embedded.running.engine import Engine


async def answer_tags(engine: Engine, exchange: Exchange) -> None:
    await exchange.reply(200, {"models": list_models(engine)})


def list_models(engine: Engine) -> list[dict[str, Any]]:
    header = engine.library.weights.header
    lengths = {name: header.of_architecture(name) for name in ("context_length", "embedding_length")}
    return [
        {
            "name": model.name.short,
            "model": model.name.short,
            "modified_at": timestamp(model.modified_at),
            "size": model.size,
            "digest": model.digest,
            "details": {**_details(header, model), "parent_model": "", **lengths},
            "capabilities": list(CAPABILITIES),
        }
        for model in engine.library.models()
    ]


def _details(header: Header, model: Model) -> dict[str, Any]:
    return {
        "parent_model": model.recipe.parent,
        "format": "gguf",
        "family": header.architecture,
        "families": [header.architecture],
        "parameter_size": _human(header.parameter_count),
        "quantization_level": header.quantization,
    }


def _human(count: int) -> str:
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size:
            number = count / size
            digits = 0 if number >= 1000 or (unit == "K") else 2 if unit == "M" else 1
            return f"{number:.{digits}f}{unit}"
    return str(count)


async def answer_ps(engine: Engine, exchange: Exchange) -> None:
    tenant = engine.residence.tenant
    loaded = []
    if tenant:
        loaded.append({
            "name": tenant.model.name.short,
            "model": tenant.model.name.short,
            "size": tenant.llama.memory,
            "digest": tenant.model.digest,
            "details": {**_details(engine.library.weights.header, tenant.model), "parent_model": ""},
            "expires_at": timestamp(tenant.expires_at),
            "size_vram": 0,
            "context_length": tenant.llama.shape.context,
        })
    await exchange.reply(200, {"models": loaded})


async def answer_show(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "show")
    await exchange.reply(200, show(engine, request))


def show(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a show request. Raises RequestError."""
    text = request["model"] or request["name"]
    name = engine.local_name(text, if_missing=RequestError(400, "model is required"))
    model = engine.model(name, f"model '{name.short}' not found")
    header, recipe = engine.library.weights.header, model.recipe
    system = request["system"] or recipe.system
    return {
        **present(
            license="\n".join(recipe.license),
            modelfile=_modelfile(engine, model, system, {**recipe.parameters, **(request["options"] or {})}),
            parameters=_parameters(recipe.parameters),
            template=recipe.template or header.chat_template,
            system=system,
        ),
        "details": _details(header, model),
        **present(messages=[{"role": m["role"], "content": m["content"]} for m in recipe.messages]),
        "model_info": _model_info(header, verbose=request["verbose"]),
        "tensors": [{"name": t.name, "type": t.type, "shape": list(t.shape)} for t in header.tensors],
        "capabilities": list(CAPABILITIES),
        "modified_at": timestamp(model.modified_at),
    }


def _model_info(header: Header, *, verbose: bool) -> dict[str, Any]:
    hidden = ("general.name", "tokenizer.chat_template")
    info = {key: value for key, value in header.metadata.items() if key not in hidden}
    info["general.parameter_count"] = header.parameter_count
    if not verbose:
        info = {key: None if isinstance(value, list) else value for key, value in info.items()}
    return dict(sorted(info.items()))


def _parameters(parameters: dict[str, Any]) -> str:
    lines = (f"{key:<30} {json.dumps(item, ensure_ascii=False)}" for key, item in _each(parameters))
    return "\n".join(lines)


def _each(parameters: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Parameters one value each, those that are lists as often as they have items."""
    for key, value in sorted(parameters.items()):
        yield from ((key, item) for item in (value if isinstance(value, list) else [value]))


def _modelfile(engine: Engine, model: Model, system: str, parameters: dict[str, Any]) -> str:
    recipe = model.recipe
    lines = [
        '# Modelfile generated by "ollama show"',
        "# To build a new Modelfile based on this, replace FROM with:",
        f"# FROM {model.name.short}",
        "",
        f"FROM {engine.library.weights.path}",
        f"TEMPLATE {_quoted(recipe.template or engine.library.weights.header.chat_template)}",
    ]
    if system:
        lines.append(f"SYSTEM {_quoted(system)}")
    for key, item in _each(parameters):
        lines.append(f"PARAMETER {key} {_quoted(item if isinstance(item, str) else json.dumps(item))}")
    lines += [f"LICENSE {_quoted(text)}" for text in recipe.license]
    lines += [f"MESSAGE {m['role']} {_quoted(m['content'])}" for m in recipe.messages]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    if "\n" in text or text.startswith(" ") or text.endswith(" "):
        return f'"""{text}"""' if '"' in text else f'"{text}"'
    return text


async def answer_copy(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "copy")
    source = _copied(engine, "source", request["source"])
    destination = _copied(engine, "destination", request["destination"])
    engine.model(source, f'model "{request["source"]}" not found')
    engine.library.copy(source, destination)
    await exchange.reply(200)


def _copied(engine: Engine, role: str, text: str) -> Name:
    try:
        return engine.library.resolve(parse_name(text))
    except BadNameError:
        raise RequestError(400, f"{role} {json.dumps(text)} is invalid") from None


async def answer_delete(engine: Engine, exchange: Exchange) -> None:
    request = await read(exchange, "delete")
    text = request["model"] or request["name"]
    try:
        name = engine.library.resolve(parse_reference(text).name)
        engine.library.delete(name)
    except NameRequiredError:
        raise RequestError(400, "model is required") from None
    except TwoSourcesError as error:
        raise RequestError(400, str(error)) from None
    except BadNameError:
        raise RequestError(400, f"name {json.dumps(text)} is invalid") from None
    except NoSuchModelError:
        raise RequestError(404, f"model '{text}' not found") from None
    await exchange.reply(200)
