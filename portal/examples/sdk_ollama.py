"""Calls of Ollama's own libraries as they go over the wire.

Sources: ollama-python 0.6 `_client.py` and `_types.py`; ollama-js 0.6 `index.ts`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence

from portal.examples.calls import NO_BODY, Call
from portal.examples.unknowns import Entries, Items, Text, Unknown, Words, join_pieces
from portal.examples.values import Kind

CLOUD = "https://ollama.com"
DEFAULT_HOST = "http://127.0.0.1:11434"
_IMAGE_FILES = (".png", ".jpg", ".jpeg", ".webp")
_MESSAGE_FIELDS = ("role", "content", "thinking", "images", "tool_name", "tool_calls")
_PROPERTY_FIELDS = ("type", "items", "description", "enum")
_CHAT = "tools stream think logprobs top_logprobs format options keep_alive"
_GENERATE = "system template context stream think logprobs top_logprobs raw format images options keep_alive"

# Each method of the Python client: its endpoint, its parameters in order, and those that go by name alone.
_PYTHON: dict[str, tuple[str, str, str, str]] = {
    "generate": ("POST", "/api/generate", "model prompt suffix", f"{_GENERATE} width height steps"),
    "chat": ("POST", "/api/chat", "model messages", _CHAT),
    "embed": ("POST", "/api/embed", "model input truncate options keep_alive dimensions", ""),
    "embeddings": ("POST", "/api/embeddings", "model prompt options keep_alive", ""),
    "pull": ("POST", "/api/pull", "model", "insecure stream"),
    "push": ("POST", "/api/push", "model", "insecure stream"),
    "create": (
        "POST", "/api/create",
        "model quantize from_ files adapters template license system parameters messages", "stream",
    ),
    "copy": ("POST", "/api/copy", "source destination", ""),
    "delete": ("DELETE", "/api/delete", "model", ""),
    "show": ("POST", "/api/show", "model", ""),
    "list": ("GET", "/api/tags", "", ""),
    "ps": ("GET", "/api/ps", "", ""),
    "web_search": ("POST", "/api/web_search", "query max_results", ""),
    "web_fetch": ("POST", "/api/web_fetch", "url", ""),
}  # fmt: skip
_DEFAULTS: dict[str, dict[str, object]] = {
    "generate": {"stream": False},
    "chat": {"stream": False},
    "embed": {"input": ""},
    "pull": {"stream": False, "insecure": False},
    "push": {"stream": False, "insecure": False},
    "create": {"stream": False},
    "web_search": {"max_results": 3},
}
PYTHON_METHODS = frozenset(_PYTHON)

# Each method of the JavaScript client: its endpoint, and whether it sends `stream: false` when told nothing.
_JAVASCRIPT: dict[str, tuple[str, str, bool]] = {
    "generate": ("POST", "/api/generate", True),
    "chat": ("POST", "/api/chat", True),
    "embed": ("POST", "/api/embed", False),
    "embeddings": ("POST", "/api/embeddings", False),
    "pull": ("POST", "/api/pull", True),
    "push": ("POST", "/api/push", True),
    "create": ("POST", "/api/create", True),
    "copy": ("POST", "/api/copy", False),
    "delete": ("DELETE", "/api/delete", False),
    "show": ("POST", "/api/show", False),
    "list": ("GET", "/api/tags", False),
    "ps": ("GET", "/api/ps", False),
    "version": ("GET", "/api/version", False),
    "webSearch": ("POST", "/api/web_search", False),
    "webFetch": ("POST", "/api/web_fetch", False),
}


def parse_host(host: Words) -> Words:
    """The origin the libraries make of a `host`, whose scheme and port may be left out."""
    if not isinstance(host, str):
        return host
    if not host:
        return DEFAULT_HOST
    if host.startswith(":"):
        host = "127.0.0.1" + host
    if "://" in host:
        return host.rstrip("/")
    authority, slash, path = host.rstrip("/").partition("/")
    bare = authority.rpartition("]")[2]
    return f"http://{authority}{'' if ':' in bare else ':11434'}{slash}{path}"


# Python ---------------------------------------------------------------------------------------------------------------


def call_from_python(
    method: str,
    positional: Sequence[object],
    named: Mapping[str, object],
    *,
    host: Words,
    rest: Unknown | None = None,
    convert_function: Callable[[object], object] = lambda _: None,
) -> Call | None:
    """The call that one method of the Python client makes; None when there is no such method.

    `convert_function` makes a tool of a function handed over as one, and None of what is no function.
    """
    if method not in _PYTHON:
        return None
    kind: Kind = "python-ollama"
    verb, path, ordered, by_name = _PYTHON[method]
    origin = CLOUD if method.startswith("web_") else host
    url = join_pieces((origin, path))
    names = ordered.split()
    given = {**_DEFAULTS.get(method, {}), **dict(zip(names, positional, strict=False)), **named}
    if rest is not None:
        return Call(kind, verb, url, body=rest)
    if verb == "GET":
        return Call(kind, verb, url)
    wrong = [name for name in given if name not in names and name not in by_name.split()]
    if wrong or len(positional) > len(names):
        what = f"an argument “{wrong[0]}”" if wrong else "that many arguments in a row"
        return Call(kind, verb, url, problem=f"ollama.{method}() does not take {what}.")
    if "model" in names and given.get("model") in (None, ""):
        return Call(kind, verb, url, problem=f"ollama.{method}() needs a model.")
    return Call(kind, verb, url, body=_write_python_body(method, given, convert_function))


def _write_python_body(
    method: str, given: Mapping[str, object], convert_function: Callable[[object], object]
) -> dict[str, object]:
    body = {name: value for name, value in given.items() if value is not None}
    if method == "chat":
        body["messages"] = _map_items(given.get("messages"), _read_message)
        body["tools"] = _map_items(given.get("tools"), lambda tool: convert_function(tool) or _read_tool(tool))
    elif method == "generate":
        images = given.get("images")
        if images:
            body["images"] = _map_items(images, read_image)
        else:
            body.pop("images", None)
    elif method == "create" and "from_" in body:
        body["from"] = body.pop("from_")
    return body


def _map_items(value: object, change: Callable[[object], object]) -> object:
    if value is None:
        return []
    if isinstance(value, Items) and value.doubt is not None:
        return value.doubt
    return [change(item) for item in value] if isinstance(value, (list, tuple)) else value


def _read_message(message: object) -> object:
    """A message as the library's model passes it on: known fields only, and none that is empty."""
    if isinstance(message, Entries) and message.doubt is not None:
        return message.doubt
    if not isinstance(message, dict):
        return message
    kept = {name: message[name] for name in _MESSAGE_FIELDS if _is_truthy(message.get(name))}
    if "images" in kept:
        kept["images"] = _map_items(kept["images"], read_image)
    if "tool_calls" in kept:
        kept["tool_calls"] = _map_items(kept["tool_calls"], _read_tool_call)
    return kept


