"""Whether a model is in an upstream's memory, as far as it tells."""

from __future__ import annotations

import asyncio

import pytest

from portal.ollama.client import Client
from portal.ollama.memory import Memory
from portal.ollama.upstreams import Upstream
from tests.farend import FarEnd, whole

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        ({"models": [{"name": "Far:1b"}]}, {"far:1b": False, "far": True}),
        ({"models": [{"name": "far:latest"}]}, {"far:1b": True, "far": False}),
        ({"models": []}, {"far:1b": True}),
        ({"error": "no such thing"}, {"far:1b": False}),
        (b"not JSON", {"far:1b": False}),
    ],
)
async def test_a_model_is_lacking_only_where_the_upstream_says_so(far_end: FarEnd, told: object, lacks: dict[str, bool]) -> None:
    far_end.routes["/api/ps"] = whole(told)
    client, upstream = Client(), Upstream("local", far_end.origin)
    assert {model: await Memory().lacks(client, upstream, model) for model in lacks} == lacks
    await client.aclose()


async def test_many_who_ask_at_once_are_one_question(far_end: FarEnd) -> None:
    client, upstream, memory = Client(), Upstream("local", far_end.origin), Memory()
    assert await asyncio.gather(*[memory.lacks(client, upstream, "far:1b") for _ in range(20)]) == [True] * 20
    assert len(far_end.requests_for("/api/ps")) == 1
    await client.aclose()


async def test_the_cloud_is_not_asked() -> None:
    assert not await Memory().lacks(Client(), Upstream("cloud", "https://ollama.com"), "far:1b")
