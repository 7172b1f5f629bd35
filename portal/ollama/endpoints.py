"""The table of every request the portal knows: what may be sent, and what each endpoint does.

Detection, validation and the relay all look requests up here; nothing outside the table is ever sent.
Source: the routes of ollama/ollama `server/routes.go` and the reference at https://docs.ollama.com/api.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Wire = Literal["native", "openai", "anthropic"]
Capability = Literal["completion", "embedding", "image"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One (method, path) of Ollama's API.

    `path` may hold one placeholder, written `{model}`, that stands for a path segment.
    `streams` is what the server does when the body says nothing about `stream`; None means it never streams.
    `needs` is the capability a model must have to serve the request; None where no model is asked to infer.
    `takes_body` says whether the request carries a JSON body.
    `cloud_only` marks those that Ollama's cloud answers, also when a server of one's own is asked.
    `changes_server` marks the endpoints that alter the models on the server rather than ask one.
    """

    method: str
    path: str
    wire: Wire
    summary: str
    streams: bool | None = None
    needs: Capability | None = None
    takes_body: bool = True
    changes_server: bool = False
    cloud_only: bool = False

    @property
    def content_type(self) -> str:
        """The media type of its streamed answer."""
        return "application/x-ndjson" if self.wire == "native" else "text/event-stream"


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/api/generate", "native", "Complete a prompt", streams=True, needs="completion"),
    Endpoint("POST", "/api/chat", "native", "Continue a chat", streams=True, needs="completion"),
    Endpoint("POST", "/api/embed", "native", "Embed texts", needs="embedding"),
    Endpoint("POST", "/api/embeddings", "native", "Embed one prompt (older form)", needs="embedding"),
    Endpoint("GET", "/api/tags", "native", "List the models on the server", takes_body=False),
    Endpoint("GET", "/api/ps", "native", "List the models in memory", takes_body=False),
    Endpoint("GET", "/api/version", "native", "Tell the server's version", takes_body=False),
    Endpoint("POST", "/api/show", "native", "Describe a model"),
    Endpoint("POST", "/api/pull", "native", "Download a model", streams=True, changes_server=True),
    Endpoint("POST", "/api/push", "native", "Upload a model", streams=True, changes_server=True),
    Endpoint("POST", "/api/create", "native", "Make a model", streams=True, changes_server=True),
    Endpoint("POST", "/api/copy", "native", "Give a model a second name", changes_server=True),
    Endpoint("DELETE", "/api/delete", "native", "Delete a model", changes_server=True),
    Endpoint("POST", "/api/web_search", "native", "Search the web (cloud only)", cloud_only=True),
    Endpoint("POST", "/api/web_fetch", "native", "Fetch a web page (cloud only)", cloud_only=True),
    Endpoint("POST", "/v1/chat/completions", "openai", "Continue a chat", streams=False, needs="completion"),
    Endpoint("POST", "/v1/completions", "openai", "Complete a prompt", streams=False, needs="completion"),
    Endpoint("POST", "/v1/embeddings", "openai", "Embed texts", needs="embedding"),
    Endpoint("POST", "/v1/images/generations", "openai", "Generate images (experimental)", needs="image"),
    Endpoint("POST", "/v1/responses", "openai", "Respond to an input", streams=False, needs="completion"),
    Endpoint("GET", "/v1/models", "openai", "List the models on the server", takes_body=False),
    Endpoint("GET", "/v1/models/{model}", "openai", "Describe a model", takes_body=False),
    Endpoint(
        "POST", "/v1/messages", "anthropic", "Continue a chat (Anthropic's form)", streams=False, needs="completion"
    ),
)

# A model's name in a path: no slash of its own kind of trouble, no dots that climb, nothing to escape.
_MODEL_IN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*(?:/[A-Za-z0-9][A-Za-z0-9._:-]*){0,2}")

_EXACT = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS if "{" not in endpoint.path}
_WITH_MODEL = tuple((endpoint.path.split("{")[0], endpoint) for endpoint in ENDPOINTS if "{" in endpoint.path)


def find_endpoint(method: str, path: str) -> Endpoint | None:
    """Look up the endpoint that (method, path) names, or None when the table does not hold it."""
    exact = _EXACT.get((method, path))
    if exact is not None:
        return exact
    for prefix, endpoint in _WITH_MODEL:
        if endpoint.method == method and path.startswith(prefix) and _MODEL_IN_PATH.fullmatch(path[len(prefix) :]):
            return endpoint
    return None


def will_stream(endpoint: Endpoint, body: object) -> bool:
    """Say whether the answer to `body` comes as a stream: the body's own `stream`, else the endpoint's default."""
    if endpoint.streams is None:
        return False
    asked = body.get("stream") if isinstance(body, dict) else None
    return asked if isinstance(asked, bool) else endpoint.streams
