"""Whether two requests mean the same to Ollama, though a library wrote one of them in its own way."""

from __future__ import annotations

from portal.examples.calls import NO_BODY, Call
from portal.examples.values import Request
from portal.ollama.endpoints import find_endpoint, will_stream

_SAME_AS_ABSENT: tuple[tuple[str, object], ...] = (("tools", []), ("insecure", False), ("encoding_format", "float"))


def means_the_same(request: Request, call: Call) -> bool:
    """Say whether a call has the request's method and path, and a body that Ollama reads alike."""
    body = None if call.body is NO_BODY else call.body
    return call.method == request.method and normalize(request.method, request.path, body) == normalize(
        request.method, request.path, request.body
    )


def normalize(method: str, path: str, body: object) -> object:
    """A body with its defaults made plain: whether it streams is said, what says nothing is left out."""
    if not isinstance(body, dict):
        return body
    kept = dict(body)
    for name, value in _SAME_AS_ABSENT:
        if name in kept and kept[name] == value:
            del kept[name]
    endpoint = find_endpoint(method, path)
    if endpoint is not None and endpoint.streams is not None:
        kept["stream"] = will_stream(endpoint, body)
    elif kept.get("stream") is False:
        del kept["stream"]
    if path in ("/api/pull", "/api/push", "/api/delete") and "name" in kept and "model" not in kept:
        kept["model"] = kept.pop("name")
    if path == "/api/web_search":
        kept.setdefault("max_results", 5)
    return kept
