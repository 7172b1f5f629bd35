"""The models of an upstream as a reader chooses among them."""

from __future__ import annotations

import asyncio
import json

from portal.ollama.client import Client
from portal.ollama.shelf import Offer, take_stock
from portal.ollama.upstreams import Upstream
from tests.farend import FarEnd, whole

DETAILS = {"family": "far", "parameter_size": "1B", "quantization_level": "Q4_K_M"}


def entry(name: str, digest: str, **more: object) -> dict[str, object]:
    return {"name": name, "model": name, "size": 5, "digest": digest, "details": DETAILS, **more}


def stock(far_end: FarEnd, times: int = 1) -> list[Offer]:
    async def ask() -> list[Offer]:
        client = Client()
        try:
            for _ in range(times):
                found = await take_stock(client, Upstream("local", far_end.origin))
            return found
        finally:
            await client.aclose()

    return asyncio.run(ask())


def test_those_in_memory_come_first_and_each_has_what_show_tells_asked_once() -> None:
    with FarEnd() as far_end:
        tags = [entry("a:1b", "shelf-a"), entry("b", "shelf-b", capabilities=["completion"])]
        far_end.routes["/api/tags"] = whole({"models": tags})
        far_end.routes["/api/ps"] = whole({"models": [{"name": "b:latest"}]})
        info = {"general.architecture": "far", "far.context_length": 8192}
        far_end.routes["/api/show"] = whole({"model_info": info, "capabilities": ["completion", "tools"]})
        found = [offer.as_json() for offer in stock(far_end, times=2)]
        assert [(one["name"], one["loaded"], one["context"], one["capabilities"]) for one in found] == [
            ("b", True, 8192, ["completion"]),
            ("a:1b", False, 8192, ["completion", "tools"]),
        ]
        assert sorted(json.loads(asked.body)["model"] for asked in far_end.requests_for("/api/show")) == ["a:1b", "b"]


def test_an_upstream_that_tells_neither_memory_nor_details_has_its_models_all_the_same() -> None:
    with FarEnd() as far_end:
        far_end.routes["/api/tags"] = whole({"models": [entry("nomic-embed:1b", "shelf-c")]})
        far_end.routes["/api/ps"] = whole({"error": "no"}, "404 Not Found")
        far_end.routes["/api/show"] = whole(b"<html>", content_type="text/html")
        (found,) = stock(far_end)
        assert found.as_json() | {"loaded": False, "context": None, "capabilities": ["embedding"]} == found.as_json()
