"""The key of an upstream: taken anew from its file, sent there alone, and in nothing that comes back to a reader."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from portal.ollama.client import Client
from portal.ollama.upstreams import Upstream, without_key
from portal.runs.orders import read_order
from portal.runs.registry import Registry
from tests.farend import Asked, FarEnd, Line, Script, chat, stream, whole

pytestmark = pytest.mark.anyio
FIRST, SECOND = "sk-first-key-of-the-cloud-1111", "sk-second-key-of-the-cloud-2222"


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    registry = Registry()
    yield registry
    await registry.aclose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_text(FIRST)
    return file


async def log_of(registry: Registry, upstream: Upstream, ref: str) -> list[str]:
    request = {"upstream": "cloud", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    run = await registry.start(read_order({"request": request}, {"cloud": upstream}), owner="me", ref=ref)
    return [frame async for batch in run.follow(0) for frame in batch]


async def test_a_new_key_in_the_file_goes_along_with_the_next_run_and_a_missing_one_with_none(registry: Registry, far_end: FarEnd, file: Path) -> None:
    far_end.script = stream(chat(["a"]))
    cloud = Upstream("cloud", far_end.origin, key_file=file)
    await log_of(registry, cloud, "ref-0001")
    fresh = file.with_name("fresh")
    fresh.write_text(f"{SECOND}\n")
    fresh.replace(file)
    await log_of(registry, cloud, "ref-0002")
    file.unlink()
    await log_of(registry, cloud, "ref-0003")
    sent = [asked.headers.get("authorization") for asked in far_end.requests_for("/api/chat")]
    assert sent == [f"Bearer {FIRST}", f"Bearer {SECOND}", None]


async def in_two_reads(line: Line, asked: Asked) -> None:
    body = json.dumps({"error": f"no such key {FIRST}"}).encode()
    await line.head("401 Unauthorized", Content_Type="application/json", Content_Length=str(len(body)))
    await line.send(body[:25])
    await line.send(body[25:])


@pytest.mark.parametrize("script", [
    whole({"error": f"bad key {FIRST}, ask for another"}, "401 Unauthorized"),
    whole(f"<p>{FIRST}".encode(), "502 Bad Gateway", "text/html"),
    stream([f'{{"error":"{FIRST} ran out"}}\n'.encode()]),
    stream(chat([f"your key is {FIRST}"])),
    # What is not JSON is told as it begins, and the key stands where that is cut.
    stream([f"<html>{'x' * 55}{FIRST}\n".encode()]),
    whole(f"<html>{'x' * 55}{FIRST}".encode(), "502 Bad Gateway"),
    stream([f"no JSON but {FIRST}\n".encode()]),
    stream([f'{{"message":{{"content":"{FIRST}"}}}}\n'.encode()], finish=False),
    in_two_reads,
], ids=["refused", "a page", "in mid-stream", "in an answer", "no JSON, cut in a key", "a page, cut in a key", "no protocol", "cut", "in two reads"])  # fmt: skip
async def test_a_key_that_comes_back_is_in_no_frame(registry: Registry, far_end: FarEnd, file: Path, script: Script) -> None:
    far_end.script = script
    frames = await log_of(registry, Upstream("cloud", far_end.origin, key_file=file), "ref-0001")
    text = "".join(json.loads(frame).get("text", "") for frame in frames)
    assert FIRST not in "".join(frames) + text
    assert "…1111" in text
    assert FIRST[:8] not in "".join(frames)


async def test_nor_is_it_in_the_answer_to_a_small_question(far_end: FarEnd, file: Path) -> None:
    far_end.routes["/api/tags"] = whole({"error": f"bad key {FIRST}"}, "401 Unauthorized")
    client = Client()
    _, body = await client.fetch(Upstream("cloud", far_end.origin, key_file=file), "GET", "/api/tags")
    await client.aclose()
    assert json.loads(body)["error"] == "bad key …1111"


def test_of_a_short_key_nothing_is_shown() -> None:
    assert without_key("it is short-key.", "short-key") == "it is …."
