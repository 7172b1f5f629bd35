"""What leaves for Ollama's cloud although a server of one's own is asked: models that run there, and its own endpoints."""

from __future__ import annotations

from portal.ollama.endpoints import Endpoint

# Every field in which an endpoint names a model, to ask it, to fetch it, or to give it another name.
_NAMES = ("model", "name", "from", "source", "destination")


def why_it_leaves(endpoint: Endpoint, path: str, body: object) -> str:
    """What of a request would leave, for a sentence; nothing when it stays."""
    if endpoint.cloud_only:
        return f"{endpoint.method} {endpoint.path} is answered by Ollama's cloud"
    named = [body.get(name) for name in _NAMES] if isinstance(body, dict) else []
    prefix, placeholder, _ = endpoint.path.partition("{")
    named += [path.removeprefix(prefix)] if placeholder else []
    found = next((name for name in named if isinstance(name, str) and is_cloud_name(name)), None)
    return f"{found} runs in Ollama's cloud" if found else ""


def is_cloud_name(name: str) -> bool:
    """Whether a model of that name runs in the cloud: its tag says so, as in `gpt-oss:120b-cloud` or `glm-4.6:cloud`."""
    tag = name.strip().lower().rpartition("/")[2].partition(":")[2]
    return tag == "cloud" or tag.endswith("-cloud")
