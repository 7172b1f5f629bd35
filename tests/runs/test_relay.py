"""A run carries an order to its upstream and writes what comes back into its log."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portal.ollama.upstreams import Upstream
from portal.runs.orders import Order, read_order
from portal.runs.registry import Registry, Run
from portal.runs.relay import speed_of
from tests.farend import Asked, FarEnd, Line, chat, silence, stream, whole

pytestmark = pytest.mark.anyio


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    registry = Registry()
    yield registry
    await registry.aclose()


def order(far_end: FarEnd, body: object = None, path: str = "/api/chat", method: str = "POST") -> Order:
    upstreams = {"local": Upstream("local", far_end.origin, key="sk-very-secret")}
    body = {"model": "far:1b", "messages": []} if body is None and method == "POST" else body
    return read_order({"request": {"upstream": "local", "method": method, "path": path, "body": body}}, upstreams)


async def frames_of(run: Run) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [json.loads(frame) async for batch in run.follow(0) for frame in batch]


async def outcome(registry: Registry, placed: Order) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    frames = await frames_of(await registry.start(placed, owner="me", ref="ref-0001"))
    return frames, frames[-1]


def text_of(frames: list[dict[str, Any]]) -> str:
    return "".join(frame["text"] for frame in frames if frame["type"] == "data")


async def test_frames_are_numbered_from_one_without_a_gap_and_end_once(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["Hello", " there"]), pause=0.02)
    frames, end = await outcome(registry, order(far_end))
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert [frame["type"] for frame in frames].count("end") == 1
    assert end["outcome"] == "done"
    assert [frame["state"] for frame in frames if frame["type"] == "state"] == ["connecting", "waiting", "streaming"]


async def test_the_text_of_all_data_frames_is_the_body_byte_for_byte(registry: Registry, far_end: FarEnd) -> None:
    body = b"".join(chat(["a\u2028b", "naïve 🙂", "\u0085"]))
    far_end.script = stream([body[at : at + 1] for at in range(len(body))])
    frames, _ = await outcome(registry, order(far_end))
    assert text_of(frames).encode() == body


async def test_what_one_read_brings_becomes_one_frame(registry: Registry, far_end: FarEnd) -> None:
    records = chat(["x"] * 100)

    async def burst(line: Line, asked: Asked) -> None:
        await line.head(Content_Type="application/x-ndjson", Transfer_Encoding="chunked")
        await line.send(
            b"".join(f"{len(record):x}\r\n".encode() + record + b"\r\n" for record in records) + b"0\r\n\r\n"
        )

    far_end.script = burst
    frames, _ = await outcome(registry, order(far_end))
    assert sum(frame["type"] == "data" for frame in frames) < 20
    assert text_of(frames).encode() == b"".join(records)


async def test_the_figures_are_those_ollama_gave(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["a", "b", "c"]), pause=0.01)
    _, end = await outcome(registry, order(far_end))
    stats = end["stats"]
    assert (stats["prompt_tokens"], stats["output_tokens"], stats["tokens_per_second"]) == (7, 3, 6.0)
    assert (stats["load_ms"], stats["model"]) == (5.0, "far:1b")
    assert 0 < stats["ttft_ms"] <= stats["duration_ms"]
    assert stats["measured"] == ["ttft_ms", "duration_ms"]


async def test_an_event_stream_without_usage_is_measured_and_says_so(registry: Registry, far_end: FarEnd) -> None:
    events = [f'data: {{"choices":[{{"delta":{{"content":"{word}"}}}}]}}\n\n'.encode() for word in "abcde"]
    far_end.script = stream(
        [*events, b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"], pause=0.03
    )
    body = {"model": "far:1b", "messages": [], "stream": True}
    _, end = await outcome(registry, order(far_end, body, "/v1/chat/completions"))
    assert end["outcome"] == "done"
    assert end["stats"]["output_tokens"] == 5
    assert set(end["stats"]["measured"]) == {"ttft_ms", "duration_ms", "output_tokens", "tokens_per_second"}


@pytest.mark.parametrize(("tokens", "span", "speed"), [(101, 0.5, 200.0), (20_000, 0.0015, None), (20_000, 0.0, None), (1, 2.0, None)])
def test_what_comes_in_one_burst_has_nospeed_of(tokens: int, span: float, speed: float | None) -> None:
    assert speed_of(tokens, span) == speed


async def test_the_request_is_sent_as_checked_with_our_headers_and_the_key(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["ok"]))
    body = {"model": "far:1b", "messages": [{"role": "user", "content": "é"}], "seed": 12345678901234567890}
    await outcome(registry, order(far_end, body))
    (asked,) = far_end.requests_for("/api/chat")
    assert asked.json == body
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["authorization"] == "Bearer sk-very-secret"


async def test_cancel_hangs_up_on_an_upstream_that_has_not_answered(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = silence
    run = await registry.start(order(far_end), owner="me", ref="ref-0001")
    while not far_end.asked:
        await asyncio.sleep(0.01)
    run.cancel()
    frames = await frames_of(run)
    assert frames[-1]["outcome"] == "cancelled"
    assert await asyncio.to_thread(far_end.asked[0].hung_up.wait, 1)


async def test_a_run_cancelled_before_its_first_step_has_its_end(registry: Registry, far_end: FarEnd) -> None:
    run = await registry.start(order(far_end), owner="me", ref="ref-0001")
    run.cancel()
    assert (await frames_of(run))[-1]["outcome"] == "cancelled"
    assert far_end.asked == []


async def test_cancel_keeps_what_had_arrived(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["word "] * 500), pause=0.02)
    run = await registry.start(order(far_end), owner="me", ref="ref-0001")
    while run.log.head < 6:
        await asyncio.sleep(0.01)
    run.cancel()
    frames = await frames_of(run)
    assert "word" in text_of(frames)
    assert frames[-1]["outcome"] == "cancelled"
    assert frames[-1]["stats"]["bytes"] == len(text_of(frames).encode())


async def test_the_same_ref_never_starts_a_second_run(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(["ok"]))
    runs = {(await registry.start(order(far_end), owner="me", ref="ref-0001")).id for _ in range(50)}
    other = await registry.start(order(far_end), owner="you", ref="ref-0001")
    assert len(runs) == 1
    assert other.id not in runs


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_a_watcher_gets_the_rest_from_wherever_it_was(registry: Registry, far_end: FarEnd, after: int) -> None:
    far_end.script = stream(chat(["a", "b", "c", "d"]), pause=0.02)
    run = await registry.start(order(far_end), owner="me", ref="ref-0001")
    everything = await frames_of(run)
    rest = [json.loads(frame) async for batch in run.follow(after) for frame in batch]
    assert rest == everything[after:]


ENDS = [
    ("a whole body", "/api/show", {"model": "far:1b"}, whole({"details": {}}), "done", None),
    ("no done record", "/api/chat", None, stream(chat(["a", "b"])[:2]), "interrupted", "interrupted"),
    ("a connection cut", "/api/chat", None, stream(chat(["a", "b"])[:2], finish=False), "interrupted", "interrupted"),
    ("an error record after status 200", "/api/chat", None, stream([*chat(["a"])[:1], b'{"error":"out of memory"}\n']), "failed", "upstream_error"),
    ("a refusal", "/api/chat", None, whole({"error": "invalid options"}, "400 Bad Request"), "failed", "refused"),
    ("a missing model", "/api/chat", {"model": "nope", "messages": []}, whole({"error": "model 'nope' not found"}, "404 Not Found"), "failed", "model_not_found"),
    ("a redirect", "/api/chat", None, whole(b"", "302 Found"), "failed", "broken_protocol"),
    ("bytes that are not UTF-8", "/api/chat", None, stream([b'{"message":{"content":"\xff\xfe"}}\n'], pause=0.1), "failed", "broken_protocol"),
    ("half a character", "/api/chat", None, stream([b'{"message":"\xc3']), "failed", "broken_protocol"),
    ("a record without end", "/api/chat", None, stream([b"x" * 1_000_000] * 9), "failed", "broken_protocol"),
    ("a page instead of a stream", "/api/chat", None, stream([b"<!DOCTYPE html>\n<title>Sign in</title>\n"]), "failed", "broken_protocol"),
    ("a page instead of events", "/v1/chat/completions", {"model": "far:1b", "messages": [], "stream": True}, stream([b"<!DOCTYPE html>"]), "failed", "broken_protocol"),
    ("a page instead of a body", "/api/show", {"model": "far:1b"}, whole(b"<html>"), "failed", "broken_protocol"),
    ("a body of a number no number can hold", "/api/show", {"model": "far:1b"}, whole(b'{"size":' + b"9" * 100_000 + b"}"), "done", None),
    ("a body that is nested too deep to be read", "/api/show", {"model": "far:1b"}, whole(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "done", None),
    ("a record that breaks off", "/api/chat", None, stream([b'{"message":{"content":"hal']), "interrupted", "interrupted"),
    ("a line of a log among records", "/api/chat", None, stream([*chat(["a"])[:1], b"time=12:00 level=INFO\n", *chat(["b"])]), "done", None),
    ("not HTTP at all", "/api/chat", None, lambda line, asked: line.send(b"SSH-2.0-OpenSSH\r\n\r\n"), "failed", "broken_protocol"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "script", "expected", "code"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS]
)
async def test_every_way_to_end_is_named(
    registry: Registry, far_end: FarEnd, path: str, body: object, script: Any, expected: str, code: str | None
) -> None:
    far_end.script = script
    _, end = await outcome(registry, order(far_end, body, path))
    assert end["outcome"] == expected
    assert (end["error"] or {}).get("code") == code
    if code:
        assert end["error"]["message"].endswith(".")
        assert "sk-very-secret" not in json.dumps(end)


@pytest.mark.parametrize(("path", "pieces", "says"), [
    ("/api/chat", [*chat(["a", "b"])[:2], b"time=12:00 ", b"level=INFO\n", *chat(["c"])[:1]], "Record 3 of the answer of"),
    ("/api/chat", [b'{"message":{"content":"a\n'], "Record 1 of the answer of"),
    ("/v1/chat/completions", [b'event: x\ndata: {"choices":[]}\n\n', b": still here\n\n", b"data: time=12:00 level=INFO\n\n"], "Record 2 of the answer of"),
    ("/v1/chat/completions", [b'data: {"choices":[]}\n\n', b"<title>time=12:00 level=INFO</title>\n"], "Record 2 of the answer of"),
])  # fmt: skip
async def test_a_record_that_is_not_json_is_named_as_the_reason_where_nothing_said_that_it_was_done(
    registry: Registry, far_end: FarEnd, path: str, pieces: list[bytes], says: str
) -> None:
    far_end.script = stream(pieces)
    frames, end = await outcome(registry, order(far_end, {"model": "far:1b", "messages": [], "stream": True}, path))
    assert text_of(frames).encode() == b"".join(pieces)
    assert end["error"]["code"] == "broken_protocol"
    assert f"{says} Ollama at {far_end.origin} is not JSON: it begins “" in end["error"]["message"]


@pytest.mark.parametrize(("body", "says"), [
    (b"", " with status 502 without saying why."), (b'{"detail":"no"}', " with status 502 without saying why."),
    (b"<html>\n<h1>502 Bad Gateway</h1>", " with status 502. The answer is not JSON: it begins “<html> <h1>502 Bad Gateway</h1>”."),
])  # fmt: skip
async def test_a_refusal_that_is_not_in_ollamas_words_is_told_as_it_begins(registry: Registry, far_end: FarEnd, body: bytes, says: str) -> None:
    far_end.script = whole(body, "502 Bad Gateway")
    _, end = await outcome(registry, order(far_end))
    assert end["error"]["code"] == "refused"
    assert end["error"]["message"].endswith(says)


async def test_a_missing_model_is_answered_with_the_models_that_are_there(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = whole({"error": "model 'nope' not found"}, "404 Not Found")
    _, end = await outcome(registry, order(far_end, {"model": "nope", "messages": []}))
    assert "“nope” is not installed" in end["error"]["message"]
    assert "far:1b" in end["error"]["hint"]


@pytest.mark.parametrize(("embedded", "hint"), [(False, "no model of that name"), (True, "downloads no other")])
async def test_a_model_that_no_registry_has_is_told_with_the_next_step(
    registry: Registry, far_end: FarEnd, embedded: bool, hint: str
) -> None:
    upstream = Upstream("local", far_end.origin, embedded=embedded)
    far_end.script = stream([b'{"status":"pulling manifest"}\n', b'{"error":"pull model manifest: file does not exist"}\n'])
    asked = {"request": {"upstream": "local", "method": "POST", "path": "/api/pull", "body": {"model": "nope"}}}
    _, end = await outcome(registry, read_order(asked, {"local": upstream}))
    assert hint in end["error"]["hint"]


async def test_an_address_where_nothing_listens_is_named_with_the_next_step(registry: Registry) -> None:
    with FarEnd() as gone:
        pass
    _, end = await outcome(registry, order(gone))
    assert end["outcome"] == "failed"
    assert end["error"]["code"] == "unreachable"
    assert gone.origin in end["error"]["message"]
    assert "ollama serve" in end["error"]["hint"]


async def test_records_after_done_are_kept_and_the_run_is_done(registry: Registry, far_end: FarEnd) -> None:
    records = chat(["a"])
    far_end.script = stream([*records, records[0]])
    frames, end = await outcome(registry, order(far_end))
    assert text_of(frames).encode() == b"".join([*records, records[0]])
    assert end["outcome"] == "done"


async def test_model_text_that_looks_like_the_end_of_a_stream_is_only_text(registry: Registry, far_end: FarEnd) -> None:
    far_end.script = stream(chat(['{"done":true}', '"error"', "data: [DONE]"])[:3])
    _, end = await outcome(registry, order(far_end))
    assert end["outcome"] == "interrupted"


@pytest.mark.parametrize("path", ["/api/chat", "/v1/chat/completions"])
async def test_a_model_that_is_not_in_memory_is_said_to_load_while_it_is_waited_for(registry: Registry, far_end: FarEnd, path: str) -> None:
    loaded = threading.Event()

    async def load_first(line: Line, asked: Asked) -> None:
        while not loaded.is_set():
            await asyncio.sleep(0.005)
        await whole({"message": {"content": "x"}, "done": True})(line, asked)

    far_end.script = load_first
    body = {"model": "far:1b", "messages": [], "stream": False}
    run = await registry.start(order(far_end, body, path), owner="me", ref=f"ref-{path}")
    states = []
    async with asyncio.timeout(10):
        async for batch in run.follow(0):
            states += [frame for frame in map(json.loads, batch) if frame["type"] == "state"]
            if "loading" in states[-1]:
                loaded.set()
    assert [(frame["state"], frame.get("loading")) for frame in states] == [
        ("connecting", None), ("waiting", None), ("waiting", "far:1b"), ("streaming", None),
    ]  # fmt: skip
