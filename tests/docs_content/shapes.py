"""Holds requests and answers to what the set's OpenAPI documents say of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from portal.ollama.endpoints import find_endpoint

SET = Path(__file__).resolve().parents[2] / "docs_content"
METHODS = ("get", "put", "post", "delete", "head", "patch")


@cache
def document(relative: str) -> dict[str, Any]:
    """An OpenAPI document of the set."""
    return dict(yaml.safe_load((SET / relative).read_text("utf-8")))


def operations(relative: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as (method, path, operation)."""
    for path, item in document(relative)["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def operation_of(method: str, path: str) -> dict[str, Any]:
    """What the Ollama document says of a request."""
    endpoint = find_endpoint(method, path)
    return dict(document("ollama/openapi.yaml")["paths"][endpoint.path if endpoint else path][method.lower()])


def follow(relative: str, value: dict[str, Any]) -> dict[str, Any]:
    """`value`, or what its reference names."""
    while "$ref" in value:
        place: Any = document(relative)
        for key in value["$ref"].removeprefix("#/").split("/"):
            place = place[key]
        value = place
    return value


def faults(relative: str, schema: dict[str, Any], value: object, *, closed: bool = False) -> list[str]:
    """What is wrong with `value`. With `closed`, a field the schema does not name is wrong too."""
    components = document(relative)["components"]
    if closed:
        schema, components = _closed(schema), _closed(components)
    checker = Draft202012Validator({**schema, "components": components}, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(value)]


def answer_faults(method: str, path: str, kind: str, content: bytes) -> list[str]:
    """What is wrong with a good answer of media type `kind` to a request to Ollama."""
    told = operation_of(method, path)["responses"]["200"]
    contents = follow("ollama/openapi.yaml", told).get("content", {})
    if not contents:
        return [] if not content else ["a body came where none is documented"]
    if kind not in contents:
        return [f"{kind} is not documented"]
    schema = contents[kind]["schema"]
    return [
        fault for value in records(kind, content) for fault in faults("ollama/openapi.yaml", schema, value, closed=True)
    ]


def records(kind: str, content: bytes) -> list[Any]:
    """The values an answer holds: its one object, its lines, or the data of its events but for the closing mark."""
    if kind == "application/x-ndjson":
        return [json.loads(line) for line in content.split(b"\n") if line]
    if kind == "text/event-stream":
        found = [line[6:] for line in content.split(b"\n") if line.startswith(b"data: ")]
        return [json.loads(text) for text in found if text != b"[DONE]"]
    return [json.loads(content)]


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    inside = {key: _closed(item) for key, item in value.items()}
    if isinstance(value.get("properties"), dict) and "type" in value and "additionalProperties" not in value:
        inside["additionalProperties"] = False
    return inside
