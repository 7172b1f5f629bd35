"""A request as a reader asks for it, by its four parts: looked up in the table of endpoints."""

from __future__ import annotations

from portal.examples.values import Request
from portal.ollama.endpoints import find_endpoint, will_stream


def make_request(method: object, path: object, body: object, *, upstream: str, origin: str = "") -> Request | None:
    """The request, or None when the table of endpoints does not hold it. `origin` is where a named server is."""
    endpoint = find_endpoint(method, path) if isinstance(method, str) and isinstance(path, str) else None
    if endpoint is None:
        return None
    return Request(
        method=str(method),
        path=str(path),
        upstream=upstream,
        stream=will_stream(endpoint, body),
        body=body if endpoint.takes_body else None,
        origin=origin,
        changes_server=endpoint.changes_server,
    )
