"""Where the snippets of a request send it, and what they have to bring along."""

from __future__ import annotations

from portal.examples.addresses import CLOUD_ORIGIN, LOCAL_ORIGIN
from portal.examples.values import Request


def origin_of(request: Request) -> str:
    """The server's address as a snippet writes it."""
    if request.upstream == "local":
        return LOCAL_ORIGIN
    return CLOUD_ORIGIN if request.upstream == "cloud" else request.origin


def needs_key(request: Request) -> bool:
    """Say whether the server asks for a key; the snippets take it from `OLLAMA_API_KEY`."""
    return request.upstream == "cloud"


def goes_where_it_should(request: Request) -> bool:
    """Say whether Ollama's libraries send it to the server it is for: the web endpoints they ask of the cloud alone."""
    return request.upstream == "cloud" or not request.path.startswith("/api/web_")