def _is_truthy(value: object) -> bool:
    return isinstance(value, (Unknown, Text)) or bool(value)


def _read_tool_call(call: object) -> object:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return call
    return {"function": {name: function[name] for name in ("name", "arguments") if name in function}}


def _read_tool(tool: object) -> object:
    """A tool as the library's model passes it on: the fields it knows, `type` filled in, nothing that is null."""
    if not isinstance(tool, dict):
        return tool
    kept: dict[str, object] = {"type": tool.get("type", "function")}
    function = tool.get("function")
    if isinstance(function, dict):
        made = {name: function[name] for name in ("name", "description") if function.get(name) is not None}
        if isinstance(function.get("parameters"), dict):
            made["parameters"] = read_parameters(function["parameters"])
        kept["function"] = made
    return {name: value for name, value in kept.items() if value is not None}


def read_parameters(parameters: Mapping[object, object]) -> dict[str, object]:
    """The parameters of a tool as the library's model passes them on."""
    kept: dict[str, object] = {"type": parameters.get("type", "object")}
    for name in ("$defs", "items", "required"):
        if parameters.get(name) is not None:
            kept[name] = parameters[name]
    properties = parameters.get("properties")
    if isinstance(properties, dict):
        kept["properties"] = {name: _read_property(value) for name, value in properties.items()}
    return kept


def _read_property(value: object) -> object:
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in _PROPERTY_FIELDS if value.get(name) is not None}


def read_image(image: object) -> object:
    """An image as the Python client sends it: a file's name stands for its contents, anything else has to be base64."""
    if isinstance(image, dict) and "value" in image:
        image = image["value"]
    if not isinstance(image, str):
        return Unknown(image.name, "image") if isinstance(image, Unknown) and image.why == "file" else image
    if image.lower().endswith(_IMAGE_FILES):
        return Unknown(image, "image")
    try:
        base64.b64decode(image)
    except (binascii.Error, ValueError):
        return Unknown(image[:40], "image")
    return image


# JavaScript -----------------------------------------------------------------------------------------------------------


def call_from_javascript(method: str, arguments: Sequence[object], *, host: Words) -> Call | None:
    """The call that one method of the JavaScript client makes; None when there is no such method."""
    if method not in _JAVASCRIPT:
        return None
    kind: Kind = "js-ollama"
    verb, path, streams = _JAVASCRIPT[method]
    url = join_pieces((CLOUD if method.startswith("web") else host, path))
    if verb == "GET":
        return Call(kind, verb, url)
    request = arguments[0] if arguments else None
    if isinstance(request, Entries) and request.doubt is not None:
        return Call(kind, verb, url, body=request.doubt)
    if isinstance(request, Unknown):
        return Call(kind, verb, url, body=request)
    needed = {"webSearch": "query", "webFetch": "url"}.get(method)
    if not isinstance(request, dict):
        problem = f"ollama.{method}() takes one object, and stops before sending this."
        meant = {needed: request} if needed and isinstance(request, (str, Text)) else NO_BODY
        return Call(kind, verb, url, body=meant, problem=problem)
    if needed and not request.get(needed):
        return Call(kind, verb, url, problem=f"ollama.{method}() needs “{needed}” and stops before sending without.")
    return Call(kind, verb, url, body=_write_javascript_body(method, dict(request), streams=streams))


def _write_javascript_body(method: str, request: dict[object, object], *, streams: bool) -> dict[object, object]:
    if method in ("pull", "push", "delete"):
        names = {"model": "name", "stream": "stream", "insecure": "insecure"}
        request = {names[str(key)]: value for key, value in request.items() if key in names}
        if method == "delete":
            return {key: value for key, value in request.items() if key == "name"}
    if streams and request.get("stream") is None:
        request["stream"] = False
    if method == "generate" and isinstance(request.get("images"), list):
        request["images"] = _map_items(request["images"], _read_javascript_image)
    if method == "chat" and isinstance(request.get("messages"), list):
        request["messages"] = _map_items(request["messages"], _read_javascript_message)
    return request


def _read_javascript_message(message: object) -> object:
    if not isinstance(message, dict) or not isinstance(message.get("images"), list):
        return message
    return {**message, "images": _map_items(message["images"], _read_javascript_image)}


def _read_javascript_image(image: object) -> object:
    """The JavaScript client reads files on Node; a path is meant as one when it ends as image files do."""
    if isinstance(image, str) and image.lower().endswith((*_IMAGE_FILES, ".gif")):
        return Unknown(image, "image")
    return Unknown(image.name, "image") if isinstance(image, Unknown) and image.why == "file" else image

